/** The list of runs, their curves while they train, their configs, reports and ablation tables. */
import { announce, api, busy, el, metricText, onTheme, problem, query, runPath, table } from "./tools.js";
import { lineChart } from "./chart.js";

const when = (text) => new Date(text).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });
const address = (names) => `#runs/${names.map(encodeURIComponent).join("/")}`;

/** Follows the epochs of a run. Its curves move while it trains. */
class Followed {
  constructor(name, change) {
    [this.name, this.epochs, this.finished] = [name, [], false];
    this.source = new EventSource(runPath(name, "/events"));
    const on = (event, body) => this.source.addEventListener(event, (message) => { body(message); change(this); });
    on("epoch", (message) => this.epochs.push(JSON.parse(message.data)));
    on("restart", () => { this.epochs = []; });
    on("finished", (message) => {
      [this.finished, this.result] = [true, JSON.parse(message.data)];
      this.close();
    });
    on("problem", (message) => {
      this.problem = message.data;
      this.close();
    });
  }

  close() { this.source.close(); }
}

export class Runs {
  #list = el("div");
  #details = el("div");
  #sort = { column: "date", descending: true };
  #picked = new Set();
  #followed = [];
  #names = [];
  #timer = null;
  #visit = 0;

  constructor(section) {
    section.replaceChildren(el("h1", { id: "runs-title" }, "Runs"),
      el("p", { class: "lead" }, "Runs, cross-validations and ablations, during and after training. Select several runs to compare them."),
      this.#list, this.#details);
    onTheme(() => this.#draw());
  }

  async show(names) {
    this.#names = names;
    if (names.length > 1) this.#picked = new Set(names);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#refresh(), 5000);
    await this.#refresh(true);
    await this.#open(names);
  }

  hide() {
    clearInterval(this.#timer);
    for (const run of this.#followed) run.close();
    this.#followed = [];
    this.#visit++;
  }

  async #refresh(isFirst = false) {
    if (document.hidden && !isFirst) return;
    try {
      const answer = await api("/api/runs"), text = JSON.stringify(answer);
      if (text === this.text && !isFirst) return;
      [this.answer, this.text] = [answer, text];
      this.#drawList();
    } catch (error) { if (!this.answer || isFirst) this.#list.replaceChildren(problem(error)); }
  }

  #drawList() {
    const { runs, folder } = this.answer;
    if (runs.length === 0) {
      this.#list.replaceChildren(el("p", {}, `There are no runs in the folder ${folder} yet. Start one with `, el("code", {}, "Train run"), "; it appears here."));
      return;
    }
    const metrics = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))];
    const hasWarnings = runs.some((run) => run.warnings.length > 0), isMetric = (id) => id.startsWith("metric:");
    const columns = [["name", "Name"], ["kind", "Kind"], ["state", "State"], ["date", "Changed"], ...metrics.map((name) => [`metric:${name}`, name]),
      ...(hasWarnings ? [["warnings", "Warnings"]] : []), ["changes", "Config changes"]];
    const value = (run, column) => (isMetric(column) ? run.metrics[column.slice(7)] ?? -Infinity : run[column]);
    const { column, descending } = this.#sort;
    const sorted = [...runs].sort((a, b) => {
      const [x, y] = [value(a, column), value(b, column)];
      const order = typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en", { numeric: true });
      return descending ? -order : order;
    });
    const focus = document.activeElement?.dataset?.focus;
    const heads = columns.map(([id, title]) => el("th", { scope: "col", class: isMetric(id) ? null : ["kind", "date"].includes(id) ? "text minor" : "text", "aria-sort": id === column ? (descending ? "descending" : "ascending") : "none" },
      mark(el("button", { type: "button", class: "sort", onclick: () => {
        this.#sort = { column: id, descending: id === column ? !descending : isMetric(id) || id === "date" };
        this.#drawList();
      } }, title), `sort-${id}`)));
    const rows = sorted.map((run) => {
      const isOpen = this.#names.includes(run.name);
      const box = el("input", { type: "checkbox", checked: this.#picked.has(run.name), "aria-label": `Select ${run.name}`, title: run.kind === "run" ? null : "Only runs can be compared here.", disabled: run.kind !== "run", onchange: () => {
        box.checked ? this.#picked.add(run.name) : this.#picked.delete(run.name);
        this.#drawCompare();
      } });
      const isTraining = run.state.startsWith("unfinished") || run.state.includes("runs finished");
      return el("tr", { "aria-current": isOpen ? "true" : null },
        el("td", { class: "pick" }, mark(box, `pick-${run.name}`)),
        el("th", { scope: "row" }, mark(el("a", { href: address([run.name]) }, run.name), `open-${run.name}`)),
        el("td", { class: "text short minor" }, run.kind),
        el("td", { class: "text short" }, el("span", { class: isTraining ? "state training" : "state" }, isTraining ? el("span", { class: "dot", "aria-hidden": "true" }) : null, run.state)),
        el("td", { class: "date minor" }, when(run.date)),
        metrics.map((name) => el("td", {}, this.#metric(name, run.metrics[name]))),
        hasWarnings ? el("td", { class: "text" }, run.warnings.join("; ")) : null,
        el("td", { class: "text" }, run.changes.length > 120 ? `${run.changes.slice(0, 119)}…` : run.changes));
    });
    this.compare = el("p", { class: "row" });
    this.#list.replaceChildren(
      el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "List of runs" }, el("table", { class: "data list" },
        el("caption", {}, `Runs in ${folder}`),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, el("span", { class: "unseen" }, "Select")), heads)), el("tbody", {}, rows))),
      this.compare);
    this.#drawCompare();
    if (focus) this.#list.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
  }

  /** A metric as text. */
  #metric(name, value) { return metricText(value, this.answer?.shares.includes(name)); }

  #drawCompare() {
    const names = [...this.#picked];
    this.compare.replaceChildren(mark(el("button", { type: "button", disabled: names.length < 2, onclick: () => { location.hash = address(names); } },
      names.length < 2 ? "Compare (select at least two runs)" : `Compare ${names.length} runs`), "compare"));
  }

  async #open(names) {
    for (const run of this.#followed) run.close();
    this.#followed = [];
    const visit = ++this.#visit;
    if (names.length === 0) return this.#details.replaceChildren();
    this.#details.replaceChildren(busy(`Reading ${names.join(", ")} …`));
    try {
      const content = names.length > 1 ? await this.#comparison(names) : await this.#single(names[0], visit);
      if (visit !== this.#visit) return;
      this.#details.replaceChildren(...content);
    } catch (error) {
      if (visit === this.#visit) this.#details.replaceChildren(problem(error));
    }
  }

  /** Draws the curves of runs and keeps them up to date. */
  #follow(names) {
    this.status = el("p", { class: "note", role: "status" });
    this.charts = el("div", { class: "charts" });
    this.#followed = names.map((name) => new Followed(name, () => {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.#draw());
    }));
    return [el("h2", {}, "Curves"), this.status, this.charts];
  }

  #draw() {
    if (!this.charts?.isConnected && this.#followed.length === 0) return;
    const runs = this.#followed, several = runs.length > 1;
    const names = [...new Set(runs.flatMap((run) => run.epochs.flatMap(Object.keys)))].filter((name) => name !== "epoch");
    const kinds = [...new Set(names.map((name) => name.replace(/^(train|validation|test)_/, "")))];
    this.charts.replaceChildren(...kinds.map((kind) => lineChart(kind.replaceAll("_", " "), runs.flatMap((run, index) =>
      names.filter((name) => name.replace(/^(train|validation|test)_/, "") === kind).map((name, place) => ({
        name: [several ? run.name : null, name === kind ? null : name.slice(0, -kind.length - 1)].filter(Boolean).join(", ") || kind.replaceAll("_", " "),
        color: several ? index : place, dash: place,
        points: run.epochs.map((epoch) => [epoch.epoch, epoch[name] ?? NaN]),
      }))), this.answer?.shares.includes(kind))));
    this.status.textContent = runs.map((run) => run.problem
      ?? `${several ? `${run.name}: ` : ""}${run.finished ? `finished after ${run.epochs.length} epochs` : `epoch ${run.epochs.at(-1)?.epoch ?? 0}, not finished`}`).join("; ");
    const ended = runs.filter((run) => run.finished && !run.wasFinished);
    for (const run of ended) {
      run.wasFinished = true;
      if (run.wasTraining && !several) {
        announce(`${run.name} has finished.`);
        this.#refresh();
        this.#open(this.#names);
      }
    }
    for (const run of runs) if (!run.finished && run.epochs.length > 0) run.wasTraining = true;
  }

  async #comparison(names) {
    const { differences } = await api(`/api/differences?${query({ run: names })}`);
    const text = (value) => (value === null ? "–" : typeof value === "string" ? value : JSON.stringify(value));
    return [el("h2", {}, `Comparison of ${names.join(", ")}`),
      differences.length > 0
        ? table("Differences between the configs", ["key", ...names], differences.map((difference) => [difference.path, ...difference.values.map(text)]), names.map((_, index) => index + 1))
        : el("p", {}, "The configs have no differences that affect results."),
      ...this.#follow(names)];
  }

  async #single(name, visit) {
    const run = await api(runPath(name));
    if (run.kind !== "run") return this.#ablation(run, visit);
    const tests = Object.entries(run.result?.test ?? {});
    const content = [el("h2", {}, name.replace("/", ", run ")),
      run.config?.description ? el("p", {}, run.config.description) : null,
      tests.length > 0 ? el("div", { class: "tiles" }, tests.map(([metric, value]) => el("div", { class: "tile" }, el("b", {}, this.#metric(metric, value)), el("span", {}, `${run.result.subset ?? "test"} ${metric}`)))) : null,
      run.finished ? el("p", { class: "row" },
        run.has_predictions ? el("a", { class: "button", href: `#mistakes/${encodeURIComponent(name)}` }, "Listen to the mistakes") : null,
        el("a", { class: "button", href: `#corpus/${encodeURIComponent(name)}` }, "Explore the corpus")) : null,
      ...this.#follow([name]),
      el("details", {}, el("summary", {}, "Config"), el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Config" }, listing(run.config)))];
    if (run.has_report) content.push(el("h2", {}, "Report"), el("iframe", { class: "report", title: `Report of ${name}`, src: runPath(name, "/report") }));
    return content.filter(Boolean);
  }

  #ablation(run, visit) {
    const body = el("div");
    const draw = (run) => {
      const parts = [el("p", { role: "status" }, `${run.finished_runs} of ${run.all_runs} runs have finished.`)];
      if (run.table) {
        parts.push(table(`Members by ${run.metric}`, run.table.columns, run.table.rows), el("p", { class: "note" }, run.table.caption));
      } else parts.push(el("p", { class: "note" }, "The table will appear when the first run has finished."));
      parts.push(el("h2", {}, "Members"), table("Runs of each member", ["member", "runs"], run.members.map((member) => [member.name,
        el("span", {}, member.runs.map((single, index) => [index > 0 ? ", " : "", single.state === "missing" ? `${single.id} (not started)`
          : el("a", { href: `#runs/${encodeURIComponent(`${run.name}/${single.id}`)}` }, `${single.id}${single.state === "finished" ? "" : " (unfinished)"}`)]).flat())]), [1]));
      body.replaceChildren(...parts);
    };
    draw(run);
    const report = run.has_report ? [el("h2", {}, "Report"), el("iframe", { class: "report", title: `Report of ${run.name}`, src: runPath(run.name, "/report") })] : [];
    const follow = async () => {
      while (!run.finished && visit === this.#visit) {
        await new Promise((done) => setTimeout(done, 2000));
        if (visit !== this.#visit || document.hidden) continue;
        try {
          const next = await api(runPath(run.name));
          if (next.finished_runs !== run.finished_runs && visit === this.#visit) draw(next);
          run = next;
        } catch { /* The next attempt may succeed. */ }
      }
    };
    follow();
    return [el("h2", {}, run.name), body, ...report];
  }
}

const listing = (value) => {
  const pre = el("pre", {}, JSON.stringify(value, null, 2));
  pre.style.margin = "0";
  pre.style.padding = ".8rem 1rem";
  pre.style.fontSize = ".85rem";
  return pre;
};

/** Marks an element that keeps the focus when the list is drawn again. */
function mark(element, name) {
  element.dataset.focus = name;
  return element;
}
