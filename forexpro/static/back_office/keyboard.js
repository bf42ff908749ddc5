// What is pressed without being a link or a button is reached and pressed by keyboard too.
{
  const PRESSED = "a:not([href])[x-on\\:click]";

  function reach(root) {
    for (const element of root.querySelectorAll(PRESSED)) {
      element.tabIndex = 0;
      element.setAttribute("role", "button");
    }
  }

  document.addEventListener("DOMContentLoaded", () => reach(document));
  document.addEventListener("htmx:load", ({ target }) => reach(target));
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
