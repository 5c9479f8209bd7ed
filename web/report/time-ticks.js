const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Calendar steps: even steps below a day, days of a month, months and years. */
const STEPS = [
  ...[1, 5, 15, 30].map((amount) => ({ unit: 'even', amount: amount * MINUTE, ms: amount * MINUTE })),
  ...[1, 3, 6, 12].map((amount) => ({ unit: 'even', amount: amount * HOUR, ms: amount * HOUR })),
  ...[1, 2, 4, 7, 14].map((amount) => ({ unit: 'day', amount, ms: amount * DAY })),
  ...[1, 2, 3, 6].map((amount) => ({ unit: 'month', amount, ms: amount * 30.5 * DAY })),
  ...[1, 2, 5, 10, 20, 50].map((amount) => ({ unit: 'month', amount: amount * 12, ms: amount * 366 * DAY })),
];

/**
 * Round UTC times from `from` to `to`, epoch ms, at most about `most`.
 * @param {number} from @param {number} to @param {number} most
 * @returns {{time: number, label: string, isMajor: boolean}[]} major: a new day among hours, month among days, year among months
 */
export function timeTicks(from, to, most) {
  const step = STEPS.find(({ ms }) => (to - from) / ms <= most) ?? STEPS[STEPS.length - 1];
  const times = step.unit === 'even' ? evenTimes(from, to, step.amount) : calendarTimes(from, to, step);
  return times.map((time) => ({ time, ...labelOf(time, step.unit) }));
}

/** @param {number} from @param {number} to @param {number} step */
function evenTimes(from, to, step) {
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, i) => (first + i) * step);
}

/** @param {number} from @param {number} to @param {{unit: string, amount: number}} step */
function calendarTimes(from, to, { unit, amount }) {
  const start = new Date(from);
  const monthsPerStep = unit === 'month' ? amount : 1;
  const firstMonth = start.getUTCFullYear() * 12 + start.getUTCMonth();
  const times = [];
  for (let month = Math.floor(firstMonth / monthsPerStep) * monthsPerStep; ; month += monthsPerStep) {
    const monthStart = Date.UTC(Math.floor(month / 12), month % 12);
    if (monthStart > to) return times;
    const days = unit === 'day' ? daysOfMonth(month, amount) : [0];
    times.push(...days.map((day) => monthStart + day * DAY).filter((time) => time >= from && time <= to));
  }
}

/** Days of a month in steps of `amount`, with space before the first of the next month. @param {number} month @param {number} amount */
function daysOfMonth(month, amount) {
  const length = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();
  const days = [];
  for (let day = 0; day <= length - Math.max(1, amount / 2); day += amount) days.push(day);
  return days;
}

/** Labels a tick with the unit that changes there: the hour, at midnight the day, etc. @param {number} time @param {string} unit */
function labelOf(time, unit) {
  const date = new Date(time);
  const month = MONTHS[date.getUTCMonth()];
  if (time % DAY !== 0) return { label: date.toISOString().slice(11, 16), isMajor: false };
  if (date.getUTCDate() !== 1) return { label: `${date.getUTCDate()} ${month}`, isMajor: unit === 'even' };
  if (date.getUTCMonth() !== 0) return { label: month, isMajor: unit !== 'month' };
  return { label: String(date.getUTCFullYear()), isMajor: true };
}
