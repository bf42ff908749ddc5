// The banner of a visit counts its minutes down; when they are over the page is loaded again, which signs it out.
// By the server's count of seconds: the clock of this computer may be wrong.
import { gettext, interpolate } from "./i18n.js";

const banner = document.querySelector("[data-visit-seconds]");
const endsAt = performance.now() + 1000 * Number(banner?.dataset.visitSeconds);

function count() {
  const seconds = (endsAt - performance.now()) / 1000;
  if (seconds <= 0) {
    location.reload();
    return;
  }
  const text = interpolate(gettext("%(minutes)s min left"), { minutes: Math.ceil(seconds / 60) });
  banner.querySelector("[data-visit-left]").textContent = text;
  setTimeout(count, Math.min(1000 * seconds, 10_000));
}

if (banner) count();
