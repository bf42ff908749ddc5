// A button that copies what stands in a field: <button data-copies="id of the field">.
import { gettext } from "./i18n.js";
import { toast } from "./toasts.js";

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  try {
    await navigator.clipboard.writeText(field.value);
    toast({ kind: "success", title: gettext("Copied") });
  } catch {
    // Browsers copy for pages served over HTTPS only, and ask: then the person presses the keys.
    field.focus();
    field.select();
    toast({ kind: "info", title: gettext("Press Ctrl+C to copy"), detail: gettext("It is selected already.") });
  }
});
