// Translations for scripts: the names and the catalogue are those of Django, so `makemessages -d djangojs` finds the texts.
const address = document.documentElement.dataset.catalogue;
let catalogue = {};

/** Resolves when the catalogue of the page's language is there; at once for English. */
export const loaded = address ? load() : Promise.resolve();

async function load() {
  const response = await fetch(address);
  if (!response.ok) return;
  catalogue = (await response.json()).catalog;
}

/** The translation of `text`. */
export function gettext(text) {
  const found = catalogue[text];
  return typeof found === "string" ? found : text;
}

/** Put `values` in the places of `text` written as %(name)s. */
export function interpolate(text, values) {
  return text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]));
}
