/** The advanced part of the ticket: how long an order stands, what it hangs on, and what protects its position later. */

import { gettext, interpolate } from "../js/i18n.js";
import { write } from "../js/prices.js";
import { followBook } from "./book.js";
import { recall, remember } from "./remembered.js";
import { field, form, number, orderType, pane } from "./ticket-form.js";

const OPEN = "ticket-advanced";
const TARGETS = [1, 2, 3, 4, 5].map((place) => [`target_${place}_price`, `target_${place}_volume`]);
const GUARDS = ["trailing_distance", "trailing_step", "trailing_activation", "break_even_profit", "break_even_offset"];

/** How long an order of a type may stand; what is immediate fills at once or goes. */
const TIMES_IN_FORCE = {
  market: ["gtc", "ioc", "fok"],
  limit: ["gtc", "day", "gtd", "ioc", "fok"],
  stop: ["gtc", "day", "gtd"],
  stop_limit: ["gtc", "day", "gtd"],
};

let working = [];

export function startTerms() {
  // A toggle does not bubble.
  pane.addEventListener("toggle", ({ target }) => target.id === OPEN && remember(OPEN, target.open), true);
  followBook((entries) => {
    working = entries.filter(({ kind }) => kind === "order");
    offerOrders();
  });
  takeForm();
}

/** Fit a form that the server has just sent: open as it was left, with the present orders to hang on. */
export function takeForm() {
  const advanced = document.getElementById(OPEN);
  advanced.open ||= recall(OPEN, false);
  offerOrders();
}

/** Offer what fits the order type, and say in the closed part's line what is set in it. */
export function showTerms() {
  const allowed = TIMES_IN_FORCE[orderType()];
  const timeInForce = field("time_in_force");
  for (const option of timeInForce.options) option.hidden = option.disabled = !allowed.includes(option.value);
  if (!allowed.includes(timeInForce.value)) timeInForce.value = "gtc";
  for (const row of form().querySelectorAll("[data-until]")) row.hidden = timeInForce.value !== "gtd";
  write(form().querySelector("[data-advanced-summary]"), summary().join(" · "));
}

/** Forget what belongs to the prices of one symbol. */
export function clearGuards() {
  for (const name of [...GUARDS, ...TARGETS.flat()]) field(name).value = "";
}

/** The partial take profits that have a price: `[{name, price, volume}]`. */
export function targets() {
  return TARGETS.map(([name, volume]) => ({ name, price: number(name), volume: number(volume) ?? 0 })).filter(
    ({ price }) => price,
  );
}

/** Whether the ticket's market order may miss the price that was seen. */
export function deviates() {
  return orderType() === "market" && field("deviation_points").value !== "";
}

/** What of the order `showTerms` speaks of, as the API takes it; a row that is not filled in yet is left out. */
export function terms() {
  const pending = orderType() !== "market";
  const asked = { time_in_force: field("time_in_force").value };
  if (asked.time_in_force === "gtd") {
    if (field("expires_at").value) asked.expires_at = field("expires_at").value;
    else delete asked.time_in_force;
  }
  // A market order's deviation counts from a price that has been seen: there is none to ask about yet.
  if (orderType() === "stop" && field("deviation_points").value) asked.deviation_points = number("deviation_points");
  if (pending && field("oco_group").value) asked.oco_group = field("oco_group").value;
  if (pending && field("parent_id").value) asked.parent_id = number("parent_id");
  const trailing = points({ distance_points: "trailing_distance", step_points: "trailing_step", activation_points: "trailing_activation" });
  if (trailing.distance_points !== undefined) asked.trailing_stop = trailing;
  const breakEven = points({ profit_points: "break_even_profit", offset_points: "break_even_offset" });
  if (breakEven.profit_points !== undefined) asked.break_even = breakEven;
  const partial = TARGETS.map(([price, volume]) => ({ price: field(price).value, volume: field(volume).value }));
  asked.partial_take_profits = partial.filter(({ price, volume }) => price && volume);
  return asked;
}

function points(names) {
  const filled = Object.entries(names).filter(([, name]) => field(name).value !== "");
  return Object.fromEntries(filled.map(([key, name]) => [key, number(name)]));
}

function summary() {
  const pending = orderType() !== "market";
  const timeInForce = field("time_in_force");
  const found = [];
  if (timeInForce.value !== "gtc") found.push(timeInForce.selectedOptions[0].text);
  if (["market", "stop"].includes(orderType()) && field("deviation_points").value) found.push(`±${field("deviation_points").value}`);
  if (field("trailing_distance").value) found.push(interpolate(gettext("trails %(points)s"), { points: field("trailing_distance").value }));
  if (field("break_even_profit").value) found.push(gettext("break-even"));
  if (targets().length) found.push(interpolate(gettext("%(count)s partial TP"), { count: targets().length }));
  if (pending && field("oco_group").value) found.push(`${gettext("OCO")} ${field("oco_group").value}`);
  if (pending && field("parent_id").value) found.push(interpolate(gettext("after #%(id)s"), { id: field("parent_id").value }));
  return found;
}

/** The working orders to wait for, and the names of their groups. */
function offerOrders() {
  const parent = field("parent_id");
  const chosen = parent.value;
  const sides = { buy: gettext("Buy"), sell: gettext("Sell") };
  const offered = working.map((order) => new Option(`#${order.id} ${sides[order.side]} ${order.volume} ${order.symbol}`, order.id));
  parent.replaceChildren(new Option("–", ""), ...offered);
  parent.value = working.some(({ id }) => String(id) === chosen) ? chosen : "";
  const groups = new Set(working.map((order) => order.oco_group).filter(Boolean));
  document.getElementById("oco-groups").replaceChildren(...[...groups].map((group) => new Option(group)));
}
