// Numbers, money, prices and times as the reader's language and time zone write them.
//
// Amounts and prices arrive as decimal strings and are formatted as such: Intl reads strings without rounding them to a
// binary fraction first.
const page = document.documentElement;
const locale = page.lang || undefined;
const timeZone = page.dataset.timeZone || undefined;

const cache = new Map();

function formatter(kind, options) {
  const key = kind.name + JSON.stringify(options);
  if (!cache.has(key)) cache.set(key, new kind(locale, options));
  return cache.get(key);
}

/** "12,345.60" with a fixed number of decimal places. */
export function formatNumber(value, digits = 2) {
  return formatter(Intl.NumberFormat, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** "+12,345.60": a change, always with its sign; zero has none. */
export function formatChange(value, digits = 2) {
  return formatter(Intl.NumberFormat, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: "exceptZero",
  }).format(value);
}

/** "12,345.60 USD". `digits` overrides the currency's own number of decimal places. */
export function formatMoney(value, currency, { signed = false, digits = currencyDigits(currency) } = {}) {
  const amount = signed ? formatChange(value, digits) : formatNumber(value, digits);
  return `${amount}\u00a0${currency}`;
}

function currencyDigits(currency) {
  try {
    return formatter(Intl.NumberFormat, { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
  } catch {
    return 2; // not an ISO 4217 code
  }
}

/** "62.5%" of a value that is already in percent. */
export function formatPercent(value, digits = 2) {
  return `${formatNumber(value, digits)}%`;
}

/** A price keeps its dot whatever the language: it is read digit by digit and typed back. */
export function formatPrice(value, digits) {
  return Number(value).toFixed(digits);
}

/**
 * Split a price for display: {figure: "1.08", pips: "01", fraction: "2"}.
 *
 * Prices with 3 or 5 digits end in a fraction of a pip; others end in whole pips.
 */
export function priceParts(value, digits) {
  const text = formatPrice(value, digits);
  const fractional = digits === 3 || digits === 5;
  const end = fractional ? text.length - 1 : text.length;
  let start = end;
  for (let taken = 0; taken < 2 && start > 0; ) if (text[--start] !== ".") taken += 1;
  return { figure: text.slice(0, start), pips: text.slice(start, end), fraction: text.slice(end) };
}

/** "14:05:09" in the reader's zone. */
export function formatTime(value) {
  return formatter(Intl.DateTimeFormat, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZone,
  }).format(new Date(value));
}

/** "20 Nov 2026, 14:05:09" in the reader's zone. */
export function formatDateTime(value) {
  return formatter(Intl.DateTimeFormat, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23", timeZone }).format(
    new Date(value),
  );
}

const AGES = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** "3 minutes ago". */
export function formatAge(value, now = Date.now()) {
  const seconds = Math.round((new Date(value).getTime() - now) / 1000);
  const [unit, size] = AGES.find(([, size]) => Math.abs(seconds) >= size) ?? AGES.at(-1);
  return formatter(Intl.RelativeTimeFormat, { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

/** "2d 04:27", "1:02:09" or "02:09" left of a number of seconds. */
export function formatCountdown(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (part) => String(part).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), two(Math.floor((whole % 3600) / 60)), two(whole % 60)];
  if (hours >= 24) {
    const days = formatter(Intl.NumberFormat, { style: "unit", unit: "day", unitDisplay: "narrow" });
    return `${days.format(Math.floor(hours / 24))} ${two(hours % 24)}:${minutes}`;
  }
  return hours ? `${hours}:${minutes}:${rest}` : `${minutes}:${rest}`;
}
