// A pressed button shows that it works and cannot be pressed again until there is an answer.
const pressedBy = ({ elt, requestConfig }) =>
  requestConfig?.triggeringEvent?.submitter ?? (elt.matches("button, .button") ? elt : null);

// Before anybody else sees the click: htmx would queue a second request behind the first. Enter in a field clicks, too.
document.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest("[aria-busy='true']:is(button, .button)")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  { capture: true },
);

document.addEventListener("htmx:beforeRequest", ({ detail }) => pressedBy(detail)?.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", ({ detail }) => pressedBy(detail)?.removeAttribute("aria-busy"));

// Forms without htmx leave the page, or download something (data-download) and stay.
document.addEventListener("submit", ({ defaultPrevented, submitter, target }) => {
  if (defaultPrevented || "download" in target.dataset || target.method === "dialog") return;
  submitter?.setAttribute("aria-busy", "true");
});

addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  for (const button of document.querySelectorAll("[aria-busy='true']")) button.removeAttribute("aria-busy");
});
