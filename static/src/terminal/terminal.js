/** Entry point of the trading terminal: each live feature starts itself on the server-rendered page. */

import "../app.js";

import { startAccount } from "./account.js";
import { startBook } from "./book.js";
import { startChart } from "./chart.js";
import { instruments, urls } from "./desk.js";
import { startDock } from "./dock.js";
import { startKeyboard } from "./keyboard.js";
import { startLayout } from "./layout.js";
import { seedPrices, startPrices } from "./prices.js";
import { startSessions } from "./sessions.js";
import { accountConnection, feedState, pricesConnection, startStatus } from "./status.js";
import { startTicket } from "./ticket.js";
import { startTradeLines } from "./trade-lines.js";
import { startWatchlist } from "./watchlist.js";

seedPrices(instruments.values());
startLayout();
startBook();
startStatus();
startWatchlist();
startTicket();
startTradeLines(startChart());
startDock();
startSessions();
startKeyboard();
startPrices({
  url: urls.prices_socket,
  symbols: [...instruments.keys()],
  onState: pricesConnection,
  onFeed: feedState,
});
startAccount({ onState: accountConnection });
