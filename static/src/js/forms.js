// Steppers, revealed passwords, and in a refused form the first field in error gets the focus.
document.addEventListener("click", ({ target }) => {
  const step = target.closest("[data-step]");
  if (step) stepBy(step.parentElement.querySelector("input"), Number(step.dataset.step));

  const reveal = target.closest("[data-reveals]");
  if (reveal) revealPassword(reveal);
});

function stepBy(input, direction) {
  if (input.disabled || input.readOnly) return;
  if (direction > 0) input.stepUp();
  else input.stepDown();
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function revealPassword(button) {
  const input = document.getElementById(button.dataset.reveals);
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
}

function focusFirstError(root) {
  root.querySelector("form[method='post'] [aria-invalid='true']")?.focus();
}

document.addEventListener("htmx:load", ({ detail: { elt } }) => focusFirstError(elt)); // the page itself, too

// A select or radio group that acts at once: <form data-submit-on-change>.
document.addEventListener("change", ({ target }) => {
  target.closest("form[data-submit-on-change]")?.requestSubmit();
});
