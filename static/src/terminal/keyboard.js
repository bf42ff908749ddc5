/** The keys of the terminal; the list behind `?` names each of them. */

import { showPane } from "./layout.js";
import { chooseSide } from "./ticket.js";

const TYPING = "input, select, textarea, [contenteditable]";

export function startKeyboard() {
  const help = document.getElementById("keyboard-help");
  const actions = {
    "/": () => {
      showPane("watchlist");
      const search = document.getElementById("watchlist-search");
      search.focus();
      search.select();
    },
    b: () => chooseSide("buy"),
    s: () => chooseSide("sell"),
    "?": () => help.showModal(),
    Escape: () => {
      const left = document.activeElement;
      showPane("chart");
      if (document.activeElement === left) left?.blur();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return; // a dialog handles its own keys
    if (event.target.matches(TYPING) && event.key !== "Escape") return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
