/** Numbers, money and instants as people read them. */

const whole = new Intl.NumberFormat("en-US");
const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const percent = new Intl.NumberFormat("en-US", { style: "percent", maximumSignificantDigits: 3 });
const DAY_TIME = { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" };
const dayTime = new Intl.DateTimeFormat("en-US", DAY_TIME);
const yearDayTime = new Intl.DateTimeFormat("en-US", { year: "numeric", ...DAY_TIME });
const wholeDay = new Intl.DateTimeFormat("en-US", { weekday: "short", month: "short", day: "numeric", year: "numeric", timeZone: "UTC" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export const number = (value) => whole.format(value);
export const money = (value) => dollars.format(Number(value)).replace(/\.00$/, "");
export const exactMoney = (value) => dollars.format(Number(value));

/** `Nov 26, 4:18 PM` in the time zone of who looks; with the year when it is another one. */
export function when(instant) {
  const date = new Date(instant);
  return (date.getFullYear() === new Date().getFullYear() ? dayTime : yearDayTime).format(date);
}

/** A day of the calendar as `Thu, Nov 26, 2026`, wherever one looks from. */
export const onDay = (day) => wholeDay.format(new Date(`${day}T00:00Z`));

/** An instant as a `datetime-local` input takes it: to the minute, in the time zone of who looks. */
export function localTime(instant) {
  const date = new Date(instant);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** `1 ticket`, `2,000 tickets`. */
export const count = (amount, one, more = `${one}s`) => `${number(amount)} ${amount === 1 ? one : more}`;

/** A chance in percent; none without tickets. */
export function odds(value) {
  return value === null || value === undefined ? "—" : percent.format(value);
}

/** `2 hours ago`. */
export function ago(instant, now = Date.now()) {
  const seconds = (Date.parse(instant) - now) / 1000;
  const found = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  return found ? relative.format(Math.round(seconds / found[1]), found[0]) : "just now";
}

/** What is left, in the two largest units: `3 d 4 h`, `12:05`. */
export function left(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 0) return `${days} d ${hours} h`;
  const two = (value) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${two(minutes)}:${two(seconds % 60)}`;
}

/** `workout` as a word, `active_minutes` as two. */
export const words = (name) => {
  const spaced = name.replaceAll("_", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};
