/** What the server says the ticket would do: margin, cost and room, or why it would refuse. */

import { formatMoney, formatPercent, formatPrice } from "../js/format.js";
import { write } from "../js/prices.js";
import { account, currentInstrument, urls } from "./desk.js";

const SETTLE_MS = 300;
// Prices move on while the ticket stands still; the server allows five previews a second.
const REPEAT_MS = 5000;

/** Start previewing what `describe()` answers (null: nothing to ask); return `{request}` for when it changed. */
export function startPreview(pane, describe) {
  let timer = null;
  let asking = new AbortController();

  function request() {
    clearTimeout(timer);
    timer = setTimeout(ask, SETTLE_MS);
  }

  async function ask() {
    clearTimeout(timer);
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const body = describe();
    if (!body || document.hidden || !pane.checkVisibility()) {
      timer = setTimeout(ask, REPEAT_MS);
      return;
    }
    const answer = await fetch(urls.preview, {
      method: "POST",
      signal,
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken(pane) },
      body: JSON.stringify(body),
    })
      .then(async (response) => ({ ok: response.ok, body: await response.json() }))
      .catch(() => null);
    if (signal.aborted) return;
    if (answer) show(pane, answer);
    timer = setTimeout(ask, REPEAT_MS);
  }

  return { request };
}

function csrfToken(pane) {
  return pane.querySelector("[name=csrfmiddlewaretoken]").value;
}

function show(pane, { ok, body }) {
  const refusal = pane.querySelector("[data-preview-refusal]");
  const reason = ok ? body.refusal : body.error;
  refusal.hidden = !reason;
  write(refusal, reason?.message ?? "");
  if (!ok) return;
  for (const cell of pane.querySelectorAll("[data-preview]")) {
    const value = body[cell.dataset.preview];
    cell.parentElement.hidden = value === undefined;
    write(cell, written(cell.dataset, value));
  }
  const times = Number(body.swap_multiplier);
  write(pane.querySelector("[data-swap-multiplier]"), times === 1 || !Number(body.swap_tonight) ? "" : `×${times}`);
}

function written({ kind }, value) {
  if (value === null || value === undefined) return "–";
  if (kind === "percent") return formatPercent(value);
  return kind === "price" ? formatPrice(value, currentInstrument().digits) : formatMoney(value, account.currency);
}
