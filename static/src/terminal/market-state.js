/** Whether a symbol can be traded now, and what is told where it cannot: hours and trade mode of each instrument. */

import { formatCountdown, formatDateTime } from "../js/format.js";
import { gettext, interpolate } from "../js/i18n.js";
import { write } from "../js/prices.js";
import { currentInstrument, followSymbol, instruments } from "./desk.js";

const LOOK_MS = 1000;

/** `{open, opensAt, mode}`: `opensAt` is null while it is open, or where nothing is known of the next opening. */
function marketState({ open_times: times, trade_mode: mode }) {
  if (mode === "disabled") return { open: false, opensAt: null, mode };
  if (times === null) return { open: true, opensAt: null, mode };
  const moments = times.map(([opens, closes]) => [Date.parse(opens), closes === null ? Infinity : Date.parse(closes)]);
  const now = Date.now();
  const open = moments.some(([opens, closes]) => opens <= now && now < closes);
  const opensAt = open ? null : (moments.map(([opens]) => opens).find((opens) => opens > now) ?? null);
  return { open, opensAt, mode };
}

/** Whether an order for the symbol that is looked at could be accepted at all. */
export function isTradable() {
  return marketState(currentInstrument()).open;
}

/** Keep the watchlist's marks and the ticket's note right; call `onChange()` when the looked at market opens or closes. */
export function startMarketState(onChange) {
  const rows = new Map([...document.querySelectorAll("#watchlist [data-symbol]")].map((row) => [row.dataset.symbol, row]));
  const note = document.getElementById("market-note");
  let before = null;

  function writeNote() {
    const text = sentence(currentInstrument());
    note.hidden = !text;
    write(note.querySelector("[data-text]"), text);
    if (before !== null && before !== isTradable()) onChange();
    before = isTradable();
  }

  function look() {
    for (const [code, row] of rows) markRow(row, instruments.get(code));
    writeNote();
  }

  followSymbol(writeNote);
  setInterval(look, LOOK_MS);
  look();
}

/** The icon of the state is shown by the style sheet; its sentence is there for the pointer and for screen readers. */
function markRow(row, instrument) {
  const { open, mode } = marketState(instrument);
  const state = open ? mode : "closed";
  if (row.dataset.market === state) return;
  row.dataset.market = state;
  const text = sentence(instrument);
  write(row.querySelector("[data-market-text]"), text);
  row.title = text;
}

function sentence(instrument) {
  const { open, opensAt, mode } = marketState(instrument);
  const symbol = instrument.code;
  if (!open && mode !== "disabled") {
    if (opensAt === null) return interpolate(gettext("The market of %(symbol)s is closed."), { symbol });
    const values = { symbol, moment: formatDateTime(opensAt), left: formatCountdown((opensAt - Date.now()) / 1000) };
    return interpolate(gettext("The market of %(symbol)s is closed. It opens on %(moment)s, in %(left)s."), values);
  }
  const texts = {
    long_only: gettext("%(symbol)s can only be bought at the moment. Short positions cannot be opened."),
    short_only: gettext("%(symbol)s can only be sold at the moment. Long positions cannot be opened."),
    close_only: gettext("%(symbol)s is close only: positions can be closed, not opened."),
    disabled: gettext("%(symbol)s cannot be traded at the moment."),
  };
  return mode in texts ? interpolate(texts[mode], { symbol }) : "";
}
