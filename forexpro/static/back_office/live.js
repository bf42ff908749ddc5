// A list or a page that is open follows what happens: it asks every few seconds whether there is news, which costs
// nothing to answer, and only then fetches itself and exchanges the part that shows it.
{
  // Nobody has to sit in front of it: such a request does not keep the session alive.
  const ASKING = { headers: { "X-Live": "1" } };

  function isBusy(part) {
    const typing = part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
    return typing || part.querySelector("input:checked") !== null || document.body.classList.contains("overflow-hidden");
  }

  async function refresh(id) {
    const response = await fetch(window.location.href, ASKING);
    if (!response.ok || response.redirected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const [present, newer] = [document.getElementById(id), page.getElementById(id)];
    if (present && newer) present.replaceWith(newer);
    else if (present || newer) window.location.reload();
  }

  function follow(head) {
    const { live: address, livePart: id } = head.dataset;
    const pause = Number(head.dataset.livePause) * 1000;
    let { since } = head.dataset;
    let pending = false;

    async function ask() {
      if (document.visibilityState !== "visible") return;
      if (!pending) {
        const response = await fetch(`${address}?since=${since}`, ASKING);
        if (!response.ok) throw new Error(String(response.status));
        const news = await response.json();
        since = news.since;
        pending = news.changed;
      }
      const part = document.getElementById(id);
      if (pending && !(part && isBusy(part))) {
        await refresh(id);
        pending = false;
      }
    }

    async function again() {
      try {
        await ask();
        head.classList.remove("is-stale");
      } catch {
        head.classList.add("is-stale");
      }
      window.setTimeout(again, pause);
    }
    window.setTimeout(again, pause);
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const head of document.querySelectorAll("[data-live]")) follow(head);
  });
}
