/**
 * Horizontal lines on the chart with handles that can be dragged, or moved with the arrow keys.
 *
 * The lines are a series primitive, so they are painted with the chart; each handle is an element above it, so that
 * it has focus, a name and a place in the accessibility tree. The chart's own repaint moves the handles.
 */

import { colour, onColoursChange } from "../js/appearance.js";
import { formatPrice } from "../js/format.js";

const DASH = [4, 4];
const HANDLE_GAP = 4;
// A part of the price: 30 pips of EURUSD at 1.00.
const NEAR = 0.003;

/**
 * @typedef {Object} Line
 * @property {string} key stable across updates of the same line
 * @property {number} price
 * @property {string} tone token that colours it: "up", "down", "info", "accent", "text-secondary"
 * @property {(price: number) => string} label what the line means at a price
 * @property {string} name what a screen reader calls it
 * @property {boolean} [solid]
 * @property {(price: number) => void} [onDrop] present on lines that can be moved
 * @property {() => void} [onRemove] present on lines that can be removed
 * @property {string} [removeName] what a screen reader calls the removing
 * @property {{name: string, text: string, onDrop: (price: number) => void, label: (price: number) => string}[]} [pulls]
 *   levels that can be pulled out of this line
 */

export class ChartLines {
  constructor({ chart, series, element }, instrument) {
    this.chart = chart;
    this.series = series;
    this.instrument = instrument;
    this.lines = [];
    this.handles = new Map();
    this.axisViews = [];
    this.dragged = null;
    this.layer = document.createElement("div");
    this.layer.className = "chart-lines";
    element.append(this.layer);
    this.renderer = { draw: (target) => target.useBitmapCoordinateSpace((scope) => this.paint(scope)) };
    this.view = { renderer: () => this.renderer, zOrder: () => "normal" };
    this.colours = new Map();
    onColoursChange(() => {
      this.colours.clear();
      this.requestUpdate();
    });
    series.attachPrimitive(this);
  }

  /** Resolving a token costs a style calculation, painting happens often. */
  colourOf(tone) {
    if (!this.colours.has(tone)) this.colours.set(tone, colour(`--${tone}`));
    return this.colours.get(tone);
  }

  attached({ requestUpdate }) {
    this.requestUpdate = requestUpdate;
  }

  paneViews() {
    return [this.view];
  }

  updateAllViews() {
    this.layer.style.width = `${this.chart.timeScale().width()}px`;
    this.placeHandles();
  }

  /** One view per line for as long as the lines are the same: the axis moves labels apart on the objects it was given. */
  priceAxisViews() {
    return this.axisViews;
  }

  axisView(line) {
    return {
      coordinate: () => this.series.priceToCoordinate(line.price) ?? 0,
      visible: () => this.series.priceToCoordinate(line.price) !== null,
      text: () => formatPrice(line.price, this.instrument().digits),
      textColor: () => this.colourOf("panel"),
      backColor: () => this.colourOf(line.tone),
    };
  }

  /** The scale reaches to the lines that are near the market; those far away must not flatten the candles. */
  autoscaleInfo() {
    const last = this.series.data().at(-1)?.close;
    const near = this.lines.map(({ price }) => price).filter((price) => Math.abs(price / last - 1) < NEAR);
    if (!near.length) return null;
    return { priceRange: { minValue: Math.min(...near), maxValue: Math.max(...near) } };
  }

  /** Show exactly these lines. A line being dragged stays under the pointer. */
  show(lines) {
    this.lines = lines;
    const wanted = new Set(this.allLines().map(({ key }) => key));
    for (const [key, handle] of this.handles) {
      if (wanted.has(key)) continue;
      handle.remove();
      this.handles.delete(key);
    }
    for (const line of this.allLines()) this.describe(line);
    this.axisViews = this.allLines().map((line) => this.axisView(line));
    this.requestUpdate?.();
  }

  allLines() {
    const { dragged } = this;
    if (!dragged) return this.lines;
    return [...this.lines.filter(({ key }) => key !== dragged.key), dragged];
  }

  paint({ context, bitmapSize, verticalPixelRatio }) {
    context.save();
    context.lineWidth = Math.max(1, Math.floor(verticalPixelRatio));
    for (const line of this.allLines()) {
      const coordinate = this.series.priceToCoordinate(line.price);
      if (coordinate === null) continue;
      const y = Math.round(coordinate * verticalPixelRatio) + 0.5;
      context.strokeStyle = this.colourOf(line.tone);
      context.setLineDash(line.solid ? [] : DASH.map((length) => length * verticalPixelRatio));
      context.beginPath();
      context.moveTo(0, y);
      context.lineTo(bitmapSize.width, y);
      context.stroke();
    }
    context.restore();
  }

  handleOf(line) {
    let handle = this.handles.get(line.key);
    if (!handle) {
      handle = this.build(line);
      this.handles.set(line.key, handle);
      this.layer.append(handle);
    }
    handle.line = line;
    return handle;
  }

  describe(line) {
    const handle = this.handleOf(line);
    const label = line.label(line.price);
    const grip = handle.firstElementChild;
    handle.dataset.tone = line.tone;
    if (grip.textContent !== label) grip.textContent = label;
    if (!line.onDrop) return;
    grip.setAttribute("aria-label", line.name);
    grip.setAttribute("aria-valuenow", line.price);
    grip.setAttribute("aria-valuetext", `${formatPrice(line.price, this.instrument().digits)} ${label}`);
  }

  /**
   * Put each handle on its line; those of lines that lie close together stand side by side, or below where there is no
   * room. One that is being moved stays in sight at the edge: hidden, it would lose the keyboard.
   */
  placeHandles() {
    const { clientWidth: width, clientHeight: height } = this.layer;
    const placed = [];
    for (const line of this.allLines()) {
      const handle = this.handleOf(line);
      const coordinate = this.series.priceToCoordinate(line.price);
      const y = line === this.dragged ? Math.min(Math.max(coordinate, 0), height) : coordinate;
      handle.hidden = y === null || y < 0 || y > height;
      if (handle.hidden) continue;
      const { offsetWidth, offsetHeight } = handle;
      const near = placed.filter((other) => Math.abs(other.y - y) < offsetHeight);
      let x = Math.max(0, ...near.map((other) => other.right + HANDLE_GAP));
      let top = y;
      if (x && handle.offsetLeft + x + offsetWidth > width) {
        x = 0;
        top = Math.max(...near.map((other) => other.y)) + offsetHeight + 1;
      }
      handle.style.transform = `translate(${x}px, ${Math.round(top)}px)`;
      placed.push({ y: top, right: x + offsetWidth });
    }
  }

  build(line) {
    const handle = document.createElement("div");
    handle.className = "chart-line";
    const grip = document.createElement(line.onDrop ? "button" : "span");
    grip.className = "chart-line-grip";
    handle.append(grip);
    if (line.onDrop) {
      grip.type = "button";
      grip.setAttribute("role", "slider");
      grip.setAttribute("aria-orientation", "vertical");
      this.makeDraggable(grip, () => handle.line);
      this.makeSteppable(grip, () => handle.line);
    }
    for (const [index, pull] of (line.pulls ?? []).entries()) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "chart-line-pull";
      button.textContent = pull.text;
      button.setAttribute("aria-label", pull.name);
      this.makeDraggable(button, () => ({ ...handle.line, ...handle.line.pulls[index], key: `${line.key}-${index}`, pulls: [], onRemove: null }));
      handle.append(button);
    }
    if (line.onRemove) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "chart-line-remove";
      button.setAttribute("aria-label", line.removeName);
      button.addEventListener("click", () => handle.line.onRemove());
      handle.append(button);
    }
    return handle;
  }

  makeDraggable(grip, lineOf) {
    grip.addEventListener("pointerdown", (down) => {
      if (down.button !== 0) return;
      down.preventDefault();
      grip.focus();
      grip.setPointerCapture(down.pointerId);
      const line = lineOf();
      const top = this.layer.getBoundingClientRect().top;
      let moved = false;
      const move = ({ clientY }) => {
        const price = this.series.coordinateToPrice(clientY - top);
        if (price === null || (!moved && Math.abs(clientY - down.clientY) < 3)) return;
        moved = true;
        this.drag({ ...line, price: this.round(price) });
      };
      const finish = (event) => {
        grip.removeEventListener("pointermove", move);
        grip.removeEventListener("pointerup", finish);
        grip.removeEventListener("pointercancel", finish);
        document.removeEventListener("keydown", abandon, true);
        if (event.type === "pointerup") this.drop();
        else this.drag(null);
      };
      const abandon = (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        finish(event);
      };
      grip.addEventListener("pointermove", move);
      grip.addEventListener("pointerup", finish);
      grip.addEventListener("pointercancel", finish);
      document.addEventListener("keydown", abandon, true);
    });
  }

  /** Arrow keys move by a point (with Shift by ten), Enter applies, Escape or leaving takes it back. */
  makeSteppable(grip, lineOf) {
    grip.addEventListener("keydown", (event) => {
      const direction = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
      if (direction) {
        event.preventDefault();
        const step = direction * (event.shiftKey ? 10 : 1) * 10 ** -this.instrument().digits;
        this.drag({ ...lineOf(), price: this.round((this.dragged ?? lineOf()).price + step) });
      } else if (event.key === "Enter" && this.dragged) {
        event.preventDefault();
        this.drop();
      } else if (event.key === "Escape" && this.dragged) {
        event.preventDefault();
        this.drag(null);
      }
    });
    grip.addEventListener("blur", () => this.dragged?.key === lineOf().key && this.drag(null));
  }

  round(price) {
    return Number(price.toFixed(this.instrument().digits));
  }

  drag(line) {
    this.dragged = line;
    this.show(this.lines);
  }

  drop() {
    const { dragged } = this;
    if (!dragged) return;
    // The line stays where it was dropped until the server's answer redraws it.
    this.lines = this.allLines();
    this.dragged = null;
    dragged.onDrop(dragged.price);
  }
}
