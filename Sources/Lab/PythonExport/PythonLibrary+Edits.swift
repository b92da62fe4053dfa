extension PythonLibrary {
    /// Preprocessing steps that depend on the waveform alone.
    static let edits = #"""
        def loud_frames(audio, below, frame, hop):
            """Returns a mask of the frames less than `below` dB quieter than the loudest frame."""
            padded = np.pad(audio.astype(np.float64), (frame // 2, frame))
            frames = np.lib.stride_tricks.sliding_window_view(padded, frame)[::hop][: 1 + len(audio) // hop]
            levels = 10 * np.log10(np.maximum(1e-10, np.square(frames).sum(axis=1) / frame))
            return levels - levels.max() > -below


        def trim(audio, below, frame, hop):
            """Trims leading and trailing silence, as librosa.effects.trim."""
            loud = np.flatnonzero(loud_frames(audio, below, frame, hop))
            return audio[loud[0] * hop : (loud[-1] + 1) * hop]


        def voiced(audio, below, frame, hop, margin):
            """Removes silence: joins the loud segments, each with a margin of `margin` samples."""
            loud = np.concatenate([[False], loud_frames(audio, below, frame, hop), [False]])
            edges = np.flatnonzero(loud[1:] != loud[:-1]) * hop
            parts, end = [audio[:0]], 0
            for first, last in edges.reshape(-1, 2):
                first, last = min(len(audio), first), min(len(audio), last)
                if first == last:
                    continue
                start = max(end, first - margin)
                end = max(end, min(len(audio), last + margin))
                parts.append(audio[start:end])
            return np.concatenate(parts)


        def normalize_peak(audio, level):
            """Scales a waveform to the peak amplitude `level`. Silence is left unchanged."""
            peak = np.abs(audio).max(initial=0)
            return audio * np.float32(level / float(peak)) if peak > 0 else audio


        def normalize_rms(audio, level):
            """Scales a waveform to the RMS `level`. Silence is left unchanged."""
            rms = math.sqrt(np.square(audio, dtype=np.float64).mean()) if len(audio) else 0
            return audio * np.float32(level / rms) if rms > 0 else audio


        def gain(audio, decibels):
            """Applies a gain in dB."""
            return audio * np.float32(10 ** (decibels / 20))


        def remove_offset(audio):
            """Removes the DC offset."""
            return audio - np.float32(audio.mean(dtype=np.float64)) if len(audio) else audio


        def preemphasis(audio, coefficient, first):
            """Applies pre-emphasis: y[n] - coefficient * y[n - 1]."""
            if len(audio) < 2:
                return audio
            result = audio.copy()
            result[1:] -= np.float32(coefficient) * audio[:-1]
            if first == "librosa":
                result[0] = 3 * audio[0] - audio[1]
            return result


        def crop(audio, first, count):
            """Crops a waveform to `count` samples from sample `first` on."""
            if first >= len(audio):
                raise ValueError(f"a waveform of {len(audio)} samples; expected more than the offset of {first}")
            return audio[first:] if count is None else audio[first : first + count]


        def share(side, count):
            """Returns how many of `count` samples or frames to pad or truncate at the front."""
            return {"end": 0, "front": count, "both": count // 2}[side]


        def length(audio, samples, pad="end", cut="end"):
            """Truncates or zero-pads a waveform to `samples` samples."""
            missing = samples - len(audio)
            if missing < 0:
                first = share(cut, -missing)
                return audio[first : first + samples]
            before = share(pad, missing)
            return np.pad(audio, (before, missing - before))
        """#
}
