extension PythonLibrary {
    /// Frames and their spectra.
    static let spectra = #"""
        def framed(audio, size, hop, centered=True, padding="zeros"):
            """Splits a waveform into frames, [frames, size]."""
            if len(audio) == 0:
                raise ValueError("a waveform without samples; expected at least one")
            if centered:
                mode = {"zeros": "constant", "edge": "edge", "reflect": "reflect"}[padding]
                audio = np.pad(audio, (size // 2, size // 2), mode=mode)
            if len(audio) < size:
                raise ValueError(f"{len(audio)} samples; expected at least a frame of {size}")
            return np.lib.stride_tricks.sliding_window_view(audio, size)[::hop]


        def turns(size, periodic):
            """Returns the positions of the samples of a window function, from 0 to 1."""
            return np.arange(size) / (size if periodic else size - 1) if size > 1 else np.full(1, 0.5)


        def hann(size, periodic):
            return 0.5 - 0.5 * np.cos(2 * np.pi * turns(size, periodic))


        def hamming(size, periodic):
            return 0.54 - 0.46 * np.cos(2 * np.pi * turns(size, periodic))


        def blackman(size, periodic):
            turn = 2 * np.pi * turns(size, periodic)
            return 0.42 - 0.5 * np.cos(turn) + 0.08 * np.cos(2 * turn)


        def rectangular(size, periodic):
            return np.ones(size)


        def bartlett(size, periodic):
            return 1 - np.abs(2 * turns(size, periodic) - 1)


        def kaiser(size, periodic, beta):
            return np.i0(beta * np.sqrt(np.maximum(0, 1 - (2 * turns(size, periodic) - 1) ** 2))) / np.i0(beta)


        def gaussian(size, periodic, deviation):
            period = size if periodic else size - 1
            return np.exp(-0.5 * ((2 * turns(size, periodic) - 1) * period / size / deviation) ** 2)


        def spectrum(audio, fft, hop, window, centered, padding):
            """Returns the short-time Fourier transform, [frames, fft / 2 + 1]."""
            before = (fft - len(window)) // 2
            window = np.pad(window, (before, fft - len(window) - before))
            return np.fft.rfft(framed(audio, fft, hop, centered, padding) * window)


        def power(audio, **stft):
            """Returns the power of each bin, [frames, fft / 2 + 1]."""
            bins = spectrum(audio, **stft)
            return bins.real**2 + bins.imag**2


        def magnitude(audio, **stft):
            """Returns the magnitude of each bin, [frames, fft / 2 + 1]."""
            return np.abs(spectrum(audio, **stft))
        """#
}
