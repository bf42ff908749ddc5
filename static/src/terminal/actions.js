/** Change something about the account without a form: the chart's lines and one-click crosses, through the API. */

import { gettext, interpolate } from "../js/i18n.js";
import { toast } from "../js/toasts.js";
import { refreshBook } from "./book.js";

/**
 * Send a change to the API and say why if it is refused. Rows, lines and the word of success follow from the event
 * that the change causes; after a refusal the same refreshing puts a dragged line back.
 *
 * @returns {Promise<void>} resolves when the rows are current again
 */
export async function act(method, url, body = {}) {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value,
        "Idempotency-Key": submissionKey(),
      },
      body: method === "DELETE" ? undefined : JSON.stringify(body),
    });
    if (!response.ok) await refuse(response);
  } catch {
    toast({
      kind: "error",
      title: gettext("No connection to the server"),
      detail: gettext("Nothing came back, so it is not certain whether it was done. Check before you try again."),
    });
  }
  await refreshBook();
}

async function refuse(response) {
  const { error } = await response.json();
  const detail = response.status < 500 ? "" : interpolate(gettext("Request %(id)s"), { id: error.request_id });
  toast({ kind: "error", title: error.message, detail });
}

/** A key of its own for every action: 128 random bits. */
function submissionKey() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(16).padStart(8, "0")).join("");
}
