// htmx under a strict content security policy, and what happens when a request fails.
import htmx from "htmx.org";
import { gettext, interpolate } from "./i18n.js";
import { toast } from "./toasts.js";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  timeout: 20_000,
  // A form that was refused comes back with 422 and its errors, to be shown where the form was.
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true },
    { code: "...", swap: false, error: true },
  ],
});

const uncertain = () =>
  gettext("Nothing came back, so it is not certain whether it was done. Check before you try again.");

document.addEventListener("htmx:sendError", ({ detail }) => {
  const reading = detail.requestConfig.verb === "get";
  toast({
    kind: "error",
    title: gettext("No connection to the server"),
    detail: reading ? gettext("Check your network, then try again.") : uncertain(),
  });
});

document.addEventListener("htmx:timeout", ({ detail }) => {
  const reading = detail.requestConfig.verb === "get";
  toast({
    kind: "error",
    title: gettext("The server took too long to answer"),
    detail: reading ? gettext("Try again in a moment.") : uncertain(),
  });
});

document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  if (xhr.getResponseHeader("HX-Trigger")?.includes('"toasts"')) return; // the server has said it itself
  toast({ kind: "error", ...explanation(xhr) });
});

/** Say in words what an error answer means for the person who caused it. */
function explanation(xhr) {
  const requestId = xhr.getResponseHeader("X-Request-ID");
  switch (xhr.status) {
    case 401:
      return { title: gettext("You are signed out"), detail: gettext("Sign in again; nothing was changed.") };
    case 403:
      return {
        title: gettext("This is not allowed"),
        detail: gettext("Nothing was changed. If you have signed in elsewhere, reload this page first."),
      };
    case 404:
      return { title: gettext("This no longer exists"), detail: gettext("Reload the page to see what is there now.") };
    case 429:
      return {
        title: gettext("Too many requests"),
        detail: interpolate(gettext("Try again in %(seconds)s seconds."), {
          seconds: xhr.getResponseHeader("Retry-After") ?? 60,
        }),
      };
    default:
      return {
        title: gettext("Something went wrong on our side"),
        detail: interpolate(gettext("Try again; if it stays, tell support this number: %(requestId)s"), { requestId }),
      };
  }
}
