// A place to drop files on: <div data-drop-zone> around a file input and a list for the names of what was chosen. The
// input works without it.
const zoneOf = ({ target }) => target.closest?.("[data-drop-zone]");

document.addEventListener("dragover", (event) => {
  const zone = zoneOf(event);
  if (!zone) return;
  event.preventDefault();
  zone.dataset.over = "";
});

document.addEventListener("dragleave", (event) => {
  const zone = zoneOf(event);
  if (zone && !zone.contains(event.relatedTarget)) delete zone.dataset.over;
});

document.addEventListener("drop", (event) => {
  const zone = zoneOf(event);
  if (!zone) return;
  event.preventDefault();
  delete zone.dataset.over;
  const input = zone.querySelector("input[type='file']");
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("change", (event) => {
  const list = zoneOf(event)?.querySelector("[data-files]");
  list?.replaceChildren(
    ...Array.from(event.target.files, ({ name, size }) => {
      const item = document.createElement("li");
      const megabytes = new Intl.NumberFormat(document.documentElement.lang, {
        style: "unit",
        unit: "megabyte",
        maximumFractionDigits: 1,
      });
      item.textContent = `${name}, ${megabytes.format(size / 1e6)}`;
      return item;
    }),
  );
});
