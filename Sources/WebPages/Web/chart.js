/** Line charts, intervals and bars. */
import { announce, color, count, el, metricCell, metricText, ticks } from "./tools.js";
import { chip } from "./player.js";

export const svg = (tag, attributes, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

const dashes = ["", "7 4", "2 4", "9 3 2 3"];

/** A piece of a line, as it is drawn in a chart; without a color for lines of any color. */
export function lineSample(line) {
  const sample = svg("svg", { class: "sample", width: 26, height: 10, "aria-hidden": "true" },
    svg("line", { x1: 1, x2: 25, y1: 5, y2: 5, stroke: line.color === undefined ? "currentcolor" : color(line.color), "stroke-width": 2.5, "stroke-dasharray": dashes[line.dash % dashes.length] }));
  return sample;
}

/** A line chart over epochs. The pointer, or the arrow keys, show the values of an epoch. */
export class LineChart {
  #image = svg("svg", { class: "plot", role: "img", tabindex: 0 });
  #note = el("p", { class: "epoch" });
  #key = el("table", { class: "legend" });
  #series = [];
  #epoch = null;
  #place = null;

  /**
   * @param title what is drawn
   * @param isProportion whether the values are proportions, which are shown in percent
   */
  constructor(title, isProportion = false) {
    [this.title, this.isProportion] = [title, isProportion];
    this.element = el("figure", { class: "card chart" }, el("div", { class: "chart-head" }, el("h3", {}, title), this.#note), this.#image, this.#key);
    this.#image.addEventListener("pointermove", (event) => {
      if (!this.#place) return;
      const { left, right, first, last, width } = this.#place, box = this.#image.getBoundingClientRect();
      const share = ((event.clientX - box.left) / box.width * width - left) / (width - left - right);
      this.#show(first + share * (last - first));
    });
    for (const event of ["pointerleave", "blur"]) this.#image.addEventListener(event, () => this.#show(null));
    this.#image.addEventListener("keydown", (event) => {
      if (!this.#place) return;
      const { first, last } = this.#place, at = this.#epoch ?? last;
      const next = { ArrowLeft: at - 1, ArrowRight: this.#epoch === null ? last : at + 1, Home: first, End: last, Escape: null }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      this.#show(next);
      if (next !== null) announce(`${this.title}, epoch ${this.#epoch}: ${this.#series.map((line) => `${line.name} ${metricText(line.values.get(this.#epoch), this.isProportion)}`).join(", ")}`);
    });
    new ResizeObserver(() => { if (this.element.clientWidth !== this.width) this.#draw(); }).observe(this.element);
  }

  /**
   * Draws series.
   * @param series `{name, color, dash, points: [[epoch, value], ...]}`, in which `color` and `dash` are numbers; with `row` and `column`,
   * the key is a table
   * @param best the epoch whose weights the run has kept, if it is known
   */
  update(series, best = null) {
    this.#series = series.map((line) => ({ ...line, values: new Map(line.points.filter(([, y]) => Number.isFinite(y))) }));
    this.best = best;
    this.#draw();
  }

  /** Shows the values of the nearest epoch; of the last one for null. */
  #show(at) {
    if (at !== null) {
      const epochs = [...new Set(this.#series.flatMap((line) => [...line.values.keys()]))];
      at = epochs.reduce((best, epoch) => (Math.abs(epoch - at) < Math.abs(best - at) ? epoch : best), epochs[0]);
    }
    if (at === this.#epoch) return;
    this.#epoch = at ?? null;
    this.#draw();
  }

  #draw() {
    const values = this.#series.flatMap((line) => [...line.values.values()]), epochs = this.#series.flatMap((line) => [...line.values.keys()]);
    this.#drawKey();
    this.width = this.element.clientWidth;
    if (values.length === 0) {
      this.#place = null;
      this.#image.replaceChildren();
      this.#image.setAttribute("aria-label", `${this.title}: no values yet`);
      return;
    }
    const width = Math.max(220, this.width - 36), [height, left, right, top, bottom] = [200, 48, 10, 8, 38];
    const first = Math.min(...epochs), last = Math.max(first + 1, ...epochs);
    let low = Math.min(...values), high = Math.max(...values);
    if (low === high) [low, high] = [low - Math.abs(low || 1) / 2, high + Math.abs(high || 1) / 2];
    const marks = ticks(low, high, 4), step = marks.length > 1 ? marks[1] - marks[0] : (high - low) / 2;
    // The range ends at round values, unless much of it would stay empty.
    const ends = [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step], margin = (high - low) * 0.05;
    if (low - ends[0] < step * 0.75) [low] = ends; else low -= margin;
    if (ends[1] - high < step * 0.75) [, high] = ends; else high += margin;
    const x = (value) => left + ((value - first) / (last - first)) * (width - left - right);
    const y = (value) => height - bottom - ((value - low) / (high - low)) * (height - top - bottom);
    this.#place = { left, right, first, last, width };
    const image = [], text = (attributes, content) => {
      const label = svg("text", attributes);
      label.textContent = content;
      return label;
    };
    for (const value of ticks(low, high, 4)) {
      image.push(svg("line", { class: "grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }),
        text({ x: left - 8, y: y(value) + 4, "text-anchor": "end" }, this.isProportion ? `${Number((100 * value).toPrecision(4))}%` : metricText(value)));
    }
    for (const value of ticks(first, last, Math.min(8, width / 60)).filter(Number.isInteger)) {
      image.push(text({ x: x(value), y: height - bottom + 17, "text-anchor": "middle" }, value));
    }
    image.push(text({ x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }, "epoch"));
    if (this.best >= first && this.best <= last) {
      image.push(svg("line", { class: "best-epoch", x1: x(this.best), x2: x(this.best), y1: top, y2: height - bottom }));
    }
    for (const line of this.#series) {
      const shown = [...line.values];
      if (shown.length === 0) continue;
      const stroke = color(line.color), [epoch, value] = shown.at(-1);
      image.push(svg("polyline", {
        class: "curve", stroke, "stroke-dasharray": dashes[line.dash % dashes.length],
        points: shown.map(([epoch, value]) => `${x(epoch).toFixed(1)},${y(value).toFixed(1)}`).join(" "),
      }));
      if (this.#epoch === null) image.push(svg("circle", { cx: x(epoch), cy: y(value), r: 3, fill: stroke }));
      else if (line.values.has(this.#epoch)) image.push(svg("circle", { class: "reading", cx: x(this.#epoch), cy: y(line.values.get(this.#epoch)), r: 4, fill: stroke }));
    }
    if (this.#epoch !== null) image.splice(0, 0, svg("line", { class: "cursor", x1: x(this.#epoch), x2: x(this.#epoch), y1: top, y2: height - bottom }));
    this.#image.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const summary = this.#series.map((line) => {
      const [epoch, value] = [...line.values].at(-1) ?? [];
      return epoch === undefined ? `${line.name}: no values` : `${line.name}: ${metricText(value, this.isProportion)} in epoch ${epoch}`;
    }).join("; ");
    this.#image.setAttribute("aria-label", `${this.title}. ${summary}. The arrow keys show the values of other epochs.`);
    this.#image.replaceChildren(...image);
  }

  /** The values of the epoch under the pointer, or of the last one: a row for each run, a column for each subset. */
  #drawKey() {
    const at = (line) => line.values.get(this.#epoch) ?? (this.#epoch === null ? [...line.values.values()].at(-1) : undefined);
    const last = Math.max(0, ...this.#series.flatMap((line) => [...line.values.keys()]));
    this.#note.textContent = last === 0 ? "no values yet" : `epoch ${this.#epoch ?? last}${(this.#epoch ?? last) === this.best ? ", best" : ""}`;
    const caption = el("caption", { class: "unseen" }, `${this.title} in this epoch`), columns = [...new Set(this.#series.map((line) => line.column ?? ""))];
    if (columns.length > 1) {
      const rows = Map.groupBy(this.#series, (line) => line.row);
      this.#key.replaceChildren(caption,
        el("thead", {}, el("tr", {}, el("td"), columns.map((name) => el("th", { scope: "col" }, lineSample({ dash: this.#series.find((line) => line.column === name).dash }), name)))),
        el("tbody", {}, [...rows].map(([name, lines]) => el("tr", {}, el("th", { scope: "row" }, lineSample({ color: lines[0].color, dash: 0 }), name),
          columns.map((column) => lines.find((line) => line.column === column)).map((line) => el("td", {}, line ? metricCell(at(line), this.isProportion) : "–"))))));
      return;
    }
    this.#key.replaceChildren(caption, el("tbody", {}, this.#series.map((line) => el("tr", {}, el("th", { scope: "row" }, lineSample(line), line.row ?? line.name), el("td", {}, metricCell(at(line), this.isProportion))))));
  }
}

/** Draws an interval `{low, high, value}` on a scale `[low, high]`, with a line at the value of a reference. The table has the same numbers as text. */
export function intervalBar({ low, high, value }, [from, to], reference) {
  const at = (number) => 4 + (142 * (number - from)) / (to - from || 1), image = [];
  if (Number.isFinite(reference)) image.push(svg("line", { class: "reference", x1: at(reference), x2: at(reference), y1: 0, y2: 22 }));
  if (Number.isFinite(low) && Number.isFinite(high)) {
    image.push(svg("line", { class: "interval", x1: at(low), x2: at(high), y1: 11, y2: 11 }),
      ...[low, high].map((end) => svg("line", { class: "interval", x1: at(end), x2: at(end), y1: 7, y2: 15 })));
  }
  if (Number.isFinite(value)) image.push(svg("circle", { class: "estimate", cx: at(value), cy: 11, r: 4 }));
  return svg("svg", { class: "interval-bar", viewBox: "0 0 150 22", width: 150, height: 22, "aria-hidden": "true" }, ...image);
}

/** Horizontal bars with their values: `{name, value}`. */
export function barTable(caption, rows, format = count) {
  const most = Math.max(...rows.map((row) => row.value), 1e-9);
  return el("table", { class: "bars" }, el("caption", { class: "unseen" }, caption),
    el("tbody", {}, rows.map((row) => {
      const fill = el("div", { class: "fill" });
      fill.style.width = `${(100 * row.value) / most}%`;
      fill.style.background = color(0);
      return el("tr", {}, el("th", { scope: "row" }, row.name), el("td", { "aria-hidden": "true" }, el("div", { class: "track" }, fill)), el("td", {}, format(row.value)));
    })));
}

export { chip };
