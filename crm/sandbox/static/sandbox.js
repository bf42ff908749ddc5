// Show each webhook as it comes, the newest on top, and whether the page still listens.
const list = document.getElementById("webhooks");
const state = document.getElementById("stream");
const seen = new Set();
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

function line(name, text, className = "") {
  const part = document.createElement(name);
  part.textContent = text;
  part.className = className;
  return part;
}

function say(name, text) {
  state.dataset.state = name;
  state.textContent = text;
}

const stream = new EventSource("/events");
stream.addEventListener("open", () => say("live", "Listening"));
stream.addEventListener("error", () => say("down", "The sandbox does not answer; trying again"));
stream.addEventListener("message", ({ data }) => {
  const webhook = JSON.parse(data);
  if (seen.has(webhook.id)) return; // the stream begins anew after a lost connection
  seen.add(webhook.id);
  const item = document.createElement("li");
  const more = document.createElement("details");
  const head = document.createElement("summary");
  const time = line("time", clock.format(new Date(webhook.timestamp)));
  time.dateTime = time.title = webhook.timestamp;
  head.append(line("b", webhook.type), line("span", "Verified", "verified"), time);
  more.append(head, line("pre", JSON.stringify(webhook.data, null, 1)));
  item.append(more);
  const whose = webhook.data.user_id;
  if (whose) {
    const client = document.createElement("p");
    const link = line("a", `Client ${whose}`);
    link.href = `/clients/${encodeURIComponent(whose)}`;
    client.append(link);
    item.append(client);
  }
  list.querySelector("details[open]:not([data-kept])")?.removeAttribute("open");
  head.addEventListener("click", () => (more.dataset.kept = ""));
  more.open = true; // the newest shows what it says
  list.prepend(item);
});
