/** What the page is about: the account, its instruments, and the symbol being looked at. */

const data = JSON.parse(document.getElementById("desk-data").textContent);
const followers = new Set();

/** `{id, currency, …}` of the account on this page. */
export const account = data.account;

/** How many decimal places amounts of the account's currency have. */
export const moneyDigits = data.account.digits;

/** Addresses of this account's pages, API and sockets. */
export const urls = data.urls;

/** Trading specifications by symbol code. */
export const instruments = new Map(data.instruments.map((instrument) => [instrument.code, instrument]));

let current = data.symbol;

export function currentSymbol() {
  return current;
}

export function currentInstrument() {
  return instruments.get(current);
}

/** Look at another symbol: chart, ticket and watchlist follow. */
export function selectSymbol(code) {
  if (code === current || !instruments.has(code)) return;
  current = code;
  const address = new URL(location.href);
  address.searchParams.set("symbol", code);
  history.replaceState(history.state, "", address);
  for (const callback of followers) callback();
}

/** Call `callback()` whenever another symbol is looked at. */
export function followSymbol(callback) {
  followers.add(callback);
}
