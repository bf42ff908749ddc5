/** Positions and orders as the server rendered them, fetched again when something happened to the account. */

import htmx from "htmx.org";

import { urls } from "./desk.js";

const PRICES = new Set(["price", "limit_price", "stop_loss", "take_profit", "moves_at"]);

const followers = new Set();
let seq = Number(document.getElementById("dock").dataset.seq);
let fetching = false;
let again = false;

/** Call `callback(entries)` now and whenever the rows of positions and orders have changed. */
export function followBook(callback) {
  followers.add(callback);
  callback(entries());
}

/** The number of the newest event that the rows contain. */
export function seenSeq() {
  return seq;
}

/** Fetch the rows; the answer also tells, in toasts, what has happened since the last ones. */
export async function refreshBook() {
  again = fetching;
  if (fetching) return;
  fetching = true;
  try {
    await htmx.ajax("GET", `${urls.book}?since=${seq}`, { source: "#dock", swap: "none" });
  } finally {
    fetching = false;
  }
  for (const callback of followers) callback(entries());
  if (again) await refreshBook();
}

export function startBook() {
  document.addEventListener("book-seq", ({ detail }) => {
    if (detail.value === seq) return;
    seq = detail.value;
    for (const list of document.querySelectorAll("[data-follows-account]")) htmx.trigger(list, "account-changed");
  });
  document.addEventListener("account-changed", ({ target }) => target.matches("[data-follows-account]") || refreshBook());
}

function entries() {
  return [...document.querySelectorAll("#dock [data-entry]")].map((row) => JSON.parse(row.dataset.entry, toNumbers));
}

/** Prices arrive as decimal strings; lines are drawn with numbers. */
function toNumbers(key, value) {
  return PRICES.has(key) && value !== null ? Number(value) : value;
}
