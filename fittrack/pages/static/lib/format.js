/** Numbers, money and instants as people read them. */

const whole = new Intl.NumberFormat("en-US");
const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const percent = new Intl.NumberFormat("en-US", { style: "percent", maximumSignificantDigits: 3 });
const dayTime = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
const dayOnly = new Intl.DateTimeFormat("en-US", { weekday: "short", month: "short", day: "numeric" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export const number = (value) => whole.format(value);
export const money = (value) => dollars.format(Number(value)).replace(/\.00$/, "");
export const exactMoney = (value) => dollars.format(Number(value));
export const when = (instant) => dayTime.format(new Date(instant));
export const day = (instant) => dayOnly.format(new Date(instant));

/** `1 of 47`: how people think of a chance; none without tickets. */
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
