/** The list of runs, their curves while they train, their configs, reports and ablation tables. */
import { announce, api, busy, countText, el, metricCell, metricText, onTheme, problem, query, runParameters, runPath, table } from "./tools.js";
import { intervalBar, LineChart, lineSample } from "./chart.js";

/** The date and time, as in the terminal but in the time zone of the browser. */
const when = (text) => new Date(text).toLocaleString("sv", { dateStyle: "short", timeStyle: "short" });
const address = (names) => `#runs/${names.map(encodeURIComponent).join("/")}`;
const title = (name) => name.replace("/", ", run ");

/** The number of runs that are followed by events: a browser opens only six connections to a server. The others are read every two seconds. */
const mostStreams = 4;

/** Follows the epochs of a run. Its curves move while it trains. */
class Followed {
  constructor(name, change, isStream) {
    [this.name, this.epochs, this.finished] = [name, [], false];
    if (!isStream) {
      this.#read(change);
      return;
    }
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

  async #read(change) {
    while (!this.isClosed) {
      try {
        const { epochs, finished, result } = await api(runPath(this.name));
        Object.assign(this, { epochs, finished, result });
        if (finished) this.close();
      } catch (error) {
        this.problem = error.message;
        this.close();
      }
      change(this);
      if (!this.isClosed) await new Promise((done) => setTimeout(done, 2000));
    }
  }

  close() {
    this.isClosed = true;
    this.source?.close();
  }
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
  #filter = el("input", { type: "search", placeholder: "Filter by name, state or config", "aria-label": "Filter the list of runs", oninput: () => this.#drawList() });
  #compare = el("button", { type: "button", onclick: () => { location.hash = address([...this.#picked]); } });
  #toolbar = el("div", { class: "toolbar" }, this.#filter, this.#compare);

  constructor(section) {
    section.replaceChildren(el("h1", { id: "runs-title" }, "Runs"),
      el("p", { class: "lead" }, "Runs, cross-validations and ablations, during and after training. Select several runs to compare them."),
      this.#toolbar, this.#list, this.#details);
    this.#compare.dataset.focus = "compare";
    onTheme(() => this.#draw());
  }

  async show(names) {
    const isFirst = !this.answer;
    this.#names = names;
    if (names.length > 1) this.#picked = new Set(names.filter((name) => !name.includes("/")));
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#refresh(), 5000);
    await this.#refresh(true);
    await this.#open(names, !isFirst);
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
    if (!this.answer) return;
    const { runs, folder } = this.answer;
    this.#toolbar.hidden = runs.length === 0;
    if (runs.length === 0) {
      this.#list.replaceChildren(el("div", { class: "empty" }, el("p", {}, `There are no runs in the folder ${folder} yet. Start one in a terminal; it appears here when it starts to train:`),
        el("pre", {}, folder === "runs" ? "Train run" : `Train run --runs ${folder}`)));
      return;
    }
    const words = this.#filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matches = (run) => {
      const text = [run.name, run.kind, run.state, run.protocol, ...run.warnings, run.changes].join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    };
    const metrics = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))], isMetric = (id) => id.startsWith("metric:");
    const columns = [["name", "Name"], ["kind", "Kind"], ["state", "State"], ["date", "Changed"], ...metrics.map((name) => [`metric:${name}`, name])];
    const value = (run, column) => (isMetric(column) ? run.metrics[column.slice(7)] ?? -Infinity : run[column]);
    const { column, descending } = this.#sort;
    const sorted = runs.filter(matches).sort((a, b) => {
      const [x, y] = [value(a, column), value(b, column)];
      const order = typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en", { numeric: true });
      return descending ? -order : order;
    });
    const focus = document.activeElement?.dataset?.focus;
    // The roles are explicit, because narrow screens show a row as a block.
    const heads = columns.map(([id, title]) => el("th", { scope: "col", role: "columnheader", class: isMetric(id) ? null : "text", "aria-sort": id === column ? (descending ? "descending" : "ascending") : "none" },
      mark(el("button", { type: "button", class: "sort", onclick: () => {
        this.#sort = { column: id, descending: id === column ? !descending : isMetric(id) || id === "date" };
        this.#drawList();
      } }, title), `sort-${id}`)));
    const rows = sorted.map((run) => {
      const isOpen = this.#names.includes(run.name), isRun = run.kind === "run";
      const box = el("input", { type: "checkbox", checked: this.#picked.has(run.name), "aria-label": `Select ${run.name}`, onchange: () => {
        box.checked ? this.#picked.add(run.name) : this.#picked.delete(run.name);
        this.#drawCompare();
      } });
      const isTraining = run.state.startsWith("unfinished") || run.state.includes("runs finished");
      const changes = run.changes.length > 160 ? `${run.changes.slice(0, 159)}…` : run.changes;
      return el("tr", { role: "row", "aria-current": isOpen ? "true" : null },
        el("td", { class: "pick", role: "cell" }, isRun ? mark(box, `pick-${run.name}`) : null),
        el("th", { scope: "row", role: "rowheader" }, mark(el("a", { href: address([run.name]) }, run.name), `open-${run.name}`),
          changes ? el("span", { class: "aside", title: `Config changes: ${run.changes}` }, changes) : null,
          run.protocol ? el("span", { class: "aside" }, run.protocol) : null,
          run.warnings.length > 0 ? el("span", { class: "aside warn" }, `Warning: ${run.warnings.join("; ")}`) : null),
        el("td", { class: "text short", role: "cell" }, run.kind),
        el("td", { class: "text short", role: "cell" }, el("span", { class: run.state.startsWith("cannot") ? "state failed" : isTraining ? "state training" : "state" }, isTraining ? el("span", { class: "dot", "aria-hidden": "true" }) : null, run.state), progress(run.state)),
        el("td", { class: "date", role: "cell" }, el("time", { dateTime: run.date }, when(run.date))),
        metrics.map((name) => el("td", { class: run.metrics[name] === undefined ? "absent" : null, role: "cell", "data-name": name }, this.#metric(name, run.metrics[name]))));
    });
    const place = this.#list.querySelector(".tall")?.scrollTop;
    const caption = `${rows.length < runs.length ? `${rows.length} of ` : ""}${countText(runs.length, "entry", "entries")} in ${folder}`;
    this.#list.replaceChildren(
      el("div", { class: this.#names.length > 0 ? "wide tall" : "wide", tabindex: "0", role: "region", "aria-label": "List of runs" }, el("table", { class: "data list blocks", role: "table" },
        el("caption", {}, caption),
        el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, el("th", { scope: "col", role: "columnheader", class: "pick" }, el("span", { class: "unseen" }, "Select")), heads)), el("tbody", { role: "rowgroup" }, rows))),
      rows.length === 0 ? el("p", { class: "note", role: "status" }, "No entry matches the filter.") : "");
    // The open row is in view when the list becomes shorter than its rows.
    const box = this.#list.querySelector(".tall"), open = box?.querySelector("[aria-current]");
    if (box) box.scrollTop = place ?? (open ? open.offsetTop + open.offsetHeight / 2 - box.clientHeight / 2 : 0);
    this.#drawCompare();
    if (focus) this.#list.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
  }

  /** A metric as text. */
  #metric(name, value) { return metricCell(value, this.answer?.shares.includes(name)); }

  #drawCompare() {
    const count = this.#picked.size;
    this.#compare.disabled = count < 2;
    this.#compare.textContent = count < 2 ? "Compare (select at least two runs)" : `Compare ${count} runs`;
  }

  /** Shows runs below the list, and leads to them if the user has chosen them. */
  async #open(names, isChosen) {
    for (const run of this.#followed) run.close();
    this.#followed = [];
    const visit = ++this.#visit;
    if (names.length === 0) return this.#details.replaceChildren();
    this.#details.replaceChildren(busy(`Reading ${names.join(", ")} …`));
    try {
      const content = names.length > 1 ? await this.#comparison(names) : await this.#single(names[0], visit);
      if (visit !== this.#visit) return;
      this.#details.replaceChildren(...content);
      if (!isChosen) return;
      const heading = this.#details.querySelector("h2");
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      heading.scrollIntoView({ block: "start" });
    } catch (error) {
      if (visit === this.#visit) this.#details.replaceChildren(problem(error));
    }
  }

  /** Draws the curves of runs and keeps them up to date. */
  #follow(names) {
    this.status = el("p", { class: "note", role: "status" });
    this.charts = el("div", { class: "charts" }, busy("Reading the epochs …"));
    this.lines = new Map();
    this.#followed = names.map((name, index) => new Followed(name, () => {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.#draw());
    }, index < mostStreams));
    return [el("h2", {}, "Curves"), this.status, this.charts];
  }

  #draw() {
    if (!this.charts?.isConnected && this.#followed.length === 0) return;
    const runs = this.#followed, several = runs.length > 1;
    const names = [...new Set(runs.flatMap((run) => run.epochs.flatMap(Object.keys)))].filter((name) => name !== "epoch");
    const shortNames = short(runs.map((run) => run.name));
    const kinds = [...new Set(names.map((name) => name.replace(/^(train|validation|test)_/, "")))];
    for (const kind of kinds) {
      if (!this.lines.has(kind)) this.lines.set(kind, new LineChart(kind, this.answer?.shares.includes(kind)));
      this.lines.get(kind).update(runs.flatMap((run, index) =>
        names.filter((name) => name.replace(/^(train|validation|test)_/, "") === kind).map((name, place) => ({
          name: [several ? run.name : null, name === kind ? null : name.slice(0, -kind.length - 1)].filter(Boolean).join(", ") || kind,
          ...(several ? { row: shortNames[index], column: name === kind ? "" : name.slice(0, -kind.length - 1) } : {}),
          color: several ? index : place, dash: place,
          points: run.epochs.map((epoch) => [epoch.epoch, epoch[name] ?? NaN]),
        }))), several ? null : runs[0].result?.best_epoch ?? null);
    }
    const charts = kinds.map((kind) => this.lines.get(kind).element);
    if (charts.length > 0 && charts.some((chart, index) => this.charts.children[index] !== chart)) this.charts.replaceChildren(...charts);
    else if (charts.length === 0) this.charts.replaceChildren(el("p", { class: "empty" }, "The curves appear after the first epoch."));
    this.status.textContent = several ? [`${runs.filter((run) => run.finished).length} of ${runs.length} runs have finished.`, ...runs.filter((run) => !run.finished).map((run) => `${run.name}: ${progressText(run)}.`)].join(" ")
      : `${runs[0].finished ? "Training " : ""}${progressText(runs[0])}.${runs[0].result?.best_epoch ? ` The dashed vertical line is the best epoch, ${runs[0].result.best_epoch}, whose weights the run has kept.` : ""}`;
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
    const results = await Promise.all(names.map((name) => api(runPath(name))));
    const metrics = [...new Set(results.flatMap((run) => Object.keys(run.result?.test ?? {})))];
    const text = (value) => (value === null ? "–" : typeof value === "string" ? value : JSON.stringify(value));
    const heads = () => short(names).map((name, index) => el("span", { class: "head", title: names[index] }, lineSample({ color: index, dash: 0 }), name));
    return [el("h2", {}, `Comparison of ${names.length > 3 ? `${names.length} runs` : names.join(", ")}`),
      metrics.length > 0
        ? table("Test metrics", ["run", ...metrics], heads().map((head, index) => [head, ...metrics.map((metric) => this.#metric(metric, results[index].result?.test?.[metric]))]))
        : el("p", { class: "note" }, "The test metrics appear when the first of these runs has finished."),
      metrics.length > 0 ? el("p", { class: "note" }, "These differences are not tested for significance. For confidence intervals and paired tests, use ", el("code", {}, "Train compare"), ".") : null,
      differences.length > 0
        ? table("Differences between the configs", ["key", ...heads()], differences.map((difference) => [difference.path, ...difference.values.map(text)]), names.map((_, index) => index + 1))
        : el("p", {}, "The configs have no differences that affect results."),
      ...this.#follow(names)].filter(Boolean);
  }

  async #single(name, visit) {
    const run = await api(runPath(name));
    if (run.kind !== "run") return this.#ablation(run, visit);
    const tests = Object.entries(run.result?.test ?? {}), { run: group, member } = runParameters(name);
    const interval = (metric) => {
      const { low, high, level } = run.result.intervals?.find((other) => other.metric === metric) ?? {};
      return typeof low === "number" ? el("small", {}, `${Math.round(100 * level)}% CI ${this.#metric(metric, low)} to ${this.#metric(metric, high)}`) : null;
    };
    const content = [el("h2", {}, title(name)),
      member ? el("p", { class: "note" }, "A run of ", el("a", { href: address([group]) }, group)) : null,
      run.config?.description ? el("p", {}, run.config.description) : null,
      tests.length > 0 ? el("div", { class: "tiles" }, tests.map(([metric, value]) => el("div", { class: "tile" }, el("span", {}, `${run.result.subset ?? "test"} ${metric}`), el("b", {}, this.#metric(metric, value)), interval(metric)))) : null,
      run.finished ? el("p", { class: "row" },
        run.has_predictions ? el("a", { class: "button", href: `#mistakes/${encodeURIComponent(name)}` }, "Listen to the mistakes") : null,
        el("a", { class: "button", href: `#corpus/${encodeURIComponent(name)}` }, "Explore the corpus")) : null,
      ...this.#follow([name]),
      el("details", {}, el("summary", {}, "Config"), el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Config" }, el("pre", {}, JSON.stringify(run.config, null, 2)))),
      ...report(run)];
    return content.filter(Boolean);
  }

  #ablation(run, visit) {
    const body = el("div");
    const draw = (run) => {
      const parts = [el("p", { role: "status", class: "row" }, el("progress", { max: run.all_runs, value: run.finished_runs, "aria-label": "Finished runs" }), `${run.finished_runs} of ${run.all_runs} runs have finished.`)];
      parts.push(...(run.table ? this.#members(run) : [el("p", { class: "empty" }, "The table appears when the first run has finished.")]));
      parts.push(table("Runs of each member", ["member", "runs"], run.members.map((member) => [member.name, memberRuns(run.name, member)]), [1]),
        el("p", { class: "note" }, "The curves and the mistakes of each run are on its own page."));
      if (run.finished_runs > 0) parts.push(el("p", { class: "row" }, el("a", { class: "button", href: `#mistakes/${encodeURIComponent(run.name)}` }, "Listen to the mistakes of all folds")));
      body.replaceChildren(...parts);
    };
    draw(run);
    const follow = async () => {
      while (!run.finished && visit === this.#visit) {
        await new Promise((done) => setTimeout(done, 2000));
        if (visit !== this.#visit || document.hidden) continue;
        try {
          const next = await api(runPath(run.name));
          if (JSON.stringify(next) !== JSON.stringify(run) && visit === this.#visit) draw(next);
          run = next;
        } catch { /* The next attempt may succeed. */ }
      }
    };
    follow();
    return [el("h2", {}, run.name), body, ...report(run)];
  }

  /** The table of an ablation, with a drawing of its intervals, its warnings and how it was computed. */
  #members({ metric, table: { columns, rows, values } }) {
    const found = values.rows.map((row) => (row.pooled === null
      ? { low: row.fold_mean_low, high: row.fold_mean_high, value: row.fold_mean } : { low: row.pooled_low, high: row.pooled_high, value: row.pooled }));
    const numbers = found.flatMap(Object.values).filter(Number.isFinite), scale = [Math.min(...numbers), Math.max(...numbers)];
    const isDrawn = found.length === rows.length && scale[1] > scale[0];
    const warnings = values.rows.flatMap((row) => row.warnings);
    return [
      table(`Members by ${metric}`, isDrawn ? [columns[0], "interval", ...columns.slice(1)] : columns,
        rows.map((row, index) => (isDrawn ? [row[0], intervalBar(found[index], scale, rows.length > 1 ? found[0].value : NaN), ...row.slice(1)] : row))),
      el("p", { class: "note" }, `${values.title}. ${values.protocol}.${isDrawn ? ` Intervals: ${this.#metric(metric, scale[0])} to ${this.#metric(metric, scale[1])}${rows.length > 1 ? "; the dashed line is the value of the base" : ""}.` : ""}`),
      warnings.length > 0 ? el("details", { class: "warning" }, el("summary", {}, countText(warnings.length, "warning")), el("ul", {}, warnings.map((text) => el("li", {}, text)))) : null,
      el("details", {}, el("summary", {}, "Methods"), el("p", { class: "note" }, values.note)),
    ].filter(Boolean);
  }
}

/** The names without the cross-validation or ablation that all of them are runs of. */
function short(names) {
  const group = names[0]?.includes("/") ? names[0].slice(0, names[0].indexOf("/") + 1) : "";
  return names.every((name) => name.startsWith(group)) ? names.map((name) => name.slice(group.length)) : names;
}

/** The report of a run or an ablation within the page. */
function report(run) {
  if (!run.has_report) return [];
  const source = runPath(run.name, "/report");
  return [el("h2", {}, "Report"), el("p", {}, el("a", { href: source, target: "_blank" }, "Open the report in a new tab")), el("iframe", { class: "report", title: `Report of ${run.name}`, src: source })];
}

const progressText = (run) => run.problem ?? (run.finished ? `finished after ${countText(run.epochs.length, "epoch")}` : `epoch ${run.epochs.at(-1)?.epoch ?? 0}, not finished`);

/** A bar for a state such as `3 of 8 runs finished`. */
function progress(state) {
  const [, value, max] = state.match(/^(\d+) of (\d+) runs finished$/) ?? [];
  return max ? el("progress", { max: Number(max), value: Number(value), "aria-hidden": "true" }) : null;
}

/** The runs of a member of an ablation, by seed and fold, with their states; several can be drawn over each other. */
function memberRuns(group, { name, runs }) {
  const short = (id) => id.match(/-(seed\d+(-fold\d+)?)$/)?.[1].replace("seed", "seed ").replace("-fold", ", fold ") ?? id;
  const begun = runs.filter((single) => single.state !== "missing");
  return el("div", {}, el("ul", { class: "chips" }, runs.map((single) => el("li", {}, single.state === "missing"
    ? el("span", { class: "chip-run missing" }, short(single.id), el("span", { class: "unseen" }, ", not started"))
    : el("a", { class: `chip-run ${single.state}`, href: address([`${group}/${single.id}`]), title: single.id }, short(single.id), single.state === "finished" ? null : " (unfinished)")))),
    begun.length > 1 ? el("a", { class: "over", href: address(begun.map((single) => `${group}/${single.id}`)) }, `Compare ${begun.length} runs`, el("span", { class: "unseen" }, ` of ${name}`)) : null);
}

/** Marks an element that keeps the focus when the list is drawn again. */
function mark(element, name) {
  element.dataset.focus = name;
  return element;
}
