// Translations for scripts: the names and the catalogue are those of Django, so `makemessages -d djangojs` finds the texts.
const address = document.documentElement.dataset.catalogue;
let catalogue = {};
let plural = (count) => (count === 1 ? 0 : 1);

/** Resolves when the catalogue of the page's language is there; at once for English. */
export const loaded = address ? load() : Promise.resolve();

async function load() {
  const response = await fetch(address);
  if (!response.ok) return;
  const { catalog, plural: rule } = await response.json();
  catalogue = catalog;
  const categories = rule && pluralForms(rule);
  if (categories) plural = categories;
}

/** Read "nplurals=2; plural=(n != 1)" through Intl, because evaluating the expression is not allowed here. */
function pluralForms(rule) {
  const forms = Number(rule.match(/nplurals\s*=\s*(\d+)/)?.[1]);
  const { locale } = new Intl.PluralRules(document.documentElement.lang).resolvedOptions();
  const rules = new Intl.PluralRules(locale);
  const order = ["one", "two", "few", "many", "other"].filter((name) =>
    rules.resolvedOptions().pluralCategories.includes(name),
  );
  return (count) => Math.min(order.indexOf(rules.select(count)), forms - 1);
}

/** The translation of `text`. */
export function gettext(text) {
  const found = catalogue[text];
  return typeof found === "string" ? found : text;
}

/** The translation of the singular or plural text that goes with `count`. */
export function ngettext(singular, pluralText, count) {
  const forms = catalogue[singular];
  if (Array.isArray(forms)) return forms[plural(count)];
  return count === 1 ? singular : pluralText;
}

/** Put `values` in the places of `text` written as %(name)s. */
export function interpolate(text, values) {
  return text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]));
}
