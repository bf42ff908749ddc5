/** The account's own socket: valuations into their cells, events into fresh rows. */

import { formatChange, formatNumber, formatPercent } from "../js/format.js";
import { flash, write, writeProfit } from "../js/prices.js";
import { Socket } from "../js/socket.js";
import { followBook, refreshBook, seenSeq } from "./book.js";
import { account, moneyDigits, urls } from "./desk.js";

// Several events of one commit arrive one after the other; their rows are fetched once.
const GATHER_MS = 40;

const bar = document.getElementById("account-bar");
let valuation = null;

/** The newest valuation, or null before the first. */
export function currentValuation() {
  return valuation;
}

export function startAccount({ onState }) {
  let gathering = 0;
  new Socket({
    url: () => `${urls.account_socket}?since=${seenSeq()}`,
    onState,
    onMessage(message) {
      if (message.type === "valuation") {
        valuation = message.valuation;
        writeValuation();
      } else if (message.type === "event") {
        clearTimeout(gathering);
        gathering = setTimeout(refreshBook, GATHER_MS);
      }
    },
  });
  followBook(writeValuation); // fresh rows take the newest valuation at once
}

function writeValuation() {
  if (!valuation) return;
  for (const name of ["balance", "equity", "margin", "free_margin"]) {
    write(bar.querySelector(`[data-value=${name}]`), formatNumber(valuation[name], moneyDigits));
  }
  writeMoney(bar.querySelector("[data-value=floating]"), valuation.floating);
  writeLevel(valuation.margin_level);
  for (const { id, price, profit, pips } of valuation.positions) {
    const row = document.getElementById(`position-${id}`);
    if (!row) continue; // closed a moment ago, or its row is on the way
    write(row.querySelector("[data-value=price]"), Number(price).toFixed(row.dataset.digits));
    write(row.querySelector("[data-value=pips]"), formatChange(pips, 1));
    writeMoney(row.querySelector("[data-value=profit]"), profit);
  }
}

/** A profit or loss, tinted for a moment by the way it went. */
function writeMoney(cell, amount) {
  const before = cell.dataset.amount;
  if (before === amount) return;
  cell.dataset.amount = amount;
  if (before) flash(cell, Number(amount) > Number(before) ? "up" : "down");
  writeProfit(cell, amount, formatChange(amount, moneyDigits));
}

/** The margin level as a number and as a thin gauge; the gauge's bounds are the account's own levels. */
function writeLevel(level) {
  write(bar.querySelector("[data-value=margin_level]"), level === null ? "–" : formatPercent(level));
  const gauge = bar.querySelector("meter");
  gauge.value = level === null ? gauge.max : Math.min(Number(level), gauge.max);
}
