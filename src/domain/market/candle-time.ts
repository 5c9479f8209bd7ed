const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?(Z|[+-]\d{2}:?\d{2})?$/;
const EPOCH = /^\d{9,14}(?:\.0+)?$/;
/** Whole numbers below this are seconds, others milliseconds: 1e11 s is the year 5138, 1e11 ms is 1973. */
const MILLISECONDS_FROM = 1e11;

/**
 * Epoch milliseconds of `YYYY-MM-DD[ HH:MM[:SS]]` (UTC unless an offset is given), ISO 8601, epoch seconds or epoch
 * milliseconds. Null for other forms and for dates that do not exist.
 */
export function parseCandleTime(text: string): number | null {
  if (EPOCH.test(text)) {
    const value = Number(text);
    return value < MILLISECONDS_FROM ? value * 1000 : value;
  }
  const match = DATE.exec(text);
  if (!match) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match;
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const date = new Date(wall);
  // Date.UTC turns 31 April into 1 May, so a date that changes does not exist.
  if (date.getUTCMonth() + 1 !== Number(month) || date.getUTCDate() !== Number(day)) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  return wall + Math.floor(Number(`0.${fraction || '0'}`) * 1000) - offsetMs(zone);
}

function offsetMs(zone: string): number {
  if (zone === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
