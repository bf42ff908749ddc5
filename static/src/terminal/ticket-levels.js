/** Stop loss and take profit, each as price, pips and money, and the volume that follows from a risk. */

import { currentValuation } from "./account.js";
import { account, currentInstrument, moneyDigits } from "./desk.js";
import { allowedVolume, moneyOfMove, moveOfMoney, pipSize } from "./instruments.js";
import { latestPrice } from "./prices.js";
import { entryPrice, field, form, number, pane, setPrice, setVolume, side } from "./ticket-form.js";

export const LEVELS = ["stop_loss", "take_profit"];

// Which unit of a level was typed last: that one stays, the other two follow the market.
const anchors = new Map();

const companion = (level, unit) => form().querySelector(`[data-level=${level}][data-unit=${unit}]`);
const risk = () => Number(document.getElementById("risk-percent").value);

/** Remember which unit of a level has just been typed. */
export function anchorLevel(input) {
  if (input.dataset.unit) anchors.set(input.dataset.level, input.dataset.unit);
  else if (LEVELS.includes(input.name)) anchors.set(input.name, "price");
}

/** Forget what was typed, as for another symbol. */
export function clearLevels() {
  anchors.clear();
  for (const input of form().querySelectorAll("[data-unit]")) input.value = "";
  for (const level of LEVELS) field(level).value = "";
}

/** Put a level at a price, as by dragging its line. */
export function setLevel(level, price) {
  anchors.set(level, "price");
  setPrice(level, price);
}

/** Fill the units that were not typed from the one that was, then the volume from the risk. */
export function writeLevels() {
  const entry = entryPrice();
  if (entry !== null) for (const level of LEVELS) writeLevel(level, entry);
  writeRiskVolume(entry);
}

function writeLevel(level, entry) {
  const instrument = currentInstrument();
  // A stop loss is the distance lost, a take profit the distance won: both positive.
  const way = (side() === "buy" ? 1 : -1) * (level === "stop_loss" ? -1 : 1);
  const inputs = { price: field(level), pips: companion(level, "pips"), money: companion(level, "money") };
  const anchor = anchors.get(level) ?? "price";
  const typed = inputs[anchor].value;
  const volume = number("volume");
  if (!typed) {
    for (const input of Object.values(inputs)) input.value = "";
    return;
  }
  const move = {
    price: () => (Number(typed) - entry) * way,
    pips: () => Number(typed) * pipSize(instrument),
    money: () => moveOfMoney(instrument, Number(typed), volume, account.currency, latestPrice),
  }[anchor]();
  if (move === null || Number.isNaN(move)) return;
  if (anchor !== "price") setPrice(level, entry + move * way);
  if (anchor !== "pips") inputs.pips.value = (move / pipSize(instrument)).toFixed(1);
  if (anchor === "money") return;
  const amount = moneyOfMove(instrument, move, volume, account.currency, latestPrice);
  inputs.money.value = amount === null ? "" : amount.toFixed(moneyDigits);
}

/** Set the volume that loses the chosen part of the equity at the stop loss. */
function writeRiskVolume(entry) {
  const stop = number("stop_loss");
  const equity = currentValuation()?.equity;
  pane.querySelector("[data-risk-hint]").hidden = !risk() || stop !== null;
  if (!risk() || entry === null || stop === null || equity === undefined) return;
  // A loss given in money would follow the volume that follows from it: keep its distance instead.
  if (anchors.get("stop_loss") === "money") anchors.set("stop_loss", "pips");
  const instrument = currentInstrument();
  const lossPerLot = moneyOfMove(instrument, Math.abs(entry - stop), 1, account.currency, latestPrice);
  if (lossPerLot) setVolume(allowedVolume(instrument, (Number(equity) * risk()) / 100 / lossPerLot));
}
