/** Shows the predictions of several models for a recording. */
import { busy, cell, clock, color, el, onTheme, percent, prepare, problem, save, table } from "./tools.js";
import { chip } from "./player.js";

/** What a model predicts: its targets, or the class alone. Each has a name, a kind, classes and, for a number, the range that is drawn. */
export const targetsOf = (prediction) => prediction.outputs ?? [{ name: "", kind: "classification", classes: prediction.classes }];

/** A number with a sensible number of digits. */
const number = (value) => (Math.abs(value) >= 1000 ? value.toFixed(0) : value.toFixed(2));

/**
 * What a prediction or a window says about a target: a text, and a bar for each class, each label, or the number. The share of a bar is
 * that of its length; the interval, if any, is in the same shares.
 */
export function reading(part, target) {
  const found = part.targets ? part.targets[target.name] : part;
  if (target.kind !== "regression") {
    const best = found.labels ?? [found.label];
    return {
      text: best.join(", ") || "none",
      note: found.labels ? null : percent(found.probabilities[found.label]),
      bars: target.classes.map((name) => ({ name, share: found.probabilities[name] ?? 0, text: percent(found.probabilities[name] ?? 0), best: best.includes(name) })),
    };
  }
  const value = typeof found === "object" ? found.value : found, interval = found.interval ?? null;
  const share = (value) => Math.max(0, Math.min(1, (value - target.low) / (target.high - target.low)));
  return {
    text: number(value),
    note: interval ? `between ${number(interval[0])} and ${number(interval[1])}` : null,
    bars: [{ name: target.name, share: share(value), text: number(value), best: true, interval: interval?.map(share) }],
  };
}

/** What a prediction says about all targets, as text. */
export const answerText = (part, targets) => targets.map((target) => (target.name && targets.length > 1 ? `${target.name}: ` : "") + reading(part, target).text).join("; ");

/** A table with a bar for each class, each label, or the number of a target; `update` changes the values. */
export class Bars {
  #rows = new Map();

  constructor(target, caption) {
    this.target = target;
    const isNumber = target.kind === "regression";
    const rows = (isNumber ? [target.name] : target.classes).map((name) => {
      const fill = el("div", { class: "fill" }), range = el("div", { class: "range", hidden: true }), value = el("td");
      const row = el("tr", {}, el("th", { scope: "row" }, name), el("td", { "aria-hidden": "true" }, el("div", { class: "track" }, fill, range)), value);
      this.#rows.set(name, { row, fill, range, value });
      return row;
    });
    this.element = el("table", { class: "bars" },
      el("caption", { class: "unseen" }, caption),
      el("thead", { class: "unseen" }, el("tr", {}, [isNumber ? "target" : "class", "", isNumber ? "value" : "probability"].map((text) => text ? el("th", { scope: "col" }, text) : el("td")))),
      el("tbody", {}, rows));
  }

  update(part) {
    for (const { name, share, text, best, interval } of reading(part, this.target).bars) {
      const { row, fill, range, value } = this.#rows.get(name);
      fill.style.width = percent(share);
      range.hidden = !interval;
      if (interval) {
        range.style.left = percent(interval[0]);
        range.style.width = percent(interval[1] - interval[0]);
      }
      value.textContent = text;
      row.classList.toggle("best", best);
    }
  }
}

/** A card for the prediction of one model. `truth` is the label of the clip, if it is known. */
function card(prediction, truth, seek) {
  const targets = targetsOf(prediction), windows = prediction.windows ?? [];
  const parts = targets.map((target) => {
    const { text, note } = reading(prediction, target);
    const isCorrect = prediction.label === truth;
    const verdict = truth === undefined || target.name ? null : el("span", { class: isCorrect ? "correct" : "wrong" }, isCorrect ? "correct" : `the label is ${truth}`);
    const bars = new Bars(target, target.name ? `${target.name} predicted by ${prediction.model}` : `Probabilities of ${prediction.model}`);
    bars.update(prediction);
    return [
      target.name ? el("h4", {}, target.name) : null,
      el("p", { class: "answer" }, text),
      note || verdict ? el("p", { class: "note row" }, note, verdict) : null,
      bars.element,
      windows.length > 0 ? timeline(prediction, target, seek) : null,
    ];
  });
  return el("article", { class: "card", "aria-label": `Prediction of ${prediction.model}` },
    el("h3", {}, prediction.model),
    prediction.warning ? el("p", { class: "warning" }, prediction.warning) : null,
    (prediction.warnings ?? []).map((text) => el("p", { class: "warning" }, `Warning: ${text}.`)),
    prediction.note ? el("p", { class: "note" }, `Note: ${prediction.note}.`) : null,
    parts.flat(),
    prediction.prediction_set ? el("p", { class: "note" }, `Prediction set: ${prediction.prediction_set.join(", ") || "empty"}`) : null,
    windows.length > 0 ? windowTable(prediction, targets, seek) : null,
    hasAttention(prediction) && attention(prediction).length === 0
      ? el("p", { class: "note" }, "The attention weights cannot be drawn, because preprocessing trims the windows or changes their times.") : null,
    el("p", { class: "note" }, `Computed in ${duration(prediction.milliseconds)}${windows.length > 0 ? `, averaged over ${windows.length} windows` : ""}`));
}

const duration = (ms) => ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;

/** Draws a target from `left` to `right`: probabilities of classes are stacked, labels and numbers are lines at their height. */
export function drawPart(context, height, left, right, part, target) {
  let top = 0;
  reading(part, target).bars.forEach(({ share }, index) => {
    context.fillStyle = color(index);
    if (target.kind === "classification" || target.kind === "ordinal") {
      context.fillRect(left, top, Math.max(1, right - left), share * height);
      top += share * height;
    } else context.fillRect(left, (1 - share) * (height - 3), Math.max(1, right - left), 3);
  });
}

/** The colors of a target's classes or labels; nothing for a number. */
export const key = (target) => target.kind === "regression" ? null
  : el("ul", { class: "key" }, target.classes.map((name, label) => el("li", {}, chip(color(label)), name)));

/** A target of the windows over time; a click seeks. The table of windows has the same as text. */
function timeline(prediction, target, seek) {
  const title = target.name ? `${target.name} over time` : "Over time";
  const canvas = el("canvas", { class: "timeline", role: "img", "aria-label": `${title}; the table below has the same values` });
  const { windows } = prediction, end = windows.at(-1).end;
  const draw = () => {
    if (!canvas.isConnected) return;
    const { context, width, height } = prepare(canvas);
    windows.forEach((window, index) => {
      const left = (window.start / end) * width;
      const right = ((windows[index + 1]?.start ?? window.end) / end) * width;
      drawPart(context, height, left, right - (right - left > 6 ? 1 : 0), window, target);
    });
  };
  const at = (event) => ((event.clientX - canvas.getBoundingClientRect().left) / canvas.clientWidth) * end;
  const readout = el("p", { class: "note", "aria-hidden": "true" }, "Click to move the play head.");
  canvas.addEventListener("pointerdown", (event) => seek(at(event)));
  canvas.addEventListener("pointermove", (event) => {
    const window = windows.findLast((other) => other.start <= at(event)) ?? windows[0], { text, note } = reading(window, target);
    readout.textContent = `${clock(window.start)} to ${clock(window.end)}: ${text}${note ? `, ${note}` : ""}`;
  });
  canvas.addEventListener("pointerleave", () => { readout.textContent = "Click to move the play head."; });
  new ResizeObserver(draw).observe(canvas);
  onTheme(draw);
  return el("div", {}, el("h3", {}, title), canvas, readout, key(target));
}

/** The predictions of all windows as text. */
function windowTable({ windows }, targets, seek) {
  const rows = windows.map((window) => [
    el("button", { type: "button", onclick: () => seek(window.start), "aria-label": `Go to ${clock(window.start)}` }, `${clock(window.start)} to ${clock(window.end)}`),
    ...targets.flatMap((target) => {
      const { text, note } = reading(window, target);
      return target.name ? [text] : [text, note];
    }),
  ]);
  const columns = targets.flatMap((target) => target.name ? [target.name] : ["prediction", "probability"]);
  return el("details", {}, el("summary", {}, `All ${windows.length} windows`), table("Windows", ["time", ...columns], rows, columns.flatMap((name, index) => name === "probability" ? [] : [index + 1])));
}

const hasAttention = (prediction) => Boolean(prediction.attention ?? prediction.windows?.some((window) => window.attention));

/** The pieces of attention of a prediction, for `Player.showAttention`. */
export function attention(prediction) {
  const start = prediction.attention_start;
  if (start === null || start === undefined) return [];
  if (prediction.attention) return [{ ...prediction.attention, start }];
  return (prediction.windows ?? []).filter((window) => window.attention).map((window) => ({ ...window.attention, start: window.start + start }));
}

/**
 * Shows an answer of /api/predict below a player.
 * @param truth the label of the clip, if it is known
 * @param explain computes a prediction with its saliency, for the names of a model and of a target
 */
export function showPredictions(answer, player, truth, explain) {
  const withAttention = answer.predictions.filter((prediction) => attention(prediction).length > 0);
  const status = el("div");
  // What can be drawn over time: attention, and saliency for recordings that are a single input.
  const drawings = [
    ...withAttention.map((prediction) => ({ name: `attention of ${prediction.model}`, draw: () => player.showAttention(attention(prediction), prediction.model) })),
    ...answer.predictions.filter((prediction) => !prediction.windows && explain).flatMap((prediction) => targetsOf(prediction).map(({ name }) => ({
      name: `saliency of ${prediction.model}${name ? ` for ${name}` : ""}`, draw: () => showSaliency(prediction.model, name),
    }))),
  ];
  let chosen = 0;
  async function showSaliency(model, target) {
    const own = chosen;
    player.showAttention([], model);
    status.replaceChildren(busy(`Computing the saliency map of ${model} …`));
    try {
      const { saliency } = (await explain(model, target)).predictions[0];
      if (own !== chosen) return;
      status.replaceChildren();
      if (typeof saliency.start === "number") return player.showSaliency(saliency, model);
      status.replaceChildren(el("p", { class: "note" }, "The saliency map cannot be drawn, because the features have no position in time. The API returns it."));
    } catch (error) { if (own === chosen) status.replaceChildren(problem(error)); }
  }
  const choose = (index) => { chosen = Number(index); status.replaceChildren(); drawings[chosen].draw(); };
  if (withAttention.length > 0) choose(0);
  else player.showAttention([], "");
  const base = answer.file.replace(/.*\//, "").replace(/\.[^.]*$/, "") || "prediction";
  return el("div", {},
    drawings.length > 1 || (drawings.length === 1 && withAttention.length === 0)
      ? el("p", {}, el("label", {}, "Show ", el("select", { class: "drawing", onchange: (event) => { if (event.target.value) choose(event.target.value); } },
        withAttention.length === 0 ? el("option", { value: "" }, "nothing") : null,
        drawings.map((drawing, index) => el("option", { value: index }, drawing.name)))))
      : null,
    status,
    el("div", { class: "cards" }, answer.predictions.map((prediction) => card(prediction, truth, (time) => player.seek(time)))),
    el("p", { class: "row" },
      el("button", { type: "button", onclick: () => save(`${base}.json`, "application/json", JSON.stringify(answer, null, 2)) }, "Download JSON"),
      el("button", { type: "button", onclick: () => save(`${base}.csv`, "text/csv", csv(answer)) }, "Download CSV")));
}

/** A line for each model and each of its windows, with the prediction and the probabilities of each target. */
function csv(answer) {
  const cells = (part, prediction) => targetsOf(prediction).flatMap((target) => {
    const { text, bars } = reading(part, target), own = (name) => (target.name ? `${target.name}.p.${name}` : name);
    return [[target.name || "label", text], ...(target.kind === "regression" ? [] : bars.map(({ name, share }) => [own(name), share]))];
  });
  const columns = [...new Set(answer.predictions.flatMap((prediction) => cells(prediction, prediction).map(([name]) => name)))];
  const lines = [["file", "model", "start", "end", ...columns, "warnings"]];
  for (const prediction of answer.predictions) {
    for (const part of [prediction, ...(prediction.windows ?? [])]) {
      const found = new Map(cells(part, prediction));
      lines.push([answer.file, prediction.model, part.start ?? "", part.end ?? "", ...columns.map((name) => found.get(name) ?? ""), (part.warnings ?? []).join("; ")]);
    }
  }
  return lines.map((line) => line.map(cell).join(",")).join("\n") + "\n";
}
