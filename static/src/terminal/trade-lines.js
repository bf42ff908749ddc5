/** Which lines the chart shows: positions, orders and their levels from the book, and the ticket's draft. */

import { formatChange, formatMoney, formatPrice } from "../js/format.js";
import { gettext, interpolate } from "../js/i18n.js";
import { act } from "./actions.js";
import { followBook } from "./book.js";
import { ChartLines } from "./chart-lines.js";
import { account, currentInstrument, currentSymbol, followSymbol } from "./desk.js";
import { moneyOfMove, pipSize } from "./instruments.js";
import { followPrices, latestPrice } from "./prices.js";
import { followDraft, isOneClick } from "./ticket.js";

const LEVELS = {
  stop_loss: { short: "SL", tone: "down" },
  take_profit: { short: "TP", tone: "up" },
};

export function startTradeLines(canvas) {
  const lines = new ChartLines(canvas, currentInstrument);
  let book = [];
  let draft = null;

  function draw() {
    const symbol = currentSymbol();
    const shown = book.filter((entry) => entry.symbol === symbol).flatMap(entryLines);
    if (draft?.symbol === symbol) shown.push(...draftLines(draft));
    lines.show(shown);
  }

  followBook((entries) => {
    book = entries;
    draw();
  });
  followDraft((changed) => {
    draft = changed;
    draw();
  });
  followSymbol(draw);
  // Money on the lines follows the conversion rate, and the entry line the profit.
  followPrices((changed) => changed.some(({ symbol }) => symbol === currentSymbol()) && draw());
}

/** The money and pips between `from` and `to` for an entry of the book or the ticket. */
function meaning({ side, volume }, from, to) {
  const distance = (to - from) * (side === "buy" ? 1 : -1);
  const amount = moneyOfMove(currentInstrument(), distance, volume, account.currency, latestPrice);
  const pips = `${formatChange(distance / pipSize(currentInstrument()), 1)} ${gettext("pips")}`;
  return amount === null ? pips : `${formatMoney(amount, account.currency, { signed: true })} · ${pips}`;
}

function sideName(side) {
  return side === "buy" ? gettext("Buy") : gettext("Sell");
}

/** A position or working order: its own line, then its levels, or the means to pull them out. */
function entryLines(entry) {
  const key = `${entry.kind}-${entry.id}`;
  const title = `${sideName(entry.side)} ${entry.volume}`;
  const base = entry.limit_price && entry.armed ? entry.limit_price : entry.price;
  const levels = Object.keys(LEVELS).filter((level) => entry[level]);
  const missing = Object.keys(LEVELS).filter((level) => !entry[level]);
  const change = (field) => (price) => act("PATCH", entry.url, { [field]: formatPrice(price, currentInstrument().digits) });

  const own = {
    key,
    price: base,
    tone: entry.kind === "position" ? "info" : "text-secondary",
    solid: entry.kind === "position",
    name: `${title} ${entry.label}`,
    label: () => (entry.kind === "position" ? `${title} · ${currentMeaning(entry)}` : `${title} ${entry.label}`),
    onRemove: () => remove(entry),
    removeName: entry.kind === "position" ? gettext("Close position") : gettext("Cancel order"),
    pulls: missing.map((level) => ({
      text: LEVELS[level].short,
      name: `${LEVELS[level].short} ${title}`,
      tone: LEVELS[level].tone,
      label: (price) => `${LEVELS[level].short} ${meaning(entry, base, price)}`,
      onDrop: change(level),
    })),
  };
  if (entry.kind === "order") own.onDrop = change(entry.armed ? "limit_price" : "price");
  const shown = [own, ...levels.map((level) => levelLine(entry, level, base, key, change(level)))];
  if (entry.limit_price && !entry.armed) {
    shown.push({
      key: `${key}-limit`,
      price: entry.limit_price,
      tone: "text-secondary",
      name: `${title} ${gettext("limit")}`,
      label: () => `${title} ${gettext("limit")}`,
      onDrop: change("limit_price"),
    });
  }
  return [...shown, ...guardLines(entry, base, key)];
}

/** What will move the stop loss by itself, and the partial take profits. */
function guardLines(entry, base, key) {
  const { trailing_stop: trailing, break_even: breakEven, partial_take_profits: partial } = entry.guards ?? {};
  const digits = currentInstrument().digits;
  const send = (targets) =>
    act("PATCH", entry.url, {
      partial_take_profits: targets.map(({ price, volume }) => ({ price: formatPrice(price, digits), volume })),
    });
  const shown = (partial ?? []).map((target, index) => ({
    key: `${key}-partial-${index}`,
    price: target.price,
    tone: "up",
    name: `${gettext("Partial TP")} ${index + 1} ${sideName(entry.side)} ${entry.volume}`,
    label: (price) => partialLabel(entry, target, base, price),
    onDrop: (price) => send(partial.with(index, { ...target, price })),
    onRemove: () => send(partial.toSpliced(index, 1)),
    removeName: gettext("Remove partial take profit"),
  }));
  const moves = [
    [trailing, interpolate(gettext("SL trails from here, %(points)s points"), { points: trailing?.distance_points })],
    [breakEven, gettext("SL to break-even")],
  ];
  for (const [index, [guard, text]] of moves.entries()) {
    if (!guard?.moves_at) continue;
    shown.push({ key: `${key}-moves-${index}`, price: guard.moves_at, tone: "warning", name: text, label: () => text });
  }
  return shown;
}

function partialLabel(entry, target, base, price) {
  return `TP ${Number(target.volume)} · ${meaning({ side: entry.side, volume: target.volume }, base, price)}`;
}

function levelLine(entry, level, base, key, onDrop) {
  const { short, tone } = LEVELS[level];
  return {
    key: `${key}-${level}`,
    price: entry[level],
    tone,
    name: `${short} ${sideName(entry.side)} ${entry.volume}`,
    label: (price) => `${short} ${meaning(entry, base, price)}`,
    onDrop,
    onRemove: () => act("PATCH", entry.url, { [level]: null }),
    removeName: level === "stop_loss" ? gettext("Remove stop loss") : gettext("Remove take profit"),
  };
}

/** At once with one-click trading, else through the dialog of the row's own cross. */
function remove(entry) {
  if (isOneClick()) act(entry.remove.method, entry.remove.url);
  else document.querySelector(`#${entry.kind}-${entry.id} [data-removes]`).click();
}

function currentMeaning(entry) {
  const price = latestPrice(entry.symbol);
  return price ? meaning(entry, entry.price, entry.side === "buy" ? price.bid : price.ask) : "";
}

/** What the ticket would do, before it is done. Dropping a line writes its price into the ticket. */
function draftLines(draft) {
  const shown = [];
  const add = (field, tone, label) => {
    if (!draft[field]) return;
    shown.push({
      key: `draft-${field}`,
      price: draft[field],
      tone,
      name: `${gettext("Ticket")}: ${field.replace("_", " ")}`,
      label,
      onDrop: (price) => draft.write(field, price),
      onRemove: () => draft.write(field, null),
      removeName: gettext("Remove from the ticket"),
    });
  };
  const title = `${sideName(draft.side)} ${draft.volume}`;
  add("price", "accent", () => `${title} …`);
  add("limit_price", "accent", () => `${title} ${gettext("limit")} …`);
  for (const level of Object.keys(LEVELS)) {
    add(level, LEVELS[level].tone, (price) => `${LEVELS[level].short} ${meaning(draft, draft.entry, price)} …`);
  }
  for (const target of draft.targets) {
    shown.push({
      key: `draft-${target.name}`,
      price: target.price,
      tone: "up",
      name: `${gettext("Ticket")}: ${gettext("Partial TP")} ${target.name.split("_")[1]}`,
      label: (price) => `${partialLabel(draft, target, draft.entry, price)} …`,
      onDrop: (price) => draft.write(target.name, price),
      onRemove: () => draft.write(target.name, null),
      removeName: gettext("Remove from the ticket"),
    });
  }
  return shown;
}
