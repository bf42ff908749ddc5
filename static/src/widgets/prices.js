// The prices widget: a table that another site shows in a frame, kept current by the widgets' socket.
import { formatChange } from "../js/format.js";
import { writePrice, writeProfit } from "../js/prices.js";
import { Socket } from "../js/socket.js";

const rows = new Map([...document.querySelectorAll("[data-symbol]")].map((row) => [row.dataset.symbol, row]));
const connection = document.querySelector(".connection");

function writeRow(row, { b: bid, a: ask }) {
  writePrice(row.querySelector(".bid"), bid, Number(row.dataset.digits));
  writePrice(row.querySelector(".ask"), ask, Number(row.dataset.digits));
  const reference = Number(row.dataset.reference);
  if (!reference) return;
  const change = (Number(bid) / reference - 1) * 100;
  writeProfit(row.querySelector(".day"), change.toFixed(2), `${formatChange(change)}%`);
}

new Socket({
  url: () => "/ws/price-stream",
  onMessage(message) {
    if (message.type !== "prices") return;
    for (const price of message.prices) {
      const row = rows.get(price.s);
      if (row) writeRow(row, price);
    }
  },
  onState(state) {
    connection.dataset.state = state;
  },
});
