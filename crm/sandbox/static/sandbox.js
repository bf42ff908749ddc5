// Show each webhook as it comes, the newest on top.
const list = document.getElementById("webhooks");
const seen = new Set();

function line(name, text) {
  const part = document.createElement(name);
  part.textContent = text;
  return part;
}

new EventSource("/events").addEventListener("message", ({ data }) => {
  const webhook = JSON.parse(data);
  if (seen.has(webhook.id)) return; // the stream begins anew after a lost connection
  seen.add(webhook.id);
  const item = document.createElement("li");
  const whose = webhook.data.user_id;
  if (whose) {
    const link = line("a", webhook.type);
    link.href = `/clients/${encodeURIComponent(whose)}`;
    item.append(link);
  } else {
    item.append(line("b", webhook.type));
  }
  item.append(line("time", webhook.timestamp), line("pre", JSON.stringify(webhook.data, null, 1)));
  list.prepend(item);
});
