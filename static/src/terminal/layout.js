/** Panes: resizable and remembered on wide screens, a drawer on tablets, one at a time on phones. */

import { recall, remember } from "./remembered.js";

const KEYBOARD_STEP = 16;

const terminal = document.getElementById("terminal");
const ticket = document.getElementById("ticket");
let ticketOpener = null;

/** Bring one pane to the front where panes share the screen; elsewhere all are visible already. */
export function showPane(pane) {
  const focused = document.activeElement;
  if (pane === "ticket" && !ticket.contains(focused)) ticketOpener = focused;
  terminal.dataset.pane = pane;
  // The keyboard goes on where the ticket was opened from.
  if (pane !== "ticket" && ticket.contains(focused)) ticketOpener?.focus();
  for (const button of terminal.querySelectorAll("[data-show-pane]")) {
    if (button.dataset.showPane === pane) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

export function startLayout() {
  terminal.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show-pane]");
    if (button) showPane(button.dataset.showPane);
  });
  for (const handle of terminal.querySelectorAll("[data-resize]")) makeResizable(handle);
}

/**
 * A separator that sets a size in px as a custom property of the terminal: `data-resize` names the property,
 * `data-direction` says which way the pane grows (right, left or up).
 */
function makeResizable(handle) {
  const { resize, direction, minimum, maximum } = handle.dataset;
  const vertical = direction === "up";
  const sign = direction === "right" ? 1 : -1;

  function apply(size) {
    const clamped = Math.round(Math.min(Math.max(size, Number(minimum)), Number(maximum)));
    terminal.style.setProperty(`--${resize}`, `${clamped}px`);
    handle.setAttribute("aria-valuenow", clamped);
    remember(`pane.${resize}`, clamped);
  }

  const size = () => Number(handle.getAttribute("aria-valuenow"));
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    const start = { at: vertical ? event.clientY : event.clientX, size: size() };
    const move = (moved) => apply(start.size + sign * ((vertical ? moved.clientY : moved.clientX) - start.at));
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", move), { once: true });
  });
  handle.addEventListener("keydown", (event) => {
    const forwards = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!forwards || (event.key.endsWith("Up") || event.key.endsWith("Down")) !== vertical) return;
    event.preventDefault();
    apply(size() + sign * forwards * KEYBOARD_STEP);
  });
  handle.addEventListener("dblclick", () => apply(Number(handle.dataset.default)));
  apply(recall(`pane.${resize}`, Number(handle.dataset.default)));
}
