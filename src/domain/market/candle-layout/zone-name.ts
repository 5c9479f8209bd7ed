/** Abbreviations that mean one zone, and the name by which it is asked for. Those of summer time name a place that has it. */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  EST: 'America/New_York',
  EDT: 'America/New_York',
  ET: 'America/New_York',
  CST: 'America/Chicago',
  CDT: 'America/Chicago',
  PST: 'America/Los_Angeles',
  PDT: 'America/Los_Angeles',
  CET: 'Europe/Berlin',
  CEST: 'Europe/Berlin',
  MSK: 'Europe/Moscow',
  JST: 'Asia/Tokyo',
  KST: 'Asia/Seoul',
  HKT: 'Asia/Hong_Kong',
  SGT: 'Asia/Singapore',
  IST: 'Asia/Kolkata',
};
const OFFSET = /(?:utc|gmt)\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?/i;
const PLACE = /\b(?:US|Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)\/[A-Za-z_]+(?:\/[A-Za-z_]+)?/;

/** `Date(UTC)`, `timestamp_utc`, `TimeStampUTC`, `GMT time`, `Time (Z)`. */
const UTC_NAME = /utc|gmt|(?:^|[^a-z])z(?:ulu)?(?:[^a-z]|$)/i;

/**
 * The zone in a name such as `Gmt+1 time`, `date(UTC+8)`, `Time (EST)`, `Date (America/New_York)`, or in a text that is
 * one, as `--timezone` takes it; null for names without a zone.
 */
export function zoneOfName(name: string): string | null {
  const place = PLACE.exec(name)?.[0];
  if (place !== undefined) return place;
  const offset = OFFSET.exec(name);
  if (offset !== null) {
    const [hours, minutes] = [Number(offset[2]), offset[3] ?? '00'];
    return hours === 0 && minutes === '00' ? 'UTC' : `${offset[1]}${String(hours).padStart(2, '0')}:${minutes}`;
  }
  const word = name.split(/[^A-Za-z]+/).find((part) => Object.hasOwn(ABBREVIATIONS, part));
  if (word !== undefined) return ABBREVIATIONS[word]!;
  return UTC_NAME.test(name) ? 'UTC' : null;
}
