// What a mouse reaches, the keyboard reaches too: what is pressed without being a link, dialogs, and the sheet of filters.
// What only the eye tells apart gets a name.
{
  const PRESSED = "a:not([href])[x-on\\:click]";
  const FIELDS = "input:not([type=hidden]), select, textarea";
  const STOPS = `a[href], button, ${FIELDS}, [tabindex='0']`;

  function reach(root) {
    for (const element of root.querySelectorAll(PRESSED)) {
      element.tabIndex = 0;
      element.setAttribute("role", "button");
    }
    const names = document.querySelector(".skip-link").dataset;
    // Icons are words of a font; beside a name they are not read out, and what has an icon alone is given one.
    for (const icon of root.querySelectorAll(":is(a, button) .material-symbols-outlined")) {
      const pressed = icon.closest("a, button");
      if (pressed.textContent.trim() !== icon.textContent.trim()) icon.setAttribute("aria-hidden", "true");
      else if (pressed.title) pressed.setAttribute("aria-label", pressed.title);
      else if (pressed.matches("a[href='#']")) pressed.setAttribute("aria-label", names.more);
    }
    for (const field of root.querySelectorAll("input[type=search][placeholder], #searchbar")) {
      if (!field.labels?.length) field.setAttribute("aria-label", field.placeholder);
    }
    for (const field of root.querySelectorAll(`td[data-label] :is(${FIELDS})`)) {
      if (!field.labels.length) field.setAttribute("aria-label", field.closest("td").dataset.label);
    }
    // Whatever moves is a region, which its library calls the same as all others.
    for (const area of root.querySelectorAll("[data-simplebar]")) {
      area.dataset.simplebarAriaLabel = nameOf(area, names);
    }
  }

  function nameOf(area, names) {
    if (area.id === "nav-sidebar-apps") return names.sidebar;
    if (area.closest("#changelist-filter")) return names.filters;
    if (area.querySelector("#command-results")) return names.found;
    const rows = area.querySelector("table.formset"); // of an object, below a heading of their own
    const heading = document.getElementById(rows?.id.replace(/-data$/, "-heading")) ?? document.querySelector(".way > :last-child");
    return heading?.textContent.trim() ?? document.title;
  }

  const isShown = (element) => element.checkVisibility({ visibilityProperty: true });
  const stopsIn = (layer) => [...layer.querySelectorAll(STOPS)].filter((stop) => isShown(stop) && !stop.disabled);

  function firstOf(layer) {
    const fields = [...layer.querySelectorAll(FIELDS)].filter(isShown);
    return fields.find((field) => field.getAttribute("aria-invalid") === "true") ?? fields[0] ?? stopsIn(layer)[0]; // a second Enter decides nothing
  }

  /** Keep the keyboard in what lies over the page while it does, and give it back to what has opened it. */
  function follow(layer, shownBy) {
    let opener = null;
    let open = false;
    layer.setAttribute("role", "dialog");

    function look() {
      const now = isShown(layer) && getComputedStyle(shownBy).position === "fixed";
      if (now === open) return;
      open = now;
      if (open) {
        opener = document.activeElement;
        layer.setAttribute("aria-modal", "true");
        layer.setAttribute("aria-label", layer.querySelector("h1, h2, h3")?.textContent.trim() ?? "");
        firstOf(layer)?.focus();
      } else {
        layer.removeAttribute("aria-modal");
        opener?.focus();
      }
    }

    new MutationObserver(look).observe(shownBy, { attributes: true, attributeFilter: ["style", "class"] });
    layer.addEventListener("keydown", (event) => {
      if (event.key !== "Tab" || !open) return;
      const stops = stopsIn(layer);
      const edge = event.shiftKey ? stops[0] : stops.at(-1);
      if (document.activeElement !== edge) return;
      event.preventDefault();
      (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    reach(document);
    document.querySelector("[autofocus]")?.focus(); // browsers drop it now and then when a busy page is first drawn
    const dialog = document.getElementById("modal-content");
    if (dialog) follow(dialog, dialog.parentElement);
    const filters = document.getElementById("changelist-filter");
    if (filters) follow(filters.lastElementChild, filters);
  });
  document.addEventListener("formset:added", ({ target }) => reach(target));
  document.addEventListener("htmx:load", ({ target }) => {
    reach(target);
    if (target.id === "dialog-form") firstOf(target)?.focus(); // it has come back with what is wrong
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    if (!event.target.matches(PRESSED)) return;
    event.preventDefault();
    event.target.click();
  });

  // A button that copies the field beside it, and says that it has.
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copies]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copies);
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.copied;
  });
}
