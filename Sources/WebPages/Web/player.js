/** Plays a recording, with its waveform, its mel spectrogram, a play head, and attention over time. */
import { announce, api, clock, el, onTheme, prepare, problem, ticks, variable } from "./tools.js";

const colors = [[0, 0, 4], [28, 16, 68], [79, 18, 123], [129, 37, 129], [181, 54, 122], [229, 80, 100], [251, 135, 97], [254, 194, 135], [252, 253, 191]];
const palette = Array.from({ length: 256 }, (_, level) => {
  const at = (level / 255) * (colors.length - 1), low = Math.min(Math.floor(at), colors.length - 2);
  return colors[low].map((value, channel) => Math.round(value + (colors[low + 1][channel] - value) * (at - low)));
});

/** The colors of saliency over a gray spectrogram. */
const [forClass, againstClass] = ["#ff7a2f", "#4fa3ff"];

/** Slaney's mel scale, as librosa's. */
const mel = (hertz) => (hertz < 1000 ? (hertz * 3) / 200 : 15 + (27 * Math.log(hertz / 1000)) / Math.log(6.4));

const hertzOf = (mels) => (mels < 15 ? (mels * 200) / 3 : 1000 * Math.exp(((mels - 15) * Math.log(6.4)) / 27));

export class Player {
  #audio = new Audio();
  #wave = el("canvas", { class: "wave" });
  #mel = el("canvas", { class: "mel" });
  #head = el("div", { class: "head" });
  #readout = el("div", { class: "readout", hidden: true, "aria-hidden": "true" });
  #name = el("figcaption");
  #play = el("button", { type: "button", class: "primary", onclick: () => this.toggle() }, "Play");
  #slider = el("input", { type: "range", min: 0, max: 1, step: 0.01, value: 0, "aria-label": "Position", oninput: () => this.seek(Number(this.#slider.value)) });
  #time = el("output", { "aria-hidden": "true" });
  #note = el("div");
  #key = el("ul", { class: "key" });
  #image = null;
  #data = null;
  #attention = [];
  #saliency = null;
  #objectURL = null;

  constructor() {
    this.stage = el("div", { class: "stage" }, this.#wave, this.#mel, this.#head, this.#readout);
    this.element = el("figure", { class: "player" }, this.#name, this.stage,
      el("div", { class: "controls" }, this.#play, this.#slider, this.#time), this.#note, this.#key);
    this.stage.addEventListener("pointerdown", (event) => {
      const box = this.stage.getBoundingClientRect();
      this.seek(((event.clientX - box.left) / box.width) * this.seconds);
    });
    this.stage.addEventListener("pointermove", (event) => this.#read(event));
    this.stage.addEventListener("pointerleave", () => { this.#readout.hidden = true; });
    for (const [event, label] of [["play", "Pause"], ["pause", "Play"], ["ended", "Play"]]) {
      this.#audio.addEventListener(event, () => { this.#play.textContent = label; this.#move(); });
    }
    this.#audio.addEventListener("timeupdate", () => this.#show());
    this.#audio.preload = "auto";
    new ResizeObserver(() => this.#draw()).observe(this.stage);
    onTheme(() => this.#draw());
  }

  get seconds() { return this.#data?.seconds ?? 0; }
  get position() { return this.#audio.currentTime; }
  get isPlaying() { return !this.#audio.paused; }

  /**
   * Shows a recording.
   * @param name its name
   * @param audio the address of its audio, or a Blob. A Blob that the browser cannot play is converted by the server.
   * @param data the answer of /api/spectrogram
   */
  load(name, audio, data) {
    this.stop();
    this.#data = data;
    this.#attention = [];
    this.#saliency = null;
    this.#name.textContent = name;
    this.#slider.max = data.seconds;
    this.#note.replaceChildren();
    this.#image = this.#render(data);
    if (this.#objectURL) URL.revokeObjectURL(this.#objectURL);
    this.#objectURL = audio instanceof Blob ? URL.createObjectURL(audio) : null;
    this.#audio.onerror = audio instanceof Blob ? () => this.#convert(audio) : () => this.#fail(new Error("The audio cannot be played."));
    this.#audio.src = this.#objectURL ?? audio;
    const description = `Waveform and mel spectrogram of ${name}, ${data.seconds.toFixed(1)} seconds. Click to play from a position.`;
    this.stage.setAttribute("role", "img");
    this.stage.setAttribute("aria-label", description);
    this.#show();
    this.#draw();
  }

  async #convert(blob) {
    try {
      const response = await fetch("/api/audio", { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: blob });
      if (!response.ok) throw new Error((await response.json()).error.message);
      this.#audio.onerror = () => this.#fail(new Error("The audio cannot be played."));
      if (this.#objectURL) URL.revokeObjectURL(this.#objectURL);
      this.#objectURL = URL.createObjectURL(await response.blob());
      this.#audio.src = this.#objectURL;
    } catch (error) { this.#fail(error); }
  }

  #fail(error) { this.#note.replaceChildren(problem(error)); }

  /** Draws attention: a list of `{start, seconds, weights}`, the duration of a step being `seconds`. */
  showAttention(pieces, model) {
    this.#attention = pieces;
    this.#saliency = null;
    this.#key.replaceChildren(...(pieces.length > 0 ? [el("li", {}, chip(variable("s1")), `Attention of ${model}`)] : []));
    this.#draw();
  }

  /** Draws a saliency map over the spectrogram: what speaks for the predicted class, and what against it. */
  showSaliency(map, model) {
    this.#attention = [];
    this.#saliency = map;
    const name = { gradient: "Gradient", integrated_gradients: "Integrated gradients", grad_cam: "Grad-CAM" }[map.method];
    this.#key.replaceChildren(
      el("li", {}, `${name} of ${model} for ${map.class}:`), el("li", {}, chip(forClass), "for"), el("li", {}, chip(againstClass), "against"));
    this.#draw();
  }

  toggle() { this.#audio.paused ? this.play() : this.#audio.pause(); }

  async play() {
    try { await this.#audio.play(); } catch (error) { if (error.name !== "AbortError") this.#fail(error); }
  }

  stop() { this.#audio.pause(); }

  seek(seconds) {
    this.#audio.currentTime = Math.max(0, Math.min(this.seconds, seconds));
    this.#show();
  }

  /** Shows the time under the pointer, and in the spectrogram the frequency. */
  #read(event) {
    if (!this.#data) return;
    const box = this.stage.getBoundingClientRect(), { top, height } = this.#mel.getBoundingClientRect();
    const seconds = ((event.clientX - box.left) / box.width) * this.seconds, share = 1 - (event.clientY - top) / height;
    const hertz = share >= 0 && share <= 1 ? hertzOf(share * mel(this.#data.highest_hz)) : null;
    this.#readout.hidden = false;
    this.#readout.textContent = `${seconds.toFixed(2)} s${hertz === null ? "" : `, ${hertz < 1000 ? `${hertz.toFixed(0)} Hz` : `${(hertz / 1000).toFixed(1)} kHz`}`}`;
  }

  #move() {
    this.#show();
    if (this.isPlaying) requestAnimationFrame(() => this.#move());
  }

  #show() {
    const at = Math.min(this.position, this.seconds), share = this.seconds > 0 ? at / this.seconds : 0;
    this.#head.style.left = `${100 * share}%`;
    this.#slider.value = at;
    this.#slider.setAttribute("aria-valuetext", `${at.toFixed(1)} of ${this.seconds.toFixed(1)} seconds`);
    this.#time.textContent = `${clock(at)} / ${clock(this.seconds)}`;
  }

  #render(data) {
    const levels = Uint8Array.from(atob(data.levels), (letter) => letter.charCodeAt(0));
    const canvas = el("canvas", { width: Math.max(1, data.frames), height: data.bands });
    const context = canvas.getContext("2d"), image = context.createImageData(canvas.width, data.bands);
    for (let frame = 0; frame < data.frames; frame++) {
      for (let band = 0; band < data.bands; band++) {
        const rgb = palette[levels[frame * data.bands + band]], at = 4 * ((data.bands - 1 - band) * data.frames + frame);
        image.data.set([...rgb, 255], at);
      }
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }

  #draw() {
    if (!this.#data || !this.element.isConnected) return;
    this.#drawWave();
    const { context, width, height } = prepare(this.#mel), top = mel(this.#data.highest_hz);
    context.imageSmoothingEnabled = true;
    context.filter = this.#saliency ? "grayscale(1) brightness(0.75)" : "none";
    context.drawImage(this.#image, 0, 0, width, height);
    context.filter = "none";
    if (this.#saliency) this.#drawSaliency(context, width, height);
    context.font = "11px system-ui, sans-serif";
    const label = (text, x, y) => {
      context.lineWidth = 3;
      context.strokeStyle = "rgb(0 0 0 / 70%)";
      context.strokeText(text, x, y);
      context.fillStyle = "#fff";
      context.fillText(text, x, y);
    };
    for (const hertz of [500, 1000, 2000, 4000].filter((value) => value < this.#data.highest_hz)) {
      const y = height * (1 - mel(hertz) / top), text = hertz < 1000 ? `${hertz} Hz` : `${hertz / 1000} kHz`;
      context.fillStyle = "rgb(255 255 255 / 35%)";
      context.fillRect(0, Math.round(y), 6, 1);
      label(text, 9, y + 4);
    }
    context.textAlign = "center";
    for (const time of ticks(0, this.#data.seconds, Math.max(2, width / 110))) {
      const x = (time / this.#data.seconds) * width;
      if (x < 60 || x > width - 24) continue;
      context.fillStyle = "rgb(255 255 255 / 35%)";
      context.fillRect(Math.round(x), height - 6, 1, 6);
      label(`${time} s`, x, height - 9);
    }
  }

  #drawSaliency(context, width, height) {
    const { shape: [steps, channels = 1], values, hertz, start, seconds_per_step: step } = this.#saliency;
    // The deltas of a band are drawn in its place; channels that are not frequencies are added up.
    const centers = [...new Set(hertz ?? [])], bands = centers.length || 1, sums = new Float64Array(steps * bands);
    values.forEach((value, index) => { sums[Math.floor(index / channels) * bands + ((index % channels) % bands)] += value; });
    const most = sums.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12), top = mel(this.#data.highest_hz);
    const y = (band) => height * (1 - mel(band) / top);
    const edges = bands === 1 ? [height, 0] : [y(0), ...centers.slice(1).map((center, index) => (y(center) + y(centers[index])) / 2), y(centers.at(-1))];
    const x = (index) => ((start + index * step) / this.#data.seconds) * width;
    for (let index = 0; index < steps; index++) {
      for (let band = 0; band < bands; band++) {
        const share = sums[index * bands + band] / most;
        if (Math.abs(share) < 0.02) continue;
        context.globalAlpha = Math.min(1, Math.sqrt(Math.abs(share)));
        context.fillStyle = share > 0 ? forClass : againstClass;
        context.fillRect(x(index), edges[band + 1], Math.max(1, x(index + 1) - x(index)), Math.max(1, edges[band] - edges[band + 1]));
      }
    }
    context.globalAlpha = 1;
  }

  #drawWave() {
    const { context, width, height } = prepare(this.#wave);
    const { peaks, seconds } = this.#data, columns = peaks.length / 2;
    context.clearRect(0, 0, width, height);
    let largest = 1;
    for (const peak of peaks) largest = Math.max(largest, Math.abs(peak));
    const scale = (height / 2 - 4) / largest;
    context.fillStyle = variable("s0");
    for (let x = 0; x < width; x++) {
      const from = Math.floor((x * columns) / width), to = Math.max(from + 1, Math.floor(((x + 1) * columns) / width));
      let low = 127, high = -127;
      for (let column = from; column < Math.min(to, columns); column++) {
        low = Math.min(low, peaks[2 * column]);
        high = Math.max(high, peaks[2 * column + 1]);
      }
      context.fillRect(x, height / 2 - high * scale, 1, Math.max(1, (high - low) * scale));
    }
    for (const piece of this.#attention) this.#drawAttention(context, piece, width, height, seconds);
  }

  #drawAttention(context, piece, width, height, seconds) {
    const most = Math.max(...piece.weights, 1e-9);
    const x = (step) => ((piece.start + step * piece.seconds) / seconds) * width;
    context.beginPath();
    piece.weights.forEach((weight, step) => {
      const y = height - 2 - (weight / most) * (height - 8);
      if (step === 0) context.moveTo(x(0), y);
      context.lineTo(x(step), y);
      context.lineTo(Math.min(x(step + 1), width), y);
    });
    context.strokeStyle = variable("s1");
    context.lineWidth = 2;
    context.stroke();
  }
}

export function chip(background) {
  const mark = el("span", { class: "chip", "aria-hidden": "true" });
  mark.style.background = background;
  return mark;
}

/** Loads a stored clip into a player: `parameters` name it, as in /api/audio. */
export async function loadStored(player, name, parameters) {
  player.load(name, `/api/audio?${parameters}`, await api(`/api/spectrogram?${parameters}`));
  announce(`${name} is loaded.`);
}
