extension PythonLibrary {
    /// Features of frames.
    static let features = #"""
        def mel_bands(table, rate, fft, mels, fmin, fmax, scale, norm):
            """Applies a mel filter bank; returns [frames, mels]."""

            def to_mel(f):
                if scale == "htk":
                    return 2595 * math.log10(1 + f / 700)
                return f * 3 / 200 if f < 1000 else 15 + 27 * math.log(f / 1000) / math.log(6.4)

            def to_hz(mel):
                if scale == "htk":
                    return 700 * (10 ** (mel / 2595) - 1)
                return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp(math.log(6.4) / 27 * (mel - 15)))

            corners = to_hz(np.linspace(to_mel(fmin), to_mel(rate / 2 if fmax is None else fmax), mels + 2))[:, None]
            low, peak, high = corners[:-2], corners[1:-1], corners[2:]
            f = np.arange(fft // 2 + 1) * (1 / (fft * (1 / rate)))
            weights = np.maximum(0, np.minimum((f - low) / (peak - low), (high - f) / (high - peak)))
            return table @ (weights * 2 / (high - low) if norm == "slaney" else weights).T


        def decibels(table, reference=1.0, floor=1e-10, top_db=80.0):
            """Converts powers to decibels, as librosa.power_to_db."""
            reference = table.max() if reference == "max" else reference
            levels = 10 * np.log10(np.maximum(floor, table)) - 10 * math.log10(max(floor, reference))
            return levels if top_db is None else np.maximum(levels, levels.max() - top_db)


        def dct1(rows, columns, orthonormal):
            """Returns the matrix of the DCT of type 1."""
            k, i, n = np.arange(rows)[:, None], np.arange(columns), columns
            matrix = np.where((i == 0) | (i == n - 1), 1, 2) * np.cos(np.pi * k * i / (n - 1))
            if orthonormal:
                matrix = matrix * np.where((i == 0) | (i == n - 1), math.sqrt(2), 1) * 0.5
                matrix = matrix * np.sqrt(np.where((k == 0) | (k == n - 1), 1, 2) / (n - 1))
            return matrix


        def dct2(rows, columns, orthonormal):
            """Returns the matrix of the DCT of type 2."""
            k, i = np.arange(rows)[:, None], np.arange(columns)
            matrix = 2 * np.cos(np.pi * k * (2 * i + 1) / (2 * columns))
            return matrix * np.sqrt(np.where(k == 0, 1, 2) / columns) / 2 if orthonormal else matrix


        def dct3(rows, columns, orthonormal):
            """Returns the matrix of the DCT of type 3."""
            k, i, n = np.arange(rows)[:, None], np.arange(columns), columns
            first, rest = (1 / math.sqrt(n), math.sqrt(2 / n)) if orthonormal else (1, 2)
            return np.where(i == 0, first, rest * np.cos(np.pi * i * (2 * k + 1) / (2 * n)))


        def cepstrum(levels, matrix, lifter):
            """Returns cepstral coefficients of levels in decibels, [frames, count]."""
            if lifter > 0:
                places = np.arange(1, len(matrix) + 1)[:, None]
                matrix = matrix * (1 + lifter / 2 * np.sin(np.pi * places / lifter))
            return levels @ matrix.T


        def centroid(table, bin_width):
            """Returns the spectral centroid in Hz."""
            total = table.sum(axis=1, keepdims=True)
            weighted = (table * np.arange(table.shape[1])).sum(axis=1, keepdims=True) * bin_width
            return np.divide(weighted, total, out=np.zeros_like(total), where=total > 0)


        def bandwidth(table, bin_width):
            """Returns the spectral bandwidth in Hz."""
            total = table.sum(axis=1, keepdims=True)
            gaps = np.square(np.arange(table.shape[1]) * bin_width - centroid(table, bin_width))
            spread = (table * gaps).sum(axis=1, keepdims=True)
            return np.sqrt(np.divide(spread, total, out=np.zeros_like(total), where=total > 0))


        def rolloff(table, bin_width, share):
            """Returns the spectral roll-off frequency in Hz."""
            sums = np.cumsum(table, axis=1)
            bins = (sums < sums[:, -1:] * share).sum(axis=1, keepdims=True)
            return np.minimum(bins, table.shape[1] - 1) * bin_width


        def flatness(table, floor):
            """Returns the spectral flatness: the geometric mean of the powers divided by their arithmetic mean."""
            table = np.maximum(table, floor)
            return np.exp(np.log(table).mean(axis=1, keepdims=True)) / table.mean(axis=1, keepdims=True)


        def contrast(table, bin_width, octaves, fmin, quantile):
            """Returns the spectral contrast: the difference between peaks and valleys in octave bands."""
            f, count = np.arange(table.shape[1]) * bin_width, table.shape[1]
            edges = [0.0] + [fmin * 2**k for k in range(octaves + 1)]
            valleys, peaks = [], []
            for k in range(octaves + 1):
                inside = np.flatnonzero((f >= edges[k]) & (f <= edges[k + 1]))
                begin = inside[0] - (k > 0)
                end = count if k == octaves else inside[-1] + 1
                kept = max(1, round(quantile * (end - begin)))
                band = np.sort(table[:, begin : end if k == octaves else end - 1], axis=1)
                valleys.append(band[:, :kept].mean(axis=1))
                peaks.append(band[:, -kept:].mean(axis=1))
            valleys, peaks = np.stack(valleys, axis=1), np.stack(peaks, axis=1)
            return peaks - valleys


        def rms(audio, frame, hop, centered):
            """Returns the root mean square of each frame."""
            frames = framed(audio.astype(np.float64), frame, hop, centered)
            return np.sqrt(np.square(frames).mean(axis=1, keepdims=True))


        def zcr(audio, frame, hop, centered):
            """Returns the zero-crossing rate of each frame."""
            negative = framed(audio, frame, hop, centered, padding="edge") < -1e-10
            return (negative[:, 1:] != negative[:, :-1]).sum(axis=1, keepdims=True) / frame


        def delta(table, order, width):
            """Returns the first or second derivative over `width` frames, as librosa.feature.delta."""
            if len(table) < width:
                raise ValueError(f"{len(table)} frames; expected at least {width}, the width of the delta")
            places = np.arange(width) - width // 2.0
            squares, fourths = (places**2).sum(), (places**4).sum()
            if order == 1:
                weights = places / squares
            else:
                weights = 2 * (width * places**2 - squares) / (width * fourths - squares**2)
            inner = np.lib.stride_tricks.sliding_window_view(table, width, axis=0) @ weights
            return np.pad(inner, ((width // 2, width // 2), (0, 0)), mode="edge")
        """#
}
