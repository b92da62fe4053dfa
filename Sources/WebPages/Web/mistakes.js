/** The confusion matrix of a run; each cell lists its clips, and each clip plays with the predictions of all selected models. */
import { announce, api, busy, el, percent, problem, query, runParameters, runPath } from "./tools.js";
import { loadStored, Player } from "./player.js";
import { showPredictions } from "./predictions.js";
import { modelChoice } from "./listen.js";

/** A menu of the runs that have predictions or data; calls back with the name. */
export async function runChoice(chosen, open) {
  const { runs, folder } = await api("/api/runs");
  const names = runs.filter((run) => run.kind === "run" && run.state === "finished").map((run) => run.name);
  if (chosen?.includes("/")) names.push(chosen);
  if (names.length === 0) return { element: el("p", {}, `No run in the folder ${folder} has finished yet.`), name: null };
  const name = names.includes(chosen) ? chosen : chosen ? null : names[0];
  const select = el("select", { onchange: () => open(select.value) }, name ? null : el("option", { value: "" }, "Choose a run"), names.map((other) => el("option", { value: other, selected: other === name }, other)));
  return { element: el("p", {}, el("label", {}, "Run ", select)), name, missing: chosen && !name ? `There is no finished run named ${chosen}.` : null };
}

export class Mistakes {
  #player = new Player();
  #body = el("div");
  #detail = el("div");
  #visit = 0;

  constructor(section) {
    section.replaceChildren(el("h1", { id: "mistakes-title" }, "Mistakes"),
      el("p", { class: "lead" }, "The predictions of a run on its test set. Select a cell of the confusion matrix to listen to its clips."), this.#body);
  }

  async show([chosen]) {
    const visit = ++this.#visit;
    this.#body.replaceChildren(busy("Reading the predictions …"));
    try {
      const choice = await runChoice(chosen, (name) => { location.hash = `#mistakes/${encodeURIComponent(name)}`; });
      if (!choice.name) return this.#body.replaceChildren(choice.element, choice.missing ? problem(new Error(choice.missing)) : "");
      this.run = choice.name;
      this.data = await api(runPath(choice.name, "/clips"));
      this.models = await modelChoice(choice.name);
      this.models.element.addEventListener("change", () => { if (this.clip) this.#predict(this.clip); });
      if (visit === this.#visit) this.#build(choice.element);
    } catch (error) { if (visit === this.#visit) this.#body.replaceChildren(problem(error)); }
  }

  hide() { this.#player.stop(); }

  #build(choice) {
    const { clips, classes, note } = this.data;
    this.filter = { label: "", predicted: "", speaker: "", corpus: "", wrong: true };
    const menu = (key, title, values) => {
      const select = el("select", { onchange: () => { this.filter[key] = select.value; this.#draw(); } }, el("option", { value: "" }, "all"), values.map((value) => el("option", {}, value)));
      this.menus[key] = select;
      return values.length > 1 ? el("label", {}, title, select) : null;
    };
    this.menus = {};
    const unique = (key) => [...new Set(clips.map((clip) => clip[key]).filter((value) => value !== null))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    this.wrong = el("input", { type: "checkbox", checked: true, onchange: () => { this.filter.wrong = this.wrong.checked; this.#draw(); } });
    const filters = el("div", { class: "row stack", role: "group", "aria-label": "Filters" },
      menu("label", "True class", classes), menu("predicted", "Predicted", classes), menu("speaker", "Speaker", unique("speaker")), menu("corpus", "Corpus", unique("corpus")));
    this.list = el("div");
    this.matrix = el("div");
    this.clip = null;
    this.#detail.replaceChildren();
    this.#body.replaceChildren(choice,
      note ? el("p", { class: "warning" }, `The clips cannot be played: ${note}`) : null ?? "",
      el("div", { class: "split" },
        el("div", {}, el("h2", {}, "Confusion matrix"), el("p", { class: "note" }, "Rows: true classes. Columns: predicted classes. The diagonal is correct."), this.matrix),
        el("div", {}, el("h2", {}, "Clips"), filters, el("p", {}, el("label", {}, this.wrong, "Only misclassified clips")), this.list)),
      this.models.element, this.#detail);
    this.#draw();
  }

  /** Whether a clip passes the filters besides those of its classes. */
  #passes(clip) {
    return (!this.filter.speaker || clip.speaker === this.filter.speaker) && (!this.filter.corpus || clip.corpus === this.filter.corpus);
  }

  #draw() {
    this.#drawMatrix();
    const { filter } = this;
    const shown = this.data.clips.filter((clip) => this.#passes(clip) && (!filter.label || clip.label === filter.label)
      && (!filter.predicted || clip.predicted === filter.predicted) && (!filter.wrong || clip.label !== clip.predicted));
    const confidence = (clip) => clip.probabilities[this.data.classes.indexOf(clip.predicted)];
    shown.sort((a, b) => confidence(b) - confidence(a));
    const rows = shown.slice(0, 500).map((clip) => el("tr", { "aria-current": clip === this.clip ? "true" : null },
      el("th", { scope: "row" }, clip.has_audio ? el("button", { type: "button", onclick: () => this.#open(clip) }, clip.id) : clip.id),
      el("td", { class: "text" }, clip.label), el("td", { class: "text" }, clip.predicted === clip.label ? `${clip.predicted} (correct)` : clip.predicted), el("td", {}, percent(confidence(clip))), el("td", { class: "text" }, clip.speaker ?? "–")));
    const caption = `${shown.length} ${shown.length === 1 ? "clip" : "clips"}${shown.length > 500 ? " (first 500 shown)" : ""}, most confident predictions first`;
    this.list.replaceChildren(el("div", { class: "wide clips", tabindex: "0", role: "region", "aria-label": "Clips" }, el("table", { class: "data" }, el("caption", {}, caption),
      el("thead", {}, el("tr", {}, ["clip", "true class", "predicted", "confidence", "speaker"].map((name, index) => el("th", { scope: "col", class: index === 3 ? null : "text" }, name)))), el("tbody", {}, rows))));
  }

  #drawMatrix() {
    const { classes, clips } = this.data, counts = classes.map(() => classes.map(() => 0));
    for (const clip of clips) if (this.#passes(clip)) counts[classes.indexOf(clip.label)][classes.indexOf(clip.predicted)]++;
    const focus = document.activeElement?.dataset?.cell;
    const rows = classes.map((label, row) => {
      const sum = counts[row].reduce((a, b) => a + b, 0);
      return el("tr", {}, el("th", { scope: "row" }, label), classes.map((predicted, column) => {
        const count = counts[row][column];
        if (count === 0) return el("td", {}, el("span", { class: "none" }, "0"));
        const isOpen = this.filter.label === label && this.filter.predicted === predicted;
        const button = el("button", { type: "button", "aria-pressed": String(isOpen), "aria-label": `${count} clips of ${label} predicted as ${predicted}`, onclick: () => this.#choose(label, predicted, isOpen) }, String(count));
        button.dataset.cell = `${row}-${column}`;
        const share = Math.round(100 * (0.12 + 0.75 * (count / sum)));
        button.style.setProperty("--cell", `color-mix(in srgb, var(--${row === column ? "s0" : "s1"}) ${share}%, var(--paper))`);
        return el("td", {}, button);
      }));
    });
    this.matrix.replaceChildren(el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Confusion matrix" }, el("table", { class: "matrix" },
      el("thead", {}, el("tr", {}, el("td"), classes.map((name) => el("th", { scope: "col" }, name)))), el("tbody", {}, rows))));
    if (focus) this.matrix.querySelector(`[data-cell="${focus}"]`)?.focus();
  }

  #choose(label, predicted, isOpen) {
    [this.filter.label, this.filter.predicted] = isOpen ? ["", ""] : [label, predicted];
    this.filter.wrong = isOpen || label !== predicted;
    this.wrong.checked = this.filter.wrong;
    this.menus.label.value = this.filter.label;
    this.menus.predicted.value = this.filter.predicted;
    this.#draw();
    announce(this.list.querySelector("caption").textContent);
  }

  async #open(clip) {
    this.clip = clip;
    const focus = document.activeElement;
    this.#draw();
    if (!focus?.isConnected) this.list.querySelector("tr[aria-current] button")?.focus();
    this.#detail.replaceChildren(busy(`Reading ${clip.id} …`));
    const parameters = query({ ...runParameters(this.run), clip: clip.id });
    this.predictions = el("div");
    try {
      this.#detail.replaceChildren(el("h2", {}, "Clip"), this.#player.element, this.predictions);
      await loadStored(this.#player, `${clip.id}: ${clip.label}, predicted as ${clip.predicted}`, parameters);
      this.#player.play();
      await this.#predict(clip);
    } catch (error) { this.#detail.replaceChildren(problem(error)); }
  }

  async #predict(clip) {
    const names = this.models.selected(), output = this.predictions;
    if (names.length === 0) return output.replaceChildren(el("p", { class: "note" }, "Select a model to see its prediction."));
    output.replaceChildren(busy("Predicting …"));
    try {
      const answer = await api(`/api/predict?${query({ ...runParameters(this.run), clip: clip.id, model: names })}`);
      if (clip === this.clip) output.replaceChildren(showPredictions(answer, this.#player, clip.label,
        (model, output) => api(`/api/predict?${query({ ...runParameters(this.run), clip: clip.id, model, attention: 0, saliency: 1, output })}`)));
    } catch (error) { output.replaceChildren(problem(error)); }
  }
}
