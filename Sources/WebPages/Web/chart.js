/** Line charts as SVG. */
import { color, el, metricText, ticks } from "./tools.js";
import { chip } from "./player.js";

const svg = (tag, attributes, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

const dashes = ["", "7 4", "2 4", "9 3 2 3"];

/**
 * Draws a chart.
 * @param title what is drawn
 * @param series `{name, color, dash, points: [[epoch, value], ...]}`, in which `color` and `dash` are numbers
 * @param isProportion whether the values are proportions, which are shown in percent
 */
export function lineChart(title, series, isProportion = false) {
  const [width, height, left, right, top, bottom] = [360, 216, 46, 10, 8, 42];
  const short = (value) => metricText(value, isProportion), mark = (value) => (isProportion ? `${Number((100 * value).toPrecision(4))}%` : short(value));
  const points = series.flatMap((line) => line.points).filter(([, y]) => Number.isFinite(y));
  const card = el("figure", { class: "card chart" }, el("h3", {}, title));
  card.style.margin = "0";
  if (points.length === 0) {
    card.append(el("p", { class: "note" }, "No values yet."));
    return card;
  }
  const last = Math.max(2, ...points.map(([x]) => x)), first = Math.min(...points.map(([x]) => x));
  let low = Math.min(...points.map(([, y]) => y)), high = Math.max(...points.map(([, y]) => y));
  if (low === high) [low, high] = [low - Math.abs(low || 1) / 2, high + Math.abs(high || 1) / 2];
  const margin = (high - low) * 0.05;
  [low, high] = [low >= 0 ? Math.max(0, low - margin) : low - margin, high <= 1 && low >= 0 ? Math.min(1, high + margin) : high + margin];
  const x = (value) => left + ((value - first) / (last - first)) * (width - left - right);
  const y = (value) => height - bottom - ((value - low) / (high - low)) * (height - top - bottom);
  const summary = series.map((line) => {
    const [epoch, value] = line.points.filter(([, y]) => Number.isFinite(y)).at(-1) ?? [];
    return epoch === undefined ? `${line.name}: no values` : `${line.name}: ${short(value)} in epoch ${epoch}`;
  }).join("; ");
  const image = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}. ${summary}` });
  for (const value of ticks(low, high, 5)) {
    const label = svg("text", { x: left - 7, y: y(value) + 4, "text-anchor": "end" });
    label.textContent = mark(value);
    image.append(svg("line", { class: "grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }), label);
  }
  for (const value of ticks(first, last, 6).filter(Number.isInteger)) {
    const label = svg("text", { x: x(value), y: height - bottom + 17, "text-anchor": "middle" });
    label.textContent = value;
    image.append(label);
  }
  const axis = svg("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" });
  axis.textContent = "epoch";
  image.append(axis);
  for (const line of series) {
    const shown = line.points.filter(([, value]) => Number.isFinite(value));
    if (shown.length === 0) continue;
    const stroke = color(line.color);
    image.append(svg("polyline", {
      class: "curve", stroke, "stroke-dasharray": dashes[line.dash % dashes.length],
      points: shown.map(([epoch, value]) => `${x(epoch).toFixed(1)},${y(value).toFixed(1)}`).join(" "),
    }));
    const [epoch, value] = shown.at(-1);
    image.append(svg("circle", { cx: x(epoch), cy: y(value), r: 3, fill: stroke }));
  }
  card.append(image, el("ul", { class: "key" }, series.map((line) => {
    const [, value] = line.points.filter(([, y]) => Number.isFinite(y)).at(-1) ?? [];
    const sample = svg("svg", { width: 26, height: 10, "aria-hidden": "true" },
      svg("line", { x1: 1, x2: 25, y1: 5, y2: 5, stroke: color(line.color), "stroke-width": 2.5, "stroke-dasharray": dashes[line.dash % dashes.length] }));
    sample.style.width = "26px";
    return el("li", {}, sample, `${line.name}${value === undefined ? "" : `: ${short(value)}`}`);
  })));
  return card;
}

/** Horizontal bars with their values: `{name, value}`. */
export function barTable(caption, rows, format = String) {
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
