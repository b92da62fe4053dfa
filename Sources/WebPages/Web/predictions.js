/** Shows the predictions of several models for a recording. */
import { busy, cell, clock, color, el, onTheme, percent, prepare, problem, save, table } from "./tools.js";
import { chip } from "./player.js";

/** A table with a bar for each class; `update` changes the values. */
export class Bars {
  #rows = new Map();

  constructor(classes, caption) {
    const rows = classes.map((name) => {
      const fill = el("div", { class: "fill" }), value = el("td");
      const row = el("tr", {}, el("th", { scope: "row" }, name), el("td", { "aria-hidden": "true" }, el("div", { class: "track" }, fill)), value);
      this.#rows.set(name, { row, fill, value });
      return row;
    });
    this.element = el("table", { class: "bars" },
      el("caption", { class: "unseen" }, caption),
      el("thead", { class: "unseen" }, el("tr", {}, ["class", "", "probability"].map((text) => text ? el("th", { scope: "col" }, text) : el("td")))),
      el("tbody", {}, rows));
  }

  update(probabilities, best) {
    for (const [name, { row, fill, value }] of this.#rows) {
      fill.style.width = percent(probabilities[name] ?? 0);
      value.textContent = percent(probabilities[name] ?? 0);
      row.classList.toggle("best", name === best);
    }
  }
}

/** A card for the prediction of one model. `truth` is the label of the clip, if it is known. */
function card(prediction, truth, seek) {
  const bars = new Bars(prediction.classes, `Probabilities of ${prediction.model}`);
  bars.update(prediction.probabilities, prediction.label);
  const verdict = truth === undefined ? null : prediction.label === truth ? " – correct" : ` – the label is ${truth}`;
  const windows = prediction.windows ?? [];
  return el("article", { class: "card", "aria-label": `Prediction of ${prediction.model}` },
    el("h3", {}, prediction.model),
    el("p", { class: "answer" }, prediction.label),
    el("p", { class: "note" }, `${percent(prediction.probabilities[prediction.label])}${verdict ?? ""}`),
    prediction.warning ? el("p", { class: "warning" }, prediction.warning) : null,
    bars.element,
    windows.length > 0 ? timeline(prediction, seek) : null,
    hasAttention(prediction) && attention(prediction).length === 0
      ? el("p", { class: "note" }, "The attention weights cannot be drawn, because preprocessing trims the windows or changes their times.") : null,
    el("p", { class: "note" }, `Computed in ${prediction.milliseconds} ms${windows.length > 0 ? `, averaged over ${windows.length} windows` : ""}`));
}

/** The probabilities of the windows over time, stacked; a click seeks. A table has the same as text. */
function timeline(prediction, seek) {
  const canvas = el("canvas", { class: "timeline", role: "img", "aria-label": "Probabilities over time; the table below has the same values" });
  const { windows, classes } = prediction, end = windows.at(-1).end;
  const draw = () => {
    if (!canvas.isConnected) return;
    const { context, width, height } = prepare(canvas);
    windows.forEach((window, index) => {
      const left = (window.start / end) * width;
      const right = ((windows[index + 1]?.start ?? window.end) / end) * width;
      let top = 0;
      classes.forEach((name, label) => {
        const size = window.probabilities[name] * height;
        context.fillStyle = color(label);
        context.fillRect(left, top, Math.max(1, right - left - (right - left > 6 ? 1 : 0)), size);
        top += size;
      });
    });
  };
  canvas.addEventListener("pointerdown", (event) => {
    const box = canvas.getBoundingClientRect();
    seek(((event.clientX - box.left) / box.width) * end);
  });
  new ResizeObserver(draw).observe(canvas);
  onTheme(draw);
  const rows = windows.map((window) => [
    el("button", { type: "button", onclick: () => seek(window.start), "aria-label": `Go to ${clock(window.start)}` }, `${clock(window.start)} to ${clock(window.end)}`),
    window.label, percent(window.probabilities[window.label]),
  ]);
  return el("div", {}, el("h3", {}, "Over time"), canvas,
    el("ul", { class: "key" }, classes.map((name, label) => el("li", {}, chip(color(label)), name))),
    el("details", {}, el("summary", {}, `All ${windows.length} windows`), table("Windows", ["time", "prediction", "probability"], rows, [1])));
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
 * @param explain computes a prediction with its saliency, for the name of a model
 */
export function showPredictions(answer, player, truth, explain) {
  const withAttention = answer.predictions.filter((prediction) => attention(prediction).length > 0);
  const status = el("div");
  // What can be drawn over time: attention, and saliency for recordings that are a single input.
  const drawings = [
    ...withAttention.map((prediction) => ({ name: `attention of ${prediction.model}`, draw: () => player.showAttention(attention(prediction), prediction.model) })),
    ...answer.predictions.filter((prediction) => !prediction.windows && explain).map((prediction) => ({
      name: `saliency of ${prediction.model}`, draw: () => showSaliency(prediction.model),
    })),
  ];
  let chosen = 0;
  async function showSaliency(model) {
    const own = chosen;
    player.showAttention([], model);
    status.replaceChildren(busy(`Computing the saliency map of ${model} …`));
    try {
      const { saliency } = (await explain(model)).predictions[0];
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

/** A line for each model and each of its windows. */
function csv(answer) {
  const classes = [...new Set(answer.predictions.flatMap((prediction) => prediction.classes))];
  const lines = [["file", "model", "start", "end", "label", ...classes]];
  for (const prediction of answer.predictions) {
    for (const part of [prediction, ...(prediction.windows ?? [])]) {
      lines.push([answer.file, prediction.model, part.start ?? "", part.end ?? "", part.label, ...classes.map((name) => part.probabilities[name] ?? "")]);
    }
  }
  return lines.map((line) => line.map(cell).join(",")).join("\n") + "\n";
}
