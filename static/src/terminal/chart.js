/** The chart: candles with their history, the live candle, bid and ask, and the time to the bar's close. */

import { CandlestickSeries, createChart, CrosshairMode, LineStyle } from "lightweight-charts";

import { colour, onColoursChange } from "../js/appearance.js";
import { formatCountdown } from "../js/format.js";
import { write } from "../js/prices.js";
import { candleEnd, grow, INTERVALS, loadCandles } from "./candles.js";
import { candleOptions, chartOptions } from "./chart-theme.js";
import { currentInstrument, currentSymbol, followSymbol } from "./desk.js";
import { followPrices, latestPrice } from "./prices.js";
import { recall, remember } from "./remembered.js";
import { SessionShading } from "./session-shading.js";

const OLDER_WITHIN_BARS = 40;
const FIRST_VIEW_BAR_PX = 7;
const ROOM_RIGHT_BARS = 8;

/** Start the chart; return `{chart, series, element}` for whatever draws onto it. */
export function startChart() {
  const pane = document.getElementById("chart-pane");
  const element = document.getElementById("chart");
  const legend = document.getElementById("chart-legend");
  const remaining = document.getElementById("bar-countdown");
  const chart = createChart(element, {
    ...chartOptions(),
    autoSize: true,
    crosshair: { ...chartOptions().crosshair, mode: CrosshairMode.Normal },
    timeScale: { ...chartOptions().timeScale, timeVisible: true, rightOffset: ROOM_RIGHT_BARS },
    localization: { locale: document.documentElement.lang || "en" },
  });
  const series = chart.addSeries(CandlestickSeries, { ...candleOptions(), priceLineVisible: false, lastValueVisible: false });
  const quoteLine = (title) =>
    series.createPriceLine({ price: 0, lineWidth: 1, lineStyle: LineStyle.Dotted, axisLabelVisible: true, title });
  const bidLine = quoteLine("");
  const askLine = quoteLine("");

  let interval = recall("interval", "1m");
  let candles = [];
  let loading = new AbortController();
  let olderLeft = true;

  function setState(state) {
    pane.dataset.state = state;
  }

  async function load() {
    loading.abort();
    loading = new AbortController();
    const { signal } = loading;
    candles = [];
    olderLeft = true;
    series.setData([]);
    setState("loading");
    write(pane.querySelector("[data-chart-symbol]"), currentSymbol());
    const { digits } = currentInstrument();
    series.applyOptions({ priceFormat: { type: "price", precision: digits, minMove: 10 ** -digits } });
    chart.timeScale().applyOptions({ timeVisible: INTERVALS[interval] < INTERVALS["1d"] });
    try {
      candles = await loadCandles(currentSymbol(), interval, { signal });
    } catch (error) {
      if (signal.aborted) return;
      setState("error");
      pane.querySelector("[data-chart-error]").textContent = error.message;
      pane.querySelector("[data-chart-request]").textContent = error.requestId ?? "";
      return;
    }
    series.setData(candles);
    setState(candles.length ? "ready" : "empty");
    const to = candles.length + ROOM_RIGHT_BARS;
    chart.timeScale().setVisibleLogicalRange({ from: to - chart.timeScale().width() / FIRST_VIEW_BAR_PX, to });
    series.priceScale().setAutoScale(true);
    const price = latestPrice(currentSymbol());
    if (price) draw(price);
    describe(candles.at(-1));
  }

  async function loadOlder() {
    if (!olderLeft || !candles.length || pane.dataset.state !== "ready") return;
    olderLeft = false; // until this page has told whether there is more
    const { signal } = loading;
    try {
      const older = await loadCandles(currentSymbol(), interval, { end: candles[0].time, signal });
      const fresh = older.filter(({ time }) => time < candles[0].time);
      if (!fresh.length) return;
      candles = [...fresh, ...candles];
      series.setData(candles);
      olderLeft = true;
    } catch {
      olderLeft = !signal.aborted; // scrolling again tries again
    }
  }

  /** The bars that have just closed, as the server built them from every tick and not only from those we saw. */
  async function correct() {
    const { signal } = loading;
    const newest = await loadCandles(currentSymbol(), interval, { signal }).catch(() => []);
    const first = newest[0]?.time;
    if (signal.aborted || !first) return;
    const running = candles.at(-1);
    candles = [...candles.filter(({ time }) => time < first), ...newest];
    if (running && running.time > candles.at(-1).time) candles.push(running);
    series.setData(candles);
    setState("ready");
  }

  function draw({ bid, ask, time }) {
    bidLine.applyOptions({ price: bid });
    askLine.applyOptions({ price: ask });
    const state = pane.dataset.state;
    if (!time || (state !== "ready" && state !== "empty")) return;
    const before = candles.at(-1);
    const candle = grow(before, bid, time / 1000, interval);
    if (before && candle.time === before.time) candles[candles.length - 1] = candle;
    else candles.push(candle);
    if (before && candle.time < before.time) return;
    series.update(candle);
    if (state === "empty") setState("ready");
    if (!hovering) describe(candle);
    if (before && candle.time > before.time) correct();
  }

  function colourQuoteLines() {
    for (const [line, side] of [
      [bidLine, "down"],
      [askLine, "up"],
    ]) {
      const tone = colour(`--${side}`);
      line.applyOptions({ color: tone, axisLabelColor: tone, axisLabelTextColor: colour(`--on-${side}`) });
    }
  }

  let hovering = false;
  function describe(candle) {
    for (const cell of legend.querySelectorAll("[data-ohlc]")) {
      cell.textContent = candle ? candle[cell.dataset.ohlc].toFixed(currentInstrument().digits) : "";
    }
    legend.dataset.direction = !candle || candle.close >= candle.open ? "up" : "down";
  }

  chart.subscribeCrosshairMove(({ time, seriesData }) => {
    hovering = Boolean(time);
    describe(seriesData.get(series) ?? candles.at(-1));
  });
  chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
    if (range && range.from < OLDER_WITHIN_BARS) loadOlder();
  });
  document.getElementById("intervals").addEventListener("change", (event) => {
    interval = event.target.value;
    remember("interval", interval);
    load();
  });
  pane.querySelector("[data-chart-retry]").addEventListener("click", load);
  const chosen = document.querySelector(`#intervals [value="${CSS.escape(interval)}"]`);
  if (chosen) chosen.checked = true;
  else interval = "1m";

  followSymbol(load);
  onColoursChange(() => {
    chart.applyOptions(chartOptions());
    series.applyOptions(candleOptions());
    colourQuoteLines();
  });
  colourQuoteLines();
  followPrices((changed) => {
    const price = changed.find(({ symbol }) => symbol === currentSymbol());
    if (price) draw(price);
  });
  setInterval(() => {
    const now = Date.now() / 1000;
    write(remaining, formatCountdown(candleEnd(now, interval) - now));
  }, 1000);
  new SessionShading({
    chart,
    series,
    bars: () => (candles.length ? { last: candles.at(-1).time, seconds: INTERVALS[interval] } : null),
  });
  load();
  return { chart, series, element };
}
