/** The lower pane: row clicks, one-click crosses, and what the market stands at beside each order. */

import { formatPrice } from "../js/format.js";
import { write } from "../js/prices.js";
import { act } from "./actions.js";
import { followBook } from "./book.js";
import { instruments, selectSymbol } from "./desk.js";
import { showPane } from "./layout.js";
import { followPrices, latestPrice } from "./prices.js";
import { isOneClick } from "./ticket.js";

const dock = document.getElementById("dock");

export function startDock() {
  // While the event comes down: with one-click trading the row's cross acts before htmx opens its dialog.
  dock.addEventListener("click", pressCross, true);
  dock.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-ticket]")) showPane("ticket");
    const row = event.target.closest("[data-focus-symbol]");
    if (!row || event.target.closest(".actions")) return;
    event.preventDefault();
    selectSymbol(row.dataset.focusSymbol);
  });
  followBook((entries) => {
    for (const kind of ["position", "order"]) {
      const count = entries.filter((entry) => entry.kind === kind).length;
      write(dock.querySelector(`[data-count=${kind}]`), count ? String(count) : "");
    }
    writeMarketPrices();
  });
  followPrices(writeMarketPrices);
}

function pressCross(event) {
  const cross = event.target.closest("[data-removes]");
  if (!cross || !isOneClick()) return;
  event.preventDefault();
  event.stopPropagation();
  const { remove } = JSON.parse(cross.closest("[data-entry]").dataset.entry);
  act(remove.method, remove.url);
}

function writeMarketPrices() {
  for (const cell of dock.querySelectorAll("[data-market]")) {
    const price = latestPrice(cell.dataset.market);
    if (!price) continue;
    const side = cell.dataset.marketSide === "buy" ? price.ask : price.bid;
    write(cell, formatPrice(side, instruments.get(cell.dataset.market).digits));
  }
}
