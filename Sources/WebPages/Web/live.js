/** Predicts microphone input, twice per second. */
import { announce, api, el, onTheme, prepare, problem, query } from "./tools.js";
import { answerText, Bars, drawPart, key, reading, targetsOf } from "./predictions.js";
import { openMicrophone } from "./microphone.js";

/** The seconds that the strip shows. */
const span = 30;

export class Live {
  #microphone = null;
  #socket = null;
  #sent = [];
  #answers = [];

  constructor(section) {
    this.button = el("button", { type: "button", class: "primary", onclick: () => (this.#microphone ? this.stop() : this.start()) }, "Start");
    this.model = el("select", {});
    this.output = el("div");
    this.message = el("div");
    section.replaceChildren(el("h1", { id: "live-title" }, "Live"),
      el("p", { class: "lead" }, "The microphone is streamed to this server, which predicts the emotion of the last few seconds twice per second. Nothing is stored."),
      el("div", { class: "row" }, this.button, el("label", {}, "Model ", this.model)), this.message, this.output);
    this.output.append(el("p", { class: "empty" }, "Press Start, and allow the browser to use the microphone. The prediction appears here after half a second."));
    this.#load();
  }

  async #load() {
    try {
      const { models } = await api("/api/models");
      this.model.replaceChildren(...models.map((model) => el("option", { value: model.name }, model.source === "run" ? `run ${model.name}` : model.name)));
      this.button.disabled = models.length === 0;
      if (models.length === 0) this.message.replaceChildren(problem(new Error("No model is available. Start the server with --model, or finish a run.")));
    } catch (error) { this.message.replaceChildren(problem(error)); }
  }

  async start() {
    this.message.replaceChildren();
    this.button.disabled = true;
    let total = 0;
    try {
      this.#microphone = await openMicrophone((block) => {
        this.#level(block);
        if (this.#socket?.readyState !== WebSocket.OPEN) return;
        // A slow connection drops samples rather than fall behind.
        if (this.#socket.bufferedAmount > 1 << 20) return;
        this.#socket.send(block.buffer);
        total += block.length;
        this.#sent.push({ total, time: performance.now() });
        if (this.#sent.length > 600) this.#sent.shift();
      });
    } catch (error) {
      this.message.replaceChildren(problem(error));
      return;
    } finally { this.button.disabled = false; }
    const options = query({ model: this.model.value, rate: this.#microphone.rate, format: "f32" });
    const address = `${location.origin.replace(/^http/, "ws")}/api/live?${options}`;
    const socket = (this.#socket = new WebSocket(address));
    [this.#sent, this.#answers] = [[], []];
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      this.#explain(event.reason, options);
      this.stop();
    };
    this.button.textContent = "Stop";
    this.button.classList.replace("primary", "recording");
    this.model.disabled = true;
    announce("Live prediction has started.");
  }

  /** A refused WebSocket gives no reason; the same request without an upgrade may. */
  async #explain(reason, options) {
    let error = new Error(reason || "The connection to the server was lost.");
    if (!reason && this.#answers.length === 0) {
      try { await api(`/api/live?${options}`); } catch (found) { if (!/upgrade|websocket/i.test(found.message)) error = found; }
    }
    this.message.replaceChildren(problem(error));
  }

  stop() {
    const [socket, microphone] = [this.#socket, this.#microphone];
    [this.#socket, this.#microphone] = [null, null];
    socket?.close();
    microphone?.stop();
    this.button.textContent = "Start";
    this.button.classList.replace("recording", "primary");
    this.model.disabled = false;
  }

  hide() { if (this.#microphone) this.stop(); }

  #level(block) {
    if (!this.meter) return;
    let sum = 0;
    for (const sample of block) sum += sample * sample;
    const decibels = 10 * Math.log10(sum / block.length + 1e-9);
    this.meter.style.width = `${Math.max(0, Math.min(100, ((decibels + 60) / 60) * 100))}%`;
  }

  #build(message) {
    this.targets = targetsOf(message);
    this.bars = this.targets.map((target) => new Bars(target, `${target.name || "Probabilities"} for the last few seconds`));
    this.strips = this.targets.map((target) => el("canvas", { class: "timeline", role: "img", "aria-label": `${target.name || "Probabilities"} over the last ${span} seconds` }));
    this.answer = el("p", { class: "answer" }, "…");
    this.latency = el("p", { class: "note" }, "Waiting for enough audio");
    this.meter = el("div");
    this.output.replaceChildren(
      el("div", { class: "cards" },
        el("article", { class: "card", "aria-label": "Prediction" }, this.answer, this.latency, this.bars.map((bars) => bars.element)),
        el("article", { class: "card", "aria-label": "Input" }, el("h2", { class: "small-title" }, "Microphone level"), el("div", { class: "meter", "aria-hidden": "true" }, this.meter),
          el("h2", { class: "small-title spaced" }, `The last ${span} seconds`),
          this.targets.map((target, index) => [target.name ? el("h3", {}, target.name) : null, this.strips[index], el("p", { class: "note ends", "aria-hidden": "true" }, el("span", {}, `${span} s ago`), el("span", {}, "now")), key(target)]).flat(),
          el("p", { class: "note" }, `Each prediction uses the last ${Number(message.window_seconds.toFixed(1))} seconds.`))));
    onTheme(() => this.#draw());
  }

  #receive(message) {
    if (message.classes) return this.#build(message);
    if (message.error) {
      this.latency.textContent = message.error;
      return;
    }
    const sent = this.#sent.find((block) => block.total >= message.end_sample);
    const round = sent ? performance.now() - sent.time : message.latency_ms;
    const text = answerText(message, this.targets);
    this.answer.textContent = text;
    const { note } = reading(message, this.targets[0]);
    const warnings = (message.warnings ?? []).map((warning) => `Warning: ${warning}. `).join("");
    this.latency.textContent = `${warnings}${this.targets.length === 1 && note ? `${note}, ` : ""}latency ${round.toFixed(0)} ms (${message.latency_ms.toFixed(0)} ms in the server)`;
    for (const bars of this.bars) bars.update(message);
    // Numbers change all the time.
    const decided = answerText(message, this.targets.filter((target) => target.kind !== "regression"));
    const before = this.decided;
    this.decided = decided;
    this.#answers.push(message);
    while (this.#answers[0].end < message.end - span) this.#answers.shift();
    if (decided !== before) announce(decided);
    this.#draw();
  }

  #draw() {
    if (this.#answers.length === 0) return;
    const { end } = this.#answers.at(-1);
    this.strips?.forEach((strip, index) => {
      if (!strip.isConnected) return;
      const { context, width, height } = prepare(strip);
      for (const answer of this.#answers) {
        const right = ((answer.end - (end - span)) / span) * width, size = (0.5 / span) * width;
        drawPart(context, height, right - size, right - 1, answer, this.targets[index]);
      }
    });
  }
}
