// A pressed button shows that it works and cannot be pressed again until there is an answer.
const isBusy = (button) => button?.getAttribute("aria-busy") === "true";

function pressedBy({ elt, requestConfig }) {
  return requestConfig?.triggeringEvent?.submitter ?? (elt.matches("button, .button") ? elt : null);
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const button = pressedBy(event.detail);
  if (isBusy(button)) event.preventDefault();
  else button?.setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:afterRequest", ({ detail }) => pressedBy(detail)?.removeAttribute("aria-busy"));

// Forms without htmx leave the page, or download something (data-download) and stay.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || !button || "download" in event.target.dataset) return;
  if (event.target.method === "dialog") return;
  if (isBusy(button)) event.preventDefault();
  else button.setAttribute("aria-busy", "true");
});

addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  for (const button of document.querySelectorAll("[aria-busy='true']")) button.removeAttribute("aria-busy");
});
