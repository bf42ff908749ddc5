// Write prices and numbers into cells, with a brief tint when they change.
import { priceParts } from "./format.js";

/** Write `value` into a .price cell and tint it by the direction of the change. */
export function writePrice(cell, value, digits) {
  const before = cell.dataset.value;
  if (before === String(value)) return;
  cell.dataset.value = value;
  if (cell.childElementCount !== 3) cell.replaceChildren(part("figure"), part("pips"), part("fraction"));
  const { figure, pips, fraction } = priceParts(value, digits);
  write(cell.children[0], figure);
  write(cell.children[1], pips);
  write(cell.children[2], fraction);
  if (before === undefined || before === "") return;
  cell.dataset.direction = Number(value) > Number(before) ? "up" : "down";
  flash(cell, cell.dataset.direction);
}

/** Write a text only when it differs, into the text node that is there: anything else costs layout. */
export function write(cell, text) {
  const node = cell.firstChild;
  if (!(node instanceof Text) || node.nextSibling) cell.textContent = text;
  else if (node.data !== text) node.data = text;
}

/** Write a profit or loss: its text, and its direction from the sign of `value`. */
export function writeProfit(cell, value, text) {
  write(cell, text);
  const sign = Math.sign(Number(value));
  if (sign) cell.dataset.direction = sign > 0 ? "up" : "down";
  else delete cell.dataset.direction;
}

const FLASH_MS = 350;
const tinted = new Map(); // cell -> when its tint ends
let sweeping = 0;

/**
 * Tint the ground of `cell` for a moment; a new change prolongs it.
 *
 * Hundreds of cells change at once, so that there is no animation per cell, only an attribute that one timer removes.
 */
export function flash(cell, direction) {
  cell.dataset.flash = direction;
  tinted.delete(cell); // the newest last
  tinted.set(cell, performance.now() + FLASH_MS);
  sweeping ||= setTimeout(sweep, FLASH_MS);
}

function sweep() {
  const now = performance.now();
  for (const [cell, end] of tinted) {
    if (end > now) break;
    tinted.delete(cell);
    cell.removeAttribute("data-flash");
  }
  const [next] = tinted.values();
  sweeping = next ? setTimeout(sweep, Math.max(next - now, 50)) : 0;
}

function part(name) {
  const element = document.createElement("span");
  element.className = name;
  return element;
}
