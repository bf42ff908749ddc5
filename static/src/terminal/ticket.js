/** The order ticket: what is typed, what its button would do, and one-click trading. */

import { formatPrice } from "../js/format.js";
import { gettext, interpolate } from "../js/i18n.js";
import { write, writePrice } from "../js/prices.js";
import { currentInstrument, currentSymbol, followSymbol } from "./desk.js";
import { allowedVolume, pipSize } from "./instruments.js";
import { showPane } from "./layout.js";
import { startPreview } from "./preview.js";
import { isTradable, startMarketState } from "./market-state.js";
import { followPrices, latestPrice } from "./prices.js";
import { recall, remember } from "./remembered.js";
import { entryPrice, field, form, neededPrices, number, orderType, pane, setPrice, setVolume, side } from "./ticket-form.js";
import { anchorLevel, clearLevels, LEVELS, setLevel, writeLevels } from "./ticket-levels.js";
import { clearGuards, deviates, showTerms, startTerms, takeForm, targets, terms } from "./ticket-terms.js";

// How far from the market a pending order starts.
const START_PIPS = 10;

const followers = new Set();
// Prices of pending orders that the person has set; the others follow type and side.
const typedPrices = new Set();
let oneClick = recall("one-click", false);
let requestPreview = () => {};

/** Whether orders and closings go out at the first click. */
export function isOneClick() {
  return oneClick;
}

/** Bring the ticket to the front for one side, ready for the volume. */
export function chooseSide(chosen) {
  showPane("ticket");
  field("side").value = chosen;
  fillPrices();
  changed();
  field("volume").focus();
  field("volume").select();
}

/** Call `callback(draft)` when what the ticket would do may have changed; null when no line belongs to it. */
export function followDraft(callback) {
  followers.add(callback);
  callback(draft());
}

export function startTicket() {
  startTerms();
  requestPreview = startPreview(pane, question).request;
  pane.addEventListener("input", ({ target }) => {
    form().querySelector("[role=alert]")?.remove(); // it spoke of what was typed before
    anchorLevel(target);
    if (["price", "limit_price"].includes(target.name)) typedPrices.add(target.name);
    changed();
  });
  pane.addEventListener("change", ({ target }) => {
    if (target.id === "one-click") setOneClick(target.checked);
    if (target.name === "type") fillPrices();
    if (target.name === "volume") setVolume(allowedVolume(currentInstrument(), Number(target.value)));
    changed();
  });
  document.getElementById("terminal").addEventListener("click", ({ target }) => {
    const deal = target.closest("[data-deal]");
    if (deal) pressDeal(deal.dataset.side);
  });
  // The server's answer brings a new form.
  document.addEventListener("htmx:load", ({ detail }) => {
    if (detail.elt.id !== "ticket-form" || !pane.contains(detail.elt)) return;
    clearAnchorsOf(detail.elt);
    takeForm();
    typedPrices.clear();
    for (const name of neededPrices()) if (field(name).value) typedPrices.add(name);
    fillPrices();
    changed();
  });
  followSymbol(takeSymbol);
  followPrices((prices) => prices.some(({ symbol }) => symbol === currentSymbol()) && follow());
  startMarketState(changed);
  setOneClick(oneClick);
  changed();
}

function clearAnchorsOf(fresh) {
  for (const level of LEVELS) anchorLevel(fresh.elements[level]);
}

function takeSymbol() {
  const instrument = currentInstrument();
  field("symbol").value = instrument.code;
  write(pane.querySelector("[data-ticket-symbol]"), instrument.code);
  write(pane.querySelector("[data-ticket-name]"), instrument.name);
  for (const price of document.querySelectorAll("[data-deal] .price")) {
    price.dataset.value = ""; // another symbol's price is no movement of this one
    if (!latestPrice(instrument.code)) price.replaceChildren("–");
  }
  typedPrices.clear();
  clearLevels();
  clearGuards();
  Object.assign(field("volume"), { min: instrument.volume_min, max: instrument.volume_max, step: instrument.volume_step });
  setVolume(allowedVolume(instrument, number("volume") ?? 0));
  fillPrices();
  changed();
}

function setOneClick(on) {
  oneClick = on;
  remember("one-click", on);
  document.getElementById("one-click").checked = on;
}

/** Sell or Buy was pressed: choose the side, or deal at once where one-click trading is on. */
function pressDeal(pressed) {
  if (!oneClick || orderType() !== "market") {
    chooseSide(pressed);
    return;
  }
  field("side").value = pressed;
  changed();
  form().requestSubmit();
}

/** Pending orders start near the market on the side where they are allowed, until a price is typed or dragged. */
function fillPrices() {
  const price = latestPrice(currentSymbol());
  if (!price) return;
  const away = START_PIPS * pipSize(currentInstrument()) * (side() === "buy" ? 1 : -1);
  const market = side() === "buy" ? price.ask : price.bid;
  const starts = {
    price: orderType() === "limit" ? market - away : market + away,
    limit_price: market + away / 2,
  };
  for (const name of neededPrices()) if (!typedPrices.has(name)) setPrice(name, starts[name]);
}

/** Everything that depends on what is typed. */
function changed() {
  for (const row of form().querySelectorAll("[data-only]")) row.hidden = !row.dataset.only.split(" ").includes(orderType());
  showTerms();
  field("idempotency_key").value = nextKey();
  follow();
  requestPreview();
}

/** Everything that depends on prices too. */
function follow() {
  if (deviates()) setPrice("price", entryPrice()); // a deviation counts from the price that is seen
  writeLevels();
  writeConfirm();
  writeDeals();
  const now = draft();
  for (const callback of followers) callback(now);
}

let typed = 0;

/** What differs from the last submission is another order; the same, sent twice, is one. */
function nextKey() {
  typed += 1;
  return `${form().dataset.key}-${typed}`;
}

const sideName = (name) => (name === "buy" ? gettext("Buy") : gettext("Sell"));

/** The button says exactly what it will do. */
function writeConfirm() {
  const text = {
    market: gettext("%(side)s %(volume)s %(symbol)s at market"),
    limit: gettext("%(side)s %(volume)s %(symbol)s limit %(price)s"),
    stop: gettext("%(side)s %(volume)s %(symbol)s stop %(price)s"),
    stop_limit: gettext("%(side)s %(volume)s %(symbol)s stop %(price)s limit %(limit)s"),
  }[orderType()];
  const values = {
    side: sideName(side()),
    volume: field("volume").value || "…",
    symbol: currentSymbol(),
    price: field("price").value || "…",
    limit: field("limit_price").value || "…",
  };
  const confirm = pane.querySelector("[data-confirm]");
  write(confirm, interpolate(text, values));
  confirm.disabled = !isTradable();
}

/** The buttons carry the prices, and with one-click trading the volume that they deal. */
function writeDeals() {
  const price = latestPrice(currentSymbol());
  const { digits } = currentInstrument();
  for (const button of document.querySelectorAll("[data-deal]")) {
    const name = button.dataset.side;
    button.disabled = !isTradable();
    if (price) writePrice(button.querySelector(".price"), name === "buy" ? price.ask : price.bid, digits);
    if (pane.contains(button)) button.setAttribute("aria-pressed", String(side() === name));
    const volume = oneClick && orderType() === "market" ? ` ${field("volume").value}` : "";
    write(button.querySelector("[data-deal-label]"), sideName(name) + volume);
  }
  if (!price) return;
  write(pane.querySelector("[data-ticket-spread]"), formatPrice((price.ask - price.bid) / pipSize(currentInstrument()), 1));
}

/** The ticket as the chart draws it, null while nothing in it has a price of its own. */
function draft() {
  const prices = Object.fromEntries([...neededPrices(), ...LEVELS].map((name) => [name, number(name)]));
  const partial = targets();
  if (!Object.values(prices).some(Boolean) && !partial.length) return null;
  const volume = number("volume") ?? 0;
  return { symbol: currentSymbol(), side: side(), volume, entry: entryPrice(), ...prices, targets: partial, write: dropLine };
}

/** A line of the ticket was dropped at a price, or taken off the chart. */
function dropLine(name, price) {
  if (LEVELS.includes(name)) setLevel(name, price);
  else setPrice(name, price);
  typedPrices.add(name);
  changed();
}

/** What the preview asks about, null while the ticket is incomplete. */
function question() {
  const names = ["volume", ...neededPrices()];
  if (names.some((name) => !field(name).value)) return null;
  const given = [...names, ...LEVELS].filter((name) => field(name).value).map((name) => [name, field(name).value]);
  return { symbol: currentSymbol(), side: side(), type: orderType(), ...Object.fromEntries(given), ...terms() };
}
