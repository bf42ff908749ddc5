// <button data-opens="id"> opens the <dialog id>, data-closes closes the dialog around it; so does a click beside it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();

  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog")?.close();

  if (event.target instanceof HTMLDialogElement && isBeside(event)) event.target.close();
});

function isBeside({ target, clientX, clientY }) {
  const { left, right, top, bottom } = target.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}

// A dialog that the server sends (data-open) opens when it arrives, and leaves the document when it is closed.
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  const dialog = elt.matches("dialog[data-open]") ? elt : elt.querySelector("dialog[data-open]");
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.addEventListener("close", () => dialog.remove(), { once: true });
});

// What the server tells a dialog after its form was accepted: HX-Trigger: dialog-done.
document.addEventListener("dialog-done", ({ target }) => {
  (target.closest?.("dialog") ?? document.querySelector("dialog[open]"))?.close();
});
