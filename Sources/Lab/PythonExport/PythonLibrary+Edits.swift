extension PythonLibrary {
    /// Changes of a prepared sound that depend on nothing else.
    static let edits = #"""
        def loud_frames(sound, below, frame, hop):
            """Returns a mask of the frames less than `below` dB quieter than the loudest frame."""
            padded = np.pad(sound.astype(np.float64), (frame // 2, frame))
            frames = np.lib.stride_tricks.sliding_window_view(padded, frame)[::hop][: 1 + len(sound) // hop]
            levels = 10 * np.log10(np.maximum(1e-10, np.square(frames).sum(axis=1) / frame))
            return levels - levels.max() > -below


        def trim(sound, below, frame, hop):
            """Trims leading and trailing silence, as librosa.effects.trim."""
            loud = np.flatnonzero(loud_frames(sound, below, frame, hop))
            return sound[loud[0] * hop : (loud[-1] + 1) * hop]


        def voiced(sound, below, frame, hop, margin):
            """Removes silence: joins the loud segments, each with a margin of `margin` samples."""
            loud = np.concatenate([[False], loud_frames(sound, below, frame, hop), [False]])
            edges = np.flatnonzero(loud[1:] != loud[:-1]) * hop
            parts, end = [sound[:0]], 0
            for first, last in edges.reshape(-1, 2):
                first, last = min(len(sound), first), min(len(sound), last)
                if first == last:
                    continue
                start = max(end, first - margin)
                end = max(end, min(len(sound), last + margin))
                parts.append(sound[start:end])
            return np.concatenate(parts)


        def normalize_peak(sound, level):
            """Scales a waveform to the peak amplitude `level`. Silence is left unchanged."""
            peak = np.abs(sound).max(initial=0)
            return sound * np.float32(level / float(peak)) if peak > 0 else sound


        def normalize_rms(sound, level):
            """Scales a waveform to the RMS `level`. Silence is left unchanged."""
            rms = math.sqrt(np.square(sound, dtype=np.float64).mean()) if len(sound) else 0
            return sound * np.float32(level / rms) if rms > 0 else sound


        def gain(sound, decibels):
            """Applies a gain in dB."""
            return sound * np.float32(10 ** (decibels / 20))


        def remove_offset(sound):
            """Removes the DC offset."""
            return sound - np.float32(sound.mean(dtype=np.float64)) if len(sound) else sound


        def preemphasis(sound, coefficient, first):
            """Applies pre-emphasis: y[n] - coefficient * y[n - 1]."""
            if len(sound) < 2:
                return sound
            result = sound.copy()
            result[1:] -= np.float32(coefficient) * sound[:-1]
            if first == "librosa":
                result[0] = 3 * sound[0] - sound[1]
            return result


        def crop(sound, first, count):
            """Crops a waveform to `count` samples from sample `first` on."""
            if first >= len(sound):
                raise ValueError(f"a waveform of {len(sound)} samples; expected more than the offset of {first}")
            return sound[first:] if count is None else sound[first : first + count]


        def share(side, count):
            """Returns how many of `count` samples or frames to pad or truncate at the front."""
            return {"end": 0, "front": count, "both": count // 2}[side]


        def length(sound, samples, pad="end", cut="end"):
            """Truncates or zero-pads a waveform to `samples` samples."""
            missing = samples - len(sound)
            if missing < 0:
                first = share(cut, -missing)
                return sound[first : first + samples]
            before = share(pad, missing)
            return np.pad(sound, (before, missing - before))
        """#
}
