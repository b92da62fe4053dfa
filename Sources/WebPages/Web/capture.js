/** Sends the samples of the microphone to the page, about ten blocks per second. */
class Capture extends AudioWorkletProcessor {
  #blocks = [];
  #count = 0;

  process([channels]) {
    if (channels.length === 0) return true;
    const mono = new Float32Array(channels[0].length);
    for (const channel of channels) for (let i = 0; i < mono.length; i++) mono[i] += channel[i] / channels.length;
    this.#blocks.push(mono);
    this.#count += mono.length;
    if (this.#count >= sampleRate / 10) {
      const all = new Float32Array(this.#count);
      let at = 0;
      for (const block of this.#blocks) { all.set(block, at); at += block.length; }
      this.port.postMessage(all, [all.buffer]);
      this.#blocks = [];
      this.#count = 0;
    }
    return true;
  }
}
registerProcessor("capture", Capture);
