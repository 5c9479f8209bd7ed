const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Months (from 0) in which clocks change somewhere. */
const AUTUMN = new Set([2, 3, 8, 9, 10]);

const isWeekend = (date: Date): boolean => [0, 5, 6].includes(date.getUTCDay());

/**
 * Whether times without a zone are local: an hour that repeats at night on a weekend, in a month in which clocks are set
 * back, or the one missing hour at the moment when they are set forward. Returns that time, or null.
 * @param walls ascending but for the repeated hour
 * @param isEqual whether two rows hold the same candle; then the row is simply there twice
 */
export function clockChangeIn(walls: Float64Array, isEqual: (a: number, b: number) => boolean): number | null {
  let shortest = Infinity;
  const holes: number[] = [];
  for (let i = 1; i < walls.length; i += 1) {
    const step = walls[i]! - walls[i - 1]!;
    if (step <= 0) return repeatedHour(walls, i, isEqual);
    if (step < shortest) shortest = step;
    if (step > HOUR_MS) holes.push(i);
  }
  return shortest <= HOUR_MS ? skippedHour(walls, shortest, holes) : null;
}

function repeatedHour(walls: Float64Array, i: number, isEqual: (a: number, b: number) => boolean): number | null {
  const at = new Date(walls[i]!);
  const isNight = at.getUTCHours() <= 3 && isWeekend(at) && AUTUMN.has(at.getUTCMonth());
  if (!isNight || walls[i]! - walls[i - 1]! <= -HOUR_MS) return null;
  const twin = walls.indexOf(walls[i]!);
  return twin < i && isEqual(twin, i) ? null : walls[i]!;
}

/** @param holes indexes of candles that follow a hole of more than an hour */
function skippedHour(walls: Float64Array, step: number, holes: readonly number[]): number | null {
  const at = holes.find((i) => {
    const isOneHour = walls[i]! - walls[i - 1]! === step + HOUR_MS;
    // Other holes near it: the market is thin, and this one says nothing.
    return isOneHour && isSpringChange(walls[i - 1]! + step) && !hasHoles(walls, i, step);
  });
  return at === undefined ? null : walls[at - 1]! + step;
}

/** Last Sunday of March at 01:00 to 03:00 (Europe), second Sunday of March at 02:00 (America), and the southern ones. */
function isSpringChange(wall: number): boolean {
  if (wall % HOUR_MS !== 0) return false;
  const date = new Date(wall);
  if (date.getUTCDay() !== 0) return false;
  const [month, day, hour] = [date.getUTCMonth(), date.getUTCDate(), date.getUTCHours()];
  if (month === 2 && day > 24) return hour >= 1 && hour <= 3;
  if (month === 2 && day >= 8 && day <= 14) return hour === 2;
  if (month === 9 && day <= 7) return hour === 2;
  return month === 8 && day > 23 && hour === 2;
}

/** Whether a bar is missing in the three days before or after index `at`. */
function hasHoles(walls: Float64Array, at: number, step: number): boolean {
  for (let i = at - 1; i > 0 && walls[at]! - walls[i]! < 3 * DAY_MS; i -= 1) {
    if (walls[i]! - walls[i - 1]! !== step) return true;
  }
  for (let i = at + 1; i < walls.length && walls[i]! - walls[at]! < 3 * DAY_MS; i += 1) {
    if (walls[i]! - walls[i - 1]! !== step) return true;
  }
  return false;
}
