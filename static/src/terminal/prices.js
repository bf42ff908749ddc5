/** The newest price of every symbol, kept current by the prices socket. */

import { Socket } from "../js/socket.js";

const latest = new Map();
const followers = new Set();

/** The newest `{symbol, bid, ask, time}` of a symbol, or undefined. */
export function latestPrice(symbol) {
  return latest.get(symbol);
}

/** Call `callback(prices)` with every batch of changed prices. */
export function followPrices(callback) {
  followers.add(callback);
}

/** Take the prices the page was rendered with. */
export function seedPrices(instruments) {
  for (const { code, bid, ask } of instruments) {
    if (bid) latest.set(code, { symbol: code, bid: Number(bid), ask: Number(ask), time: 0 });
  }
}

/** Subscribe to `symbols`; `onState` hears of the connection, `onFeed` of the feed behind it. */
export function startPrices({ url, symbols, onState, onFeed }) {
  const socket = new Socket({
    url: () => url,
    onState(state) {
      if (state === "live") socket.send({ action: "subscribe", symbols });
      onState(state);
    },
    onMessage(message) {
      if (message.type === "prices") take(message.prices);
      else if (message.type === "feed") onFeed(message);
    },
  });
}

function take(rows) {
  const changed = rows.map(({ s, b, a, t }) => ({ symbol: s, bid: Number(b), ask: Number(a), time: t }));
  for (const price of changed) latest.set(price.symbol, price);
  for (const callback of followers) callback(changed);
}
