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
  if (before !== undefined && before !== "") flash(cell, Number(value) > Number(before) ? "up" : "down");
}

/** Write a text only when it differs: an untouched text node costs no layout. */
export function write(cell, text) {
  if (cell.textContent !== text) cell.textContent = text;
}

/** Write a profit or loss: its text, and its direction from the sign of `value`. */
export function writeProfit(cell, value, text) {
  write(cell, text);
  const sign = Math.sign(Number(value));
  if (sign) cell.dataset.direction = sign > 0 ? "up" : "down";
  else delete cell.dataset.direction;
}

/** Tint `cell` for a moment; a new change restarts the tint. */
export function flash(cell, direction) {
  cell.dataset.direction = direction;
  cell.removeAttribute("data-flash");
  void cell.offsetWidth; // restart the animation
  cell.dataset.flash = direction;
}

document.addEventListener("animationend", ({ target, animationName }) => {
  if (animationName.startsWith("flash-")) target.removeAttribute("data-flash");
});

function part(name) {
  const element = document.createElement("span");
  element.className = name;
  return element;
}
