// Tabs after the ARIA pattern: one stop for Tab, arrows move, the choice is remembered under data-tabs="name".
const tabsOf = (group) => [...group.querySelectorAll("[role='tab']")];

/** Show the panel of `tab` and hide its siblings'. Announces it as a `tab-shown` event on the panel. */
export function select(tab) {
  const group = tab.closest("[data-tabs]");
  for (const other of tabsOf(group)) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (group.dataset.tabs) remember(group.dataset.tabs, tab.id);
  document
    .getElementById(tab.getAttribute("aria-controls"))
    .dispatchEvent(new CustomEvent("tab-shown", { bubbles: true }));
}

document.addEventListener("click", ({ target }) => {
  const tab = target.closest("[data-tabs] [role='tab']");
  if (tab) select(tab);
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[data-tabs] [role='tab']");
  if (!tab) return;
  const tabs = tabsOf(tab.closest("[data-tabs]"));
  const at = tabs.indexOf(tab);
  const next = {
    ArrowRight: tabs[(at + 1) % tabs.length],
    ArrowLeft: tabs.at(at - 1),
    Home: tabs[0],
    End: tabs.at(-1),
  }[event.key];
  if (!next) return;
  event.preventDefault();
  select(next);
  next.focus();
});

function remember(group, id) {
  try {
    localStorage.setItem(`tabs:${group}`, id);
  } catch {
    // A browser without storage just starts at the first tab next time.
  }
}

function remembered(group) {
  try {
    return localStorage.getItem(`tabs:${group}`);
  } catch {
    return null;
  }
}

for (const group of document.querySelectorAll("[data-tabs]:not([data-tabs=''])")) {
  const tab = document.getElementById(remembered(group.dataset.tabs));
  if (tab && group.contains(tab)) select(tab);
}
