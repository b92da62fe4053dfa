/** Predicts a file, a recording from the microphone, or an example. */
import { announce, api, busy, clock, el, problem, query } from "./tools.js";
import { loadStored, Player } from "./player.js";
import { showPredictions } from "./predictions.js";
import { openMicrophone, wav } from "./microphone.js";

const limit = 50 * 2 ** 20;

/**
 * Check boxes for the models. `selected` returns the names.
 * @param own a run whose model is checked as well as the first one; runs of ablations are not among the models
 */
export async function modelChoice(own, source = "run") {
  const { models } = await api("/api/models");
  if (own && !models.some((model) => model.name === own)) models.push({ name: own, source });
  const boxes = models.map((model, index) => el("input", { type: "checkbox", value: model.name, checked: index === 0 || model.name === own }));
  const element = el("fieldset", {}, el("legend", {}, "Models"),
    models.length === 0 ? el("p", { class: "note" }, "No model is available. Finish a run, or start the server with --model.") : null,
    el("div", { class: "choices" }, models.map((model, index) => el("label", {}, boxes[index], model.source === "run" ? `run ${model.name}` : model.name))));
  return { element, selected: () => boxes.filter((box) => box.checked).map((box) => box.value) };
}

export class Listen {
  #player = new Player();
  #results = el("div");
  #models = null;
  #last = null;
  #request = null;
  #recorder = null;

  constructor(section) {
    this.section = section;
    this.#build();
  }

  async #build() {
    const input = el("input", { type: "file", id: "file", accept: "audio/*,.wav,.flac,.ogg,.opus,.mp3,.aiff,.au,.caf,.m4a,.webm", onchange: () => this.#file(input.files[0]) });
    const drop = el("div", { class: "drop" },
      el("p", {}, "Drop an audio file of up to 50 MB here. This server analyzes it and does not store it."),
      el("div", { class: "row" }, el("span", {}, input, el("label", { class: "button", htmlFor: "file" }, "Choose a file")), this.#recordButton(), await this.#examples()));
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
    }
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => { event.preventDefault(); this.#file(event.dataTransfer.files[0]); });
    // A file that misses the area must not replace the page.
    for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
    let choice;
    try { this.#models = await modelChoice(); choice = this.#models.element; } catch (error) { choice = problem(error); }
    choice.addEventListener("change", () => this.#again());
    this.window = el("input", { type: "number", min: 0.1, max: 600, step: 0.1, placeholder: "auto", onchange: () => this.#again() });
    this.step = el("input", { type: "number", min: 0.05, max: 600, step: 0.05, placeholder: "auto", onchange: () => this.#again() });
    this.section.replaceChildren(el("h1", { id: "listen-title" }, "Listen"),
      el("p", { class: "lead" }, "Predict the emotion in a recording, and see which parts the model attends to."),
      drop, choice,
      el("details", {}, el("summary", {}, "Options for long recordings"),
        el("p", { class: "note" }, "Recordings that are longer than the model's input are split into windows."),
        el("div", { class: "row stack" }, el("label", {}, "Window (seconds)", this.window), el("label", {}, "Hop (seconds)", this.step))),
      this.#results);
  }

  async #examples() {
    const select = el("select", { "aria-label": "Example of the built-in corpus", onchange: () => { if (select.value) this.#example(select.value, select.selectedOptions[0].dataset.label); } },
      el("option", { value: "" }, "Choose an example"));
    try {
      const { examples } = await api("/api/examples");
      for (const example of examples) {
        const option = el("option", { value: example.id }, `${example.label}, ${example.gender} speaker ${example.speaker}`);
        option.dataset.label = example.label;
        select.append(option);
      }
    } catch (error) { this.#results.replaceChildren(problem(error)); }
    return select;
  }

  #recordButton() {
    const button = el("button", { type: "button", onclick: () => this.#record(button) }, "Record");
    return button;
  }

  async #record(button) {
    if (this.#recorder) return this.#recorder();
    const blocks = [];
    let count = 0, microphone;
    button.disabled = true;
    try {
      microphone = await openMicrophone((block) => {
        blocks.push(block);
        count += block.length;
        button.textContent = `Stop (${clock(count / microphone.rate)})`;
        if (2 * count > limit - 1000) this.#recorder?.();
      });
    } catch (error) {
      this.#results.replaceChildren(problem(error));
      return;
    } finally { button.disabled = false; }
    button.classList.add("recording");
    button.textContent = "Stop (0:00.0)";
    announce("Recording. Press the button again to stop.");
    this.#recorder = async () => {
      this.#recorder = null;
      await microphone.stop();
      button.classList.remove("recording");
      button.textContent = "Record";
      if (count > 0) this.#file(new File([wav(blocks, microphone.rate)], "microphone.wav", { type: "audio/wav" }));
    };
  }

  #file(file) {
    if (!file) return;
    if (file.size > limit) {
      this.#results.replaceChildren(problem(new Error(`${file.name} is ${(file.size / 2 ** 20).toFixed(0)} MB. The limit is 50 MB; use Train predict for larger files.`)));
      return;
    }
    this.#predict({ name: file.name, blob: file });
  }

  #example(id, label) { this.#predict({ name: id, parameters: query({ example: id }), label }); }

  #again() { if (this.#last) this.#predict(this.#last, true); }

  async #predict(source, keepsPlayer = false) {
    this.#last = source;
    this.#request?.abort();
    const request = (this.#request = new AbortController());
    const models = this.#models?.selected() ?? [];
    const output = el("div", {}, models.length === 0 ? problem(new Error("Select a model.")) : busy(`Predicting ${source.name} …`));
    if (keepsPlayer && this.#player.element.isConnected) this.#player.element.nextElementSibling?.replaceWith(output);
    else {
      this.#player.stop();
      this.#results.replaceChildren(output);
    }
    try {
      if (!keepsPlayer || !this.#player.element.isConnected) await this.#load(source, request.signal, output);
      if (models.length === 0) return;
      const options = query({ model: models, window: this.window.value, step: this.step.value });
      const answer = await this.#send("/api/predict", source, options, request.signal);
      if (request.signal.aborted) return;
      output.replaceChildren(showPredictions(answer, this.#player, source.label,
        (model, output) => this.#send("/api/predict", source, query({ model, attention: 0, saliency: 1, output }), request.signal)));
      announce(answer.predictions.map((prediction) => `${prediction.model}: ${prediction.label}`).join(", "));
    } catch (error) {
      if (error.name !== "AbortError") output.replaceChildren(problem(error));
    }
  }

  async #load(source, signal, output) {
    const data = await this.#send("/api/spectrogram", source, "", signal);
    if (signal.aborted) return;
    this.#results.replaceChildren(el("h2", {}, "Prediction"), this.#player.element, output);
    this.#player.load(source.name, source.blob ?? `/api/audio?${source.parameters}`, data);
  }

  #send(path, source, options, signal) {
    if (!source.blob) return api(`${path}?${source.parameters}&${options}`, { signal });
    const name = query({ name: source.name });
    return api(`${path}?${name}&${options}`, { method: "POST", body: source.blob, headers: { "Content-Type": "application/octet-stream" }, signal });
  }

  hide() {
    this.#player.stop();
    this.#recorder?.();
  }
}
