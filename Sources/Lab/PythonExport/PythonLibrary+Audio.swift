extension PythonLibrary {
    /// Reading and resampling.
    static let audio = #"""
        def read(path):
            """Reads a recording, mixed to mono, and its sample rate."""
            audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
            return audio.sum(axis=1) / np.float32(audio.shape[1]), rate


        def extract(audio, old, rate, offset=0.0, duration=None):
            """Cuts out a segment, given in seconds, and resamples it."""
            first = int(offset * old)
            if first >= len(audio):
                raise ValueError(f"{len(audio) / old} s; expected more than the offset of {offset} s")
            count = len(audio) if duration is None else max(1, int(duration * old))
            return resample(audio[first : first + count], old, rate)


        def windowed_sinc(x, cutoff, half, beta):
            """Returns a sinc under a Kaiser window; `cutoff` is a fraction of the Nyquist frequency."""
            window = np.i0(beta * np.sqrt(np.maximum(0, 1 - (x / half) ** 2))) / np.i0(beta)
            return np.where(np.abs(x) < half, window * np.sinc(cutoff * x), 0)


        ZERO_CROSSINGS = 48  # of the resampling filter, on each side

        def filtered(audio, up, down, count, start=0, scale=None):
            """Returns `count` band-limited samples at intervals of `down / up` input samples.

            Each of the `up` positions between two samples has its own filter, a row of taps that adds up to 1.
            """
            scale = min(1, up / down) if scale is None else scale
            half = math.ceil(ZERO_CROSSINGS / scale)
            before = max(0, half - 1 - start)
            after = max(0, start + count * down // up + down + half + 1 - len(audio))
            padded = np.pad(audio.astype(np.float64), (before, after))
            result = np.zeros(count)
            for phase in range(min(up, count)):
                places = np.arange(1 - half, half + 1) - phase * down % up / up
                taps = windowed_sinc(scale * places, cutoff=0.94, half=ZERO_CROSSINGS, beta=9)
                first = before + start + phase * down // up - (half - 1)
                rows = np.lib.stride_tricks.sliding_window_view(padded[first:], 2 * half)[::down]
                result[phase::up] = rows[: len(result[phase::up])] @ (taps / taps.sum())
            return result.astype(np.float32)


        def interpolated(audio, step, count):
            """Returns `count` band-limited samples at intervals of `step` input samples, for any step."""
            if step >= 16:
                return interpolated(filtered(audio, 1, 8, -(-len(audio) // 8)), step / 8, count)
            # Resample so that the upper half of the spectrum is empty, then interpolate.
            up, down = (2, 1) if step < 2 else (1, 2 ** (int(math.log2(step)) - 1))
            width, phases, inner = 16, 256, step * up / down
            dense = filtered(
                audio, up, down, int((count + width) * inner) + 2 * width, -width // 2 * down // up, min(1, 1 / step)
            )
            places = np.arange(width) - width // 2 + 1 - np.arange(phases + 1)[:, None] / phases
            taps = windowed_sinc(places, cutoff=1, half=width // 2, beta=12)
            taps /= taps.sum(axis=1, keepdims=True)
            at = np.arange(count) * inner
            whole = at.astype(np.int64)
            row = (at - whole) * phases
            lower = row.astype(np.int64)
            weights = taps[lower] + (taps[lower + 1] - taps[lower]) * (row - lower)[:, None]
            return sum(weights[:, k] * dense[1 + whole + k] for k in range(width)).astype(np.float32)


        def resample(audio, old, new):
            """Resamples a waveform from the rate `old` to the rate `new`."""
            if old == new:
                return audio
            count = -(-len(audio) * new // old)
            shared = math.gcd(old, new)
            up, down = new // shared, old // shared
            half = math.ceil(ZERO_CROSSINGS / min(1, up / down))
            if up * max(1, 128 // up) <= 2**18 // (2 * half):
                return filtered(audio, up, down, count)
            return interpolated(audio, old / new, count)
        """#
}
