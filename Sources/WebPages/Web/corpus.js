/** The corpus of a run: classes, durations, speakers, and the findings of its leakage audit. */
import { api, busy, count, el, problem, query, runParameters, table } from "./tools.js";
import { barTable } from "./chart.js";
import { loadStored, Player } from "./player.js";
import { runChoice } from "./mistakes.js";

const fixed = (value, digits = 2) => (value === null || value === undefined ? "–" : value.toFixed(digits));

/** A message as a sentence, which begins with a capital letter. */
const sentence = (text) => text[0].toUpperCase() + text.slice(1);

export class Corpus {
  #body = el("div");
  #players = [];
  #visit = 0;

  constructor(section) {
    section.replaceChildren(el("h1", { id: "corpus-title" }, "Corpus"),
      el("p", { class: "lead" }, "The data that a run was trained and tested on, and the findings of its leakage audit."), this.#body);
  }

  async show([chosen]) {
    const visit = ++this.#visit;
    this.#body.replaceChildren(busy("Reading the audio headers of the corpus …"));
    try {
      const choice = await runChoice(chosen, (name) => { location.hash = `#corpus/${encodeURIComponent(name)}`; });
      if (!choice.name) return this.#body.replaceChildren(choice.element, choice.missing ? problem(new Error(choice.missing)) : "");
      this.run = choice.name;
      let content;
      try { content = this.#content(await api(`/api/corpus?${query(runParameters(choice.name))}`)); } catch (error) { content = [problem(error)]; }
      if (visit === this.#visit) this.#body.replaceChildren(choice.element, ...content);
    } catch (error) { if (visit === this.#visit) this.#body.replaceChildren(problem(error)); }
  }

  hide() { for (const player of this.#players) player.stop(); }

  #content({ statistics, audit }) {
    const all = statistics.all, column = (name) => statistics.columns.find((other) => other.column === name);
    const tiles = [["clips", all.clips], ["classes", statistics.classes], ["speakers", column("speaker")?.distinct ?? "–"],
      ["total minutes", all.seconds?.total == null ? "–" : fixed(all.seconds.total / 60, 1)], ["median, seconds", fixed(all.seconds?.median)], ["longest, seconds", fixed(all.seconds?.max)]];
    const cards = statistics.columns.filter((other) => other.listed && other.values.length <= 60 && other.values.length > 1).map((other) => el("article", { class: "card short", tabindex: "0", "aria-label": `Clips by ${other.column}` },
      el("h3", {}, `Clips by ${other.column}`), barTable(`Clips by ${other.column}`, other.values.map((group) => ({ name: group.value, value: group.clips })))));
    const labels = column("label");
    const durations = labels ? table("Durations by class, in seconds", ["class", "clips", "shortest", "median", "95th percentile", "longest", "total minutes"],
      labels.values.map((group) => [group.value, count(group.clips), fixed(group.seconds?.min), fixed(group.seconds?.median), fixed(group.seconds?.percentile_95), fixed(group.seconds?.max), group.seconds?.total == null ? "–" : fixed(group.seconds.total / 60, 1)])) : null;
    return [el("h2", {}, statistics.corpus), el("div", { class: "tiles" }, tiles.map(([name, value]) => el("div", { class: "tile" }, el("span", {}, name), el("b", {}, count(value))))),
      ...statistics.notes.map((note) => el("p", { class: "warning" }, note)),
      el("div", { class: "columns" }, cards), durations, ...this.#audit(audit)].filter(Boolean);
  }

  #audit(audit) {
    if (!audit) return [el("h2", {}, "Leakage audit"), el("p", {}, "The run has no audit.")];
    const words = { leak: "Leak", warning: "Warning", note: "Note" };
    const subsets = table("Subsets of the split", ["subset", "clips", "speakers"], audit.subsets.map((subset) => [subset.subset, count(subset.clips), count(subset.speakers.length)]));
    const findings = audit.findings.map((finding) => el("li", { class: "card" },
      el("p", { class: "finding" }, el("span", { class: `tag ${finding.severity === "leak" ? "leak" : `${finding.severity}-tag`}` }, words[finding.severity] ?? finding.severity), sentence(finding.message)),
      ...this.#examples(finding)));
    return [el("h2", {}, "Leakage audit"), el("p", { class: `verdict ${audit.is_clean ? "correct" : "wrong"}` }, audit.is_clean ? "No leak into the test set was found." : "The split leaks into the test set."),
      audit.compared_audio ? null : el("p", { class: "note" }, "The audio itself was not compared."), subsets,
      findings.length > 0 ? el("ul", { class: "findings" }, findings) : null];
  }

  /** The examples of a finding: a line for each that has clips to play, and the others in one line. */
  #examples({ examples, count }) {
    const texts = examples.filter((example) => example.clips.length === 0).map((example) => example.text);
    const more = examples.length > 0 && count > examples.length ? [`and ${count - examples.length} more`] : [];
    const line = [...texts, ...more].join("; ");
    return [...examples.filter((example) => example.clips.length > 0).map((example) => el("div", {}, el("p", { class: "note" }, example.text), this.#buttons(example.clips))),
      line ? el("p", { class: "note" }, line) : null];
  }

  /** Buttons that play the clips of a finding. */
  #buttons(clips) {
    if (clips.length === 0) return null;
    const place = el("div");
    return el("div", {}, el("p", { class: "row" }, clips.map((id) => el("button", { type: "button", class: "small", title: id, onclick: () => this.#play(id, place) }, `Play ${id.slice(id.lastIndexOf("/", id.lastIndexOf("/") - 1) + 1)}`))), place);
  }

  async #play(id, place) {
    this.hide();
    let player = place.player;
    if (!player) {
      player = place.player = new Player();
      this.#players.push(player);
    }
    try {
      place.replaceChildren(player.element);
      await loadStored(player, id, query({ ...runParameters(this.run), clip: id }));
      await player.play();
    } catch (error) { place.replaceChildren(problem(error)); }
  }
}
