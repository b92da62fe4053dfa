/** The confusion matrix of a run, or of all folds of a cross-validation; each cell lists its clips, and each clip plays with the predictions of all selected models. */
import { announce, api, busy, countText, el, percent, problem, query, runParameters, runPath } from "./tools.js";
import { loadStored, Player } from "./player.js";
import { showPredictions } from "./predictions.js";
import { modelChoice } from "./listen.js";

/**
 * Menus of the finished runs, and of those of a cross-validation or an ablation.
 * @param chosen a run, `NAME/RUN`, or a cross-validation or an ablation
 * @param open is called with the name that the user chooses
 * @param isPooled whether a cross-validation or an ablation can be chosen as a whole; otherwise its first finished run is taken
 */
export async function runChoice(chosen, open, isPooled = false) {
  const { runs, folder } = await api("/api/runs"), [first, member] = (chosen ?? "").split("/");
  const singles = runs.filter((run) => run.kind === "run" && run.state === "finished").map((run) => run.name);
  const groups = runs.filter((run) => run.kind !== "run" && !run.state.startsWith("0 of")).map((run) => run.name);
  if (singles.length + groups.length === 0) {
    return { name: null, element: el("div", { class: "empty" }, el("p", {}, `No run in the folder ${folder} has finished yet. Start one in a terminal:`), el("pre", {}, folder === "runs" ? "Train run" : `Train run --runs ${folder}`)) };
  }
  const known = singles.includes(first) || groups.includes(first), top = known ? first : chosen ? null : singles[0] ?? groups[0];
  const option = (name) => el("option", { value: name, selected: name === top }, name);
  const select = el("select", { onchange: () => open(select.value) }, top ? null : el("option", { value: "" }, "Choose a run"),
    groups.length === 0 ? singles.map(option) : [el("optgroup", { label: "Runs" }, singles.map(option)), el("optgroup", { label: "Cross-validations and ablations" }, groups.map(option))]);
  let name = top, menu = null;
  if (groups.includes(top)) {
    const { members } = await api(runPath(top));
    const finished = members.flatMap((other) => other.runs).filter((run) => run.state === "finished").map((run) => run.id);
    const isAll = isPooled && !member, own = member ? finished.find((id) => id === member) : isAll ? null : finished[0];
    name = isAll ? top : own ? `${top}/${own}` : null;
    menu = el("select", { onchange: () => open(menu.value ? `${top}/${menu.value}` : top) }, name ? null : el("option", { value: "", disabled: true, selected: true }, "Choose a run"), isPooled ? el("option", { value: "" }, "all finished folds") : null, finished.map((id) => el("option", { value: id, selected: id === own }, id)));
  }
  return {
    name, isPooled: groups.includes(name), missing: chosen && !name ? `There is no finished run named ${chosen}.` : null,
    element: el("div", { class: "row" }, el("label", {}, "Run ", select), menu ? el("label", {}, "Fold or member ", menu) : null),
  };
}

/** The name of the model of the fold in which a clip is tested. */
const foldModel = "the model of the clip's fold";

/** The table of a confusion matrix, whose columns do not become narrower than their numbers. */
function matrix(classes, ...parts) {
  const element = el("table", { class: "matrix" }, ...parts);
  element.style.minWidth = `${4.4 + 1.9 * classes}rem`;
  return element;
}

export class Mistakes {
  #player = new Player();
  #body = el("div");
  #detail = el("div");
  #steps = el("div", { class: "row steps" });
  #visit = 0;

  constructor(section) {
    section.replaceChildren(el("h1", { id: "mistakes-title" }, "Mistakes"),
      el("p", { class: "lead" }, "The test predictions of a run, or those of a cross-validation pooled over its finished folds. Select a cell of the confusion matrix to listen to its clips."), this.#body);
  }

  async show([chosen, seed, variant]) {
    const visit = ++this.#visit;
    this.#body.replaceChildren(busy("Reading the predictions …"));
    let choice;
    try {
      choice = await runChoice(chosen, (name) => { location.hash = `#mistakes/${encodeURIComponent(name)}`; }, true);
      if (visit !== this.#visit) return;
      if (!choice.name) return this.#body.replaceChildren(choice.element, choice.missing ? problem(new Error(choice.missing)) : "");
      const data = await api(runPath(choice.name, "/clips", { seed, variant }));
      const models = choice.isPooled ? await modelChoice(foldModel, "fold") : await modelChoice(choice.name);
      // A slow answer must not replace the data of a page that was opened after it.
      if (visit !== this.#visit) return;
      [this.run, this.data, this.models] = [choice.name, data, models];
      models.element.addEventListener("change", () => { if (this.clip) this.#predict(this.clip); });
      this.#build(choice.isPooled ? el("div", {}, choice.element, this.#pools()) : choice.element);
    } catch (error) { if (visit === this.#visit) this.#body.replaceChildren(choice?.element ?? "", problem(error)); }
  }

  hide() { this.#player.stop(); }

  /** What is pooled, with menus of the variants of an ablation and of the seeds. */
  #pools() {
    const { protocol, variant, variants, seed, seeds } = this.data;
    const menu = (title, values, own, open) => {
      const select = el("select", { onchange: () => open(select.value) }, values.map((value) => el("option", { value, selected: value === own }, String(value))));
      return values.length > 1 ? el("label", {}, title, select) : null;
    };
    const open = (seed, variant) => { location.hash = `#mistakes/${[this.run, seed, variant].map(encodeURIComponent).join("/")}`; };
    return [el("div", { class: "row" }, menu("Variant ", variants, variant, (name) => open(seed, name)), menu("Seed ", seeds, seed, (number) => open(number, variant))),
      el("p", { class: "note" }, `Pooled test predictions: ${protocol}.`)];
  }

  /** The parameters of the API for a clip, of its own run in a cross-validation. */
  #parameters(clip) { return { ...runParameters(clip.run ? `${this.run}/${clip.run}` : this.run), clip: clip.id }; }

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
        el("div", {}, el("h2", {}, "Confusion matrix"), this.matrix),
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
    shown.sort((a, b) => this.#confidence(b) - this.#confidence(a));
    this.shown = shown.filter((clip) => clip.has_audio);
    const prefix = this.#prefix();
    const hasFolds = shown.some((clip) => clip.run), columns = ["clip", "true class", "predicted", "confidence", "speaker", ...(hasFolds ? ["fold"] : [])];
    // The roles are explicit, because narrow screens show a row as a block.
    const rows = shown.slice(0, 500).map((clip) => {
      const name = clip.id.slice(prefix.length), isCorrect = clip.predicted === clip.label;
      return el("tr", { role: "row", "aria-current": clip === this.clip ? "true" : null },
        el("th", { scope: "row", role: "rowheader" }, clip.has_audio ? el("button", { type: "button", title: clip.id, onclick: () => this.#open(clip) }, name) : name),
        [clip.label, isCorrect ? `${clip.predicted} (correct)` : clip.predicted, percent(this.#confidence(clip)), clip.speaker ?? "–", ...(hasFolds ? [String(clip.fold)] : [])].map((value, index) => el("td", { class: index === 2 ? null : "text", role: "cell", "data-name": columns[index + 1] }, value)));
    });
    const caption = `${countText(shown.length, "clip")}${shown.length > 500 ? " (first 500 shown)" : ""}, most confident predictions first`;
    const place = this.list.querySelector(".clips")?.scrollTop ?? 0;
    this.list.replaceChildren(el("div", { class: "wide clips", tabindex: "0", role: "region", "aria-label": "Clips" }, el("table", { class: "data blocks", role: "table" }, el("caption", {}, caption),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, columns.map((name, index) => el("th", { scope: "col", role: "columnheader", class: index === 3 ? null : "text" }, name)))), el("tbody", { role: "rowgroup" }, rows))),
      prefix ? el("p", { class: "note" }, `All clips are in ${prefix.slice(0, -1)}.`) : "",
      shown.length === 0 ? el("div", { class: "empty" }, el("p", {}, "No clip matches the filters."), el("button", { type: "button", class: "small", onclick: () => this.#reset() }, "Show all clips")) : "");
    this.list.querySelector(".clips").scrollTop = place;
    this.#drawSteps();
  }

  #confidence(clip) { return clip.probabilities[this.data.classes.indexOf(clip.predicted)]; }

  /** The folder that all clips share; empty if there is none. */
  #prefix() {
    let prefix = this.data.clips[0]?.id.replace(/[^/]*$/, "") ?? "";
    for (const { id } of this.data.clips) while (!id.startsWith(prefix)) prefix = prefix.replace(/[^/]*\/$/, "");
    return prefix;
  }

  #reset() {
    Object.assign(this.filter, { label: "", predicted: "", speaker: "", corpus: "", wrong: false });
    for (const menu of Object.values(this.menus)) menu.value = "";
    this.wrong.checked = false;
    this.#draw();
    this.list.querySelector(".clips").focus();
  }

  #drawMatrix() {
    const { classes, clips } = this.data, counts = classes.map(() => classes.map(() => 0));
    for (const clip of clips) if (this.#passes(clip)) counts[classes.indexOf(clip.label)][classes.indexOf(clip.predicted)]++;
    const focus = document.activeElement?.dataset?.cell, sum = (values) => values.reduce((a, b) => a + b, 0);
    const ratio = (right, all) => (all > 0 ? `${Math.round((100 * right) / all)}%` : "–"), right = sum(classes.map((_, at) => counts[at][at])), all = sum(counts.flat());
    const rows = classes.map((label, row) => {
      const total = sum(counts[row]);
      return el("tr", {}, el("th", { scope: "row" }, label), classes.map((predicted, column) => {
        const count = counts[row][column];
        if (count === 0) return el("td", {}, el("span", { class: "none" }, "0"));
        const isOpen = this.filter.label === label && this.filter.predicted === predicted;
        const button = el("button", { type: "button", "aria-pressed": String(isOpen), "aria-label": `${countText(count, "clip")} of ${label} predicted as ${predicted}`, onclick: () => this.#choose(label, predicted, isOpen) }, String(count));
        button.dataset.cell = `${row}-${column}`;
        const share = Math.round(100 * (0.12 + 0.75 * (count / total)));
        button.style.setProperty("--cell", `color-mix(in srgb, var(--${row === column ? "s0" : "s1"}) ${share}%, var(--paper))`);
        return el("td", {}, button);
      }), el("td", { class: "rate" }, ratio(counts[row][row], total)));
    });
    rows.push(el("tr", { class: "rates" }, el("th", { scope: "row" }, "precision"), classes.map((_, column) => el("td", { class: "rate" }, ratio(counts[column][column], sum(classes.map((_, row) => counts[row][column]))))), el("td", { class: "rate" })));
    const filters = [this.filter.speaker && `speaker ${this.filter.speaker}`, this.filter.corpus && `corpus ${this.filter.corpus}`].filter(Boolean).join(", ");
    this.matrix.replaceChildren(el("p", { class: "note" }, `${filters ? `Of ${filters}: ` : ""}${countText(all, "clip")}, ${right} correct (${all > 0 ? percent(right / all) : "–"}). Rows: true classes; columns: predicted.`),
      el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Confusion matrix" }, matrix(classes.length,
      el("thead", {}, el("tr", {}, el("td"), classes.map((name) => el("th", { scope: "col" }, name)), el("th", { scope: "col", class: "rate" }, "recall"))), el("tbody", {}, rows))));
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
    if (!focus?.isConnected && !focus?.dataset.step) this.list.querySelector("tr[aria-current] button")?.focus();
    const parameters = query(this.#parameters(clip)), isShown = this.#player.element.isConnected;
    const predictions = el("div", {}, busy(`Reading ${clip.id} …`));
    if (isShown) this.predictions.replaceWith(predictions);
    else this.#detail.replaceChildren(el("div", { class: "row between" }, el("h2", {}, "Clip"), this.#steps), this.#player.element, predictions);
    this.predictions = predictions;
    try {
      await loadStored(this.#player, `${clip.id}: ${clip.label}, predicted as ${clip.predicted}`, parameters);
      if (clip !== this.clip) return;
      if (!isShown) this.#detail.scrollIntoView({ block: "nearest" });
      this.#player.play();
      await this.#predict(clip);
    } catch (error) { predictions.replaceChildren(problem(error)); }
  }

  /** Buttons for the clips before and after the one that is shown, in the order of the list. */
  #drawSteps() {
    if (!this.clip) return;
    const at = this.shown.indexOf(this.clip), focus = document.activeElement?.dataset?.step;
    const button = (name, clip) => {
      const found = el("button", { type: "button", class: "small", disabled: !clip, onclick: () => this.#open(clip) }, name);
      found.dataset.step = name;
      return found;
    };
    this.#steps.replaceChildren(at < 0 ? "" : el("span", { class: "note" }, `${at + 1} of ${this.shown.length}`), button("Previous", this.shown[at - 1]), button("Next", at < 0 ? this.shown[0] : this.shown[at + 1]));
    if (focus) (this.#steps.querySelector(`[data-step="${focus}"]:enabled`) ?? this.#steps.querySelector("button:enabled"))?.focus();
  }

  async #predict(clip) {
    const names = this.models.selected().map((name) => (name === foldModel ? `${this.run}/${clip.run}` : name)), output = this.predictions;
    if (names.length === 0) return output.replaceChildren(el("p", { class: "note" }, "Select a model to see its prediction."));
    output.replaceChildren(busy("Predicting …"));
    try {
      const answer = await api(`/api/predict?${query({ ...this.#parameters(clip), model: names })}`);
      if (clip === this.clip) output.replaceChildren(showPredictions(answer, this.#player, clip.label,
        (model, output) => api(`/api/predict?${query({ ...this.#parameters(clip), model, attention: 0, saliency: 1, output })}`)));
    } catch (error) { output.replaceChildren(problem(error)); }
  }
}
