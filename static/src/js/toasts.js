// Short messages in the corner. The server sends them with a page or in the HX-Trigger header, scripts call toast().
import { gettext } from "./i18n.js";

const LIFETIME_MS = 7_000;
const MOST = 4;
const region = document.getElementById("toasts");
const template = document.getElementById("toast-template");
const symbols = { success: "circle-check", info: "info", warning: "triangle-alert", error: "octagon-alert" };

/** Show a message. `kind` is success, info, warning or error; errors stay until they are dismissed. */
export function toast({ kind = "info", title, detail = "" }) {
  const element = template.content.firstElementChild.cloneNode(true);
  element.classList.add(kind);
  const use = element.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${symbols[kind] ?? symbols.info}`));
  element.querySelector(".title").textContent = title;
  element.querySelector(".detail").textContent = detail;
  element.querySelector(".detail").hidden = !detail;
  if (kind === "error") element.setAttribute("role", "alert");
  region.append(element);
  while (region.childElementCount > MOST) region.firstElementChild.remove();
  rise();
  live(element);
}

/** Over dialogs too: the newest popover lies on top. */
function rise() {
  if (region.matches(":popover-open")) region.hidePopover();
  region.showPopover();
}

function live(element) {
  if (element.matches(".error, .warning")) return;
  let timer = 0;
  const start = () => (timer = setTimeout(() => element.remove(), LIFETIME_MS));
  const stop = () => clearTimeout(timer);
  element.addEventListener("pointerenter", stop);
  element.addEventListener("focusin", stop);
  element.addEventListener("pointerleave", start);
  element.addEventListener("focusout", start);
  start();
}

region?.addEventListener("click", ({ target }) => {
  if (target.closest("[data-dismiss]")) target.closest(".toast").remove();
});

region?.addEventListener("keydown", ({ key, target }) => {
  if (key === "Escape") target.closest(".toast")?.remove();
});

document.addEventListener("toasts", ({ detail }) => detail.items.forEach(toast));

if (region?.childElementCount) {
  rise();
  for (const element of region.children) live(element);
}

/** For promises nobody waits for: say that something failed instead of nothing. */
addEventListener("unhandledrejection", () => {
  toast({
    kind: "error",
    title: gettext("This page has run into a problem"),
    detail: gettext("Reload it; your orders and positions are not affected."),
  });
});
