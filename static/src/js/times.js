// <time datetime="…" data-age> says how long ago and keeps saying it right.
import { formatAge } from "./format.js";
import { write } from "./prices.js";

function update(root = document) {
  for (const element of root.querySelectorAll("time[data-age]")) write(element, formatAge(element.dateTime));
}

update();
setInterval(update, 15_000);
document.addEventListener("htmx:load", ({ detail: { elt } }) => update(elt));
