// <details class="menu">: Escape and a click elsewhere close it, arrows move in it, only one is open.
const openMenus = () => document.querySelectorAll("details.menu[open]");
const itemsOf = (menu) => [...menu.querySelectorAll(".menu-items :is(a, button)")];

document.addEventListener("click", ({ target }) => {
  for (const menu of openMenus()) {
    const item = target.closest(".menu-items :is(a, button)");
    if (!menu.contains(target) || (item && !("keepsOpen" in item.dataset))) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu");
  if (!menu) return;
  if (event.key === "Escape" && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
    return;
  }
  const items = itemsOf(menu);
  const current = items.indexOf(document.activeElement);
  const next = {
    ArrowDown: items[current + 1] ?? items[0],
    ArrowUp: items[current - 1] ?? items.at(-1),
    Home: current >= 0 && items[0],
    End: current >= 0 && items.at(-1),
  }[event.key];
  if (!next) return;
  menu.open = true;
  next.focus();
  event.preventDefault();
});
