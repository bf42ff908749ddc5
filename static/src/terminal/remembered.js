/** Choices that belong to this browser: pane sizes, favourites, interval, one-click mode. */

const PREFIX = "terminal.";

export function recall(key, fallback) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key)) ?? fallback;
  } catch {
    return fallback; // storage is blocked, or holds something else
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}
