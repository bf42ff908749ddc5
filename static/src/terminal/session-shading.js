/** The hours of the market centres behind the candles: a line where each opens, and faint bands that add up where they overlap. */

import { colour, onColoursChange } from "../js/appearance.js";
import { recall, remember } from "./remembered.js";
import { sessionsBetween } from "./sessions.js";

const LONGEST_INTERVAL = 3600; // with longer bars a session is too narrow to be one
const BAND_OPACITY = 0.025;
const EDGE_OPACITY = 0.6;
const LABEL_GAP = 6;
const ROOM_RIGHT_BARS = 50;

export class SessionShading {
  /** `bars()` tells `{last, seconds}`: when the newest bar opened and how long a bar is, or null without bars. */
  constructor({ chart, series, bars }) {
    this.chart = chart;
    this.bars = bars;
    this.shown = recall("session-shading", true);
    const renderer = { draw: (target) => target.useMediaCoordinateSpace((scope) => this.paint(scope)) };
    this.views = [{ renderer: () => renderer, zOrder: () => "bottom" }];
    this.chooseColours();
    onColoursChange(() => this.chooseColours());
    series.attachPrimitive(this);
    this.followButton(document.getElementById("session-shading"));
  }

  attached({ requestUpdate }) {
    this.requestUpdate = requestUpdate;
  }

  paneViews() {
    return this.views;
  }

  followButton(button) {
    const show = (shown) => {
      this.shown = shown;
      button.setAttribute("aria-pressed", shown);
      this.requestUpdate();
    };
    button.addEventListener("click", () => {
      show(!this.shown);
      remember("session-shading", this.shown);
    });
    show(this.shown);
  }

  chooseColours() {
    this.band = colour("--text-secondary", BAND_OPACITY);
    this.edge = colour("--line-strong", EDGE_OPACITY);
    this.label = colour("--text-faint");
  }

  paint({ context, mediaSize }) {
    const bars = this.bars();
    const range = this.chart.timeScale().getVisibleRange();
    if (!this.shown || !bars || !range || bars.seconds > LONGEST_INTERVAL) return;
    context.save();
    const { fontFamily, fontSize } = this.chart.options().layout;
    context.font = `${fontSize - 1}px ${fontFamily}`;
    context.textBaseline = "top";
    for (const { name, row, from, to } of sessionsBetween(range.from, range.to + ROOM_RIGHT_BARS * bars.seconds)) {
      const left = Math.max(this.coordinate(from, bars), 0);
      const width = Math.min(this.coordinate(to, bars), mediaSize.width) - left;
      if (width <= 0) continue;
      context.fillStyle = this.band;
      context.fillRect(left, 0, width, mediaSize.height);
      context.fillStyle = this.edge;
      if (left > 0) context.fillRect(Math.round(left), 0, 1, mediaSize.height);
      if (context.measureText(name).width + 2 * LABEL_GAP > width) continue;
      context.fillStyle = this.label;
      context.fillText(name, left + LABEL_GAP, LABEL_GAP + row * (fontSize + 3));
    }
    context.restore();
  }

  /** Where a moment lies; after the newest bar as far as its distance in bars says. */
  coordinate(time, { last, seconds }) {
    const scale = this.chart.timeScale();
    const index = scale.timeToIndex(Math.min(time, last), true) + Math.max(time - last, 0) / seconds;
    return scale.logicalToCoordinate(index) - scale.options().barSpacing / 2;
  }
}
