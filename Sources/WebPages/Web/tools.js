/** Helpers for all pages. */

/** Creates an element. Properties that begin with "on" are listeners; "class" and "aria-..." are attributes. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.includes("-")) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Fetches JSON. Throws an Error with the message of the server. */
export async function api(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not respond. Is it still running?");
  }
  let body = null;
  try { body = await response.json(); } catch { /* Not JSON: the status says enough. */ }
  if (!response.ok) throw new Error(body?.error?.message ?? `The server responded with status ${response.status}.`);
  return body;
}

/** Builds a query: values may be lists. */
export function query(parameters) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const item of [value].flat()) if (item !== undefined && item !== null && item !== "") search.append(name, item);
  }
  return search.toString();
}

/** Announces a change to users of screen readers. */
export function announce(text) {
  const line = document.getElementById("announcer");
  line.textContent = "";
  setTimeout(() => { line.textContent = text; }, 50);
}

/** A message about an error, which screen readers read at once. */
export function problem(error) {
  return el("p", { class: "error", role: "alert" }, error.message ?? String(error));
}

export function busy(text) { return el("p", { class: "busy", role: "status" }, text); }

/** Offers a text as a file to save. */
export function save(name, type, text) {
  const link = el("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** Returns a metric with its usual number of digits; proportions are in percent. */
export const metricText = (value, isProportion) => (value === null || value === undefined ? "–" : isProportion ? percent(value) : String(Number(value.toPrecision(4))));

/** Returns a metric for a column of numbers: all have the same number of digits. */
export const metricCell = (value, isProportion) => {
  const size = Math.abs(value);
  return typeof value === "number" && !isProportion && !Number.isInteger(value) && size >= 0.01 && size < 10000 ? value.toPrecision(4) : metricText(value, isProportion);
};

/** Returns a count with commas. */
export const count = (value) => (typeof value === "number" ? value.toLocaleString("en") : String(value));

/** Returns `noun` with its number, such as `1 clip` or `1,200 clips`. */
export const countText = (number, noun, plural = `${noun}s`) => `${count(number)} ${number === 1 ? noun : plural}`;

/** Returns about `count` round values from `low` to `high`. */
export function ticks(low, high, count) {
  const raw = (high - low) / count || 1, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((value) => value >= raw) ?? raw;
  const values = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-6; value += step) values.push(Number(value.toPrecision(12)));
  return values;
}

/** The parameters of the API for a run, whose name is `NAME`, or `NAME/RUN` for a run of an ablation. */
export function runParameters(name) {
  const [run, member] = name.split("/");
  return { run, member };
}

/** The address of a run in the API, with the rest of its path and more parameters. */
export function runPath(name, rest = "", more = {}) {
  const { run, member } = runParameters(name), parameters = query({ member, ...more });
  return `/api/runs/${encodeURIComponent(run)}${rest}${parameters ? `?${parameters}` : ""}`;
}

export const percent = (value) => `${(100 * value).toFixed(1)}%`;

export function clock(seconds) {
  const tenths = Math.max(0, Math.round(seconds * 10));
  const rest = ((tenths % 600) / 10).toFixed(1);
  return `${Math.floor(tenths / 600)}:${rest.padStart(4, "0")}`;
}

export const cell = (text) => (/[",\n\r]/.test(text) ? `"${String(text).replaceAll('"', '""')}"` : String(text));

/** The color of a series, from the style sheet. */
export const color = (index) => getComputedStyle(document.documentElement).getPropertyValue(`--s${index % 8}`).trim();
export const variable = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Calls back when the colors change. */
export function onTheme(body) { matchMedia("(prefers-color-scheme: dark)").addEventListener("change", body); }

/** A table with a caption, as wide as its content. Cells are texts or elements; columns of texts are aligned to the left. */
export function table(caption, columns, rows, texts = []) {
  const kind = (index) => (texts.includes(index) ? "text" : null);
  return el("div", { class: "wide fit", tabindex: "0", role: "region", "aria-label": caption },
    el("table", { class: "data" },
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, columns.map((name, index) => el("th", { scope: "col", class: kind(index) }, name)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((value, index) => index === 0
        ? el("th", { scope: "row" }, value) : el("td", { class: kind(index) }, value)))))));
}

/** Prepares a canvas for its size on the screen; returns its context and size in CSS pixels. */
export function prepare(canvas) {
  const scale = window.devicePixelRatio || 1;
  const { width, height } = canvas.getBoundingClientRect();
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  return { context, width, height };
}
