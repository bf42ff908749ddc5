/** The watchlist: live rows, search, groups, favourites and arrow keys. */

import { formatChange } from "../js/format.js";
import { write, writePrice, writeProfit } from "../js/prices.js";
import { currentSymbol, followSymbol, instruments, selectSymbol } from "./desk.js";
import { pointSize } from "./instruments.js";
import { showPane } from "./layout.js";
import { followPrices, latestPrice } from "./prices.js";
import { recall, remember } from "./remembered.js";

const FAVOURITES = "favourites";

export function startWatchlist() {
  const list = document.getElementById("watchlist");
  const search = document.getElementById("watchlist-search");
  const groups = document.getElementById("watchlist-groups");
  const nothing = document.getElementById("watchlist-nothing");
  const rows = new Map([...list.querySelectorAll("[data-symbol]")].map((row) => [row.dataset.symbol, row]));
  const favourites = new Set(recall(FAVOURITES, []));

  function filter() {
    const text = search.value.trim().toUpperCase().replace("/", "");
    const group = groups.querySelector(":checked").value;
    let shown = 0;
    for (const [code, row] of rows) {
      const inGroup = text || group === "all" || group === row.dataset.group || (group === FAVOURITES && favourites.has(code));
      row.hidden = !inGroup || !(code.includes(text) || row.dataset.name.toUpperCase().includes(text));
      shown += row.hidden ? 0 : 1;
    }
    for (const body of list.tBodies) body.hidden = !body.querySelector("[data-symbol]:not([hidden])");
    nothing.hidden = shown > 0;
  }

  function mark() {
    for (const [code, row] of rows) {
      const link = row.querySelector("a");
      const star = row.querySelector("[data-favourite]");
      if (code === currentSymbol()) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      // Tab stops at one row; the arrow keys go to the others.
      link.tabIndex = star.tabIndex = code === currentSymbol() ? 0 : -1;
      star.setAttribute("aria-pressed", favourites.has(code));
    }
  }

  function step(from, distance) {
    const shown = [...rows.values()].filter((row) => !row.hidden);
    const index = from ? shown.indexOf(from.closest("[data-symbol]")) + distance : 0;
    const row = shown[Math.min(Math.max(index, 0), shown.length - 1)];
    if (!row) return;
    row.querySelector("a").focus();
    selectSymbol(row.dataset.symbol);
  }

  list.addEventListener("click", (event) => {
    const row = event.target.closest("[data-symbol]");
    if (!row) return;
    const star = event.target.closest("[data-favourite]");
    if (star) {
      const code = row.dataset.symbol;
      favourites.has(code) ? favourites.delete(code) : favourites.add(code);
      remember(FAVOURITES, [...favourites]);
      mark();
      filter();
      return;
    }
    event.preventDefault();
    selectSymbol(row.dataset.symbol);
    showPane("chart");
  });
  list.addEventListener("keydown", (event) => {
    const distance = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!distance || !event.target.matches("a")) return;
    event.preventDefault();
    step(event.target, distance);
  });
  search.addEventListener("input", filter);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    step(null, 0);
    if (event.key === "Enter") showPane("chart");
  });
  groups.addEventListener("change", () => {
    remember("watchlist-group", groups.querySelector(":checked").value);
    filter();
  });

  const group = groups.querySelector(`[value="${CSS.escape(recall("watchlist-group", "all"))}"]`);
  if (group) group.checked = true;
  followSymbol(() => {
    mark();
    rows.get(currentSymbol())?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  followPrices((changed) => changed.forEach((price) => rows.has(price.symbol) && writeRow(rows.get(price.symbol), price)));
  for (const [code, row] of rows) {
    const price = latestPrice(code);
    if (price) writeRow(row, price);
  }
  mark();
  filter();
  rows.get(currentSymbol())?.scrollIntoView({ block: "nearest", inline: "start" });
}

function writeRow(row, { symbol, bid, ask }) {
  const { digits, day_open: dayOpen, ...instrument } = instruments.get(symbol);
  writePrice(row.querySelector(".bid"), bid, digits);
  writePrice(row.querySelector(".ask"), ask, digits);
  write(row.querySelector("[data-spread]"), String(Math.round((ask - bid) / pointSize({ digits, ...instrument }))));
  if (!dayOpen) return;
  const change = (bid / Number(dayOpen) - 1) * 100;
  writeProfit(row.querySelector("[data-change]"), change, `${formatChange(change)}%`);
}
