/** Candles of one symbol and interval: pages from the server, the newest one kept current by prices. */

import { urls } from "./desk.js";

const PAGE = 500;
const MINUTE = 60;

/** Seconds per interval. */
export const INTERVALS = {
  "1m": MINUTE,
  "5m": 5 * MINUTE,
  "15m": 15 * MINUTE,
  "30m": 30 * MINUTE,
  "1h": 60 * MINUTE,
  "4h": 240 * MINUTE,
  "1d": 1440 * MINUTE,
  "1w": 7 * 1440 * MINUTE,
};
// The Unix epoch was a Thursday; weeks start on Monday.
const WEEK_OFFSET = 4 * 1440 * MINUTE;

/** The opening time (Unix seconds) of the candle that `seconds` falls into. */
function candleTime(seconds, interval) {
  const length = INTERVALS[interval];
  const offset = interval === "1w" ? WEEK_OFFSET : 0;
  return Math.floor((seconds - offset) / length) * length + offset;
}

/** When the candle that is running at `seconds` closes. */
export function candleEnd(seconds, interval) {
  return candleTime(seconds, interval) + INTERVALS[interval];
}

/** Load at most 500 candles that opened before `end` (Unix seconds, or the newest), oldest first. */
export async function loadCandles(symbol, interval, { end, signal } = {}) {
  const address = new URL(urls.candles, location.href);
  address.search = new URLSearchParams({
    symbol,
    interval,
    limit: PAGE,
    ...(end ? { end: new Date(end * 1000).toISOString() } : {}),
  });
  const response = await fetch(address, { signal, headers: { Accept: "application/json" } });
  const body = await response.json();
  if (!response.ok) throw new CandlesRefused(body.error);
  return body.candles.map(({ time, open, high, low, close }) => ({
    time: Date.parse(time) / 1000,
    open: Number(open),
    high: Number(high),
    low: Number(low),
    close: Number(close),
  }));
}

/** The server's refusal, with its sentence and request id. */
class CandlesRefused extends Error {
  constructor({ message, request_id: requestId }) {
    super(message);
    this.requestId = requestId;
  }
}

/** The candle after a price of `seconds`: the running one grown, or a new one. */
export function grow(candle, bid, seconds, interval) {
  const time = candleTime(seconds, interval);
  if (!candle || time > candle.time) {
    const open = candle ? candle.close : bid;
    return { time, open, high: Math.max(open, bid), low: Math.min(open, bid), close: bid };
  }
  return { ...candle, high: Math.max(candle.high, bid), low: Math.min(candle.low, bid), close: bid };
}
