/** The ticket's fields by name. The form is replaced by every answer of the server, so nothing here keeps an element. */

import { formatPrice } from "../js/format.js";
import { currentInstrument, currentSymbol } from "./desk.js";
import { volumeDigits } from "./instruments.js";
import { latestPrice } from "./prices.js";

/** The prices that each order type needs. */
const PRICES = { market: [], limit: ["price"], stop: ["price"], stop_limit: ["price", "limit_price"] };

export const pane = document.getElementById("ticket");

export function form() {
  return pane.querySelector("form");
}

export function field(name) {
  return form().elements[name];
}

/** The number in a field, null while it is empty. */
export function number(name) {
  return field(name).value ? Number(field(name).value) : null;
}

/** Write a price into a field; null empties it. */
export function setPrice(name, price) {
  field(name).value = price === null ? "" : formatPrice(price, currentInstrument().digits);
}

export function setVolume(volume) {
  field("volume").value = volume.toFixed(volumeDigits(currentInstrument()));
}

export function side() {
  return field("side").value;
}

export function orderType() {
  return field("type").value;
}

/** The names of the prices that the chosen order type needs. */
export function neededPrices() {
  return PRICES[orderType()];
}

/** The price at which the ticket would deal, null while that is not known. */
export function entryPrice() {
  const needed = neededPrices();
  if (needed.length) return number(needed.at(-1));
  const price = latestPrice(currentSymbol());
  return price ? (side() === "buy" ? price.ask : price.bid) : null;
}
