/** The options of the chart that come from the design tokens. */

import { colour } from "../js/appearance.js";

export function chartOptions() {
  return {
    layout: {
      background: { color: "transparent" },
      textColor: colour("--text-secondary"),
      fontFamily: getComputedStyle(document.body).fontFamily,
      fontSize: 11,
      attributionLogo: true,
    },
    grid: { vertLines: { color: colour("--line", 0.5) }, horzLines: { color: colour("--line", 0.5) } },
    rightPriceScale: { borderColor: colour("--line") },
    timeScale: { borderColor: colour("--line") },
    crosshair: {
      vertLine: { color: colour("--text-faint"), labelBackgroundColor: colour("--line-strong") },
      horzLine: { color: colour("--text-faint"), labelBackgroundColor: colour("--line-strong") },
    },
  };
}

export function candleOptions() {
  const [up, down] = [colour("--up"), colour("--down")];
  return { upColor: up, downColor: down, wickUpColor: up, wickDownColor: down, borderUpColor: up, borderDownColor: down };
}
