// A button with data-print prints the page that it is on.
document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-print]")) print();
});
