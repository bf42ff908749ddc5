/** Whether what is on the page is current: the feed, the two sockets, and since when it is not. */

import { formatTime } from "../js/format.js";
import { gettext, interpolate } from "../js/i18n.js";
import { write } from "../js/prices.js";
import { followPrices } from "./prices.js";

// With the socket open and no price for so long, the page says as of when its prices are.
const STALE_MS = 15_000;
// The page arrives with prices of its own; a connection that is made in time is not worth moving everything for.
const CONNECTING_MS = 5_000;

const terminal = document.getElementById("terminal");
const note = document.getElementById("stale-note");
const prices = document.getElementById("prices-state");
const account = document.getElementById("account-state");

let connection = "connecting";
let feed = { status: "live", detail: "" };
let newestAt = Date.now();
const loadedAt = newestAt;

export function startStatus() {
  followPrices(() => {
    newestAt = Date.now();
    if (terminal.dataset.prices !== "live") writeState();
  });
  setInterval(writeState, 1000);
}

/** Take the state of the prices socket. */
export function pricesConnection(state) {
  connection = state;
  writeState();
}

/** Take what the feed says of itself. */
export function feedState(told) {
  feed = told;
  writeState();
}

/** Show the state of the account's socket. */
export function accountConnection(state) {
  account.dataset.state = state;
  write(account, interpolate(gettext("Account %(state)s"), { state: stateName(state) }));
}

function writeState() {
  const state = overall();
  terminal.dataset.prices = state;
  prices.dataset.state = state;
  prices.title = feed.detail;
  write(prices, interpolate(gettext("Prices %(state)s"), { state: stateName(state) }));
  note.hidden = state === "live" || (state === "connecting" && Date.now() - loadedAt < CONNECTING_MS);
  if (note.hidden) return;
  const text = gettext("Prices are %(state)s. What you see is as of %(time)s. %(detail)s");
  write(note, interpolate(text, { state: stateName(state), time: formatTime(newestAt), detail: feed.detail ?? "" }));
}

function overall() {
  if (connection !== "live") return connection;
  if (feed.status === "live" && Date.now() - newestAt > STALE_MS) return "delayed";
  return feed.status;
}

function stateName(state) {
  return {
    live: gettext("live"),
    connecting: gettext("connecting"),
    reconnecting: gettext("reconnecting"),
    delayed: gettext("delayed"),
    offline: gettext("offline"),
    down: gettext("down"),
    refused: gettext("refused, sign in again"),
  }[state];
}
