extension PythonLibrary {
    /// Augmented copies, for test-time augmentation.
    static let augmentations = #"""
        def stretch(audio, rate):
            """Time-stretches a waveform by a phase vocoder; a rate above 1 is faster."""
            fft, hop, window = 2048, 512, hann(2048, periodic=True)
            bins = spectrum(audio, fft, hop, window, centered=True, padding="zeros").T
            bins = np.concatenate([bins, np.zeros_like(bins[:, :1])], axis=1)
            sizes = np.abs(bins)
            directions = np.where(sizes > 1e-18, bins / np.maximum(sizes, 1e-18), 1)
            count, frames = round(len(audio) / rate), math.ceil((bins.shape[1] - 1) / rate)
            result = np.zeros(max(fft // 2 + count, fft + frames * hop))
            weights = np.zeros_like(result)
            direction = directions[:, 0]
            for number in range(min(frames, -(-(count + fft) // hop))):
                frame = min(int(number * rate), bins.shape[1] - 2)
                later = number * rate - frame
                size = (1 - later) * sizes[:, frame] + later * sizes[:, frame + 1]
                place = slice(number * hop, number * hop + fft)
                result[place] += np.fft.irfft(size * direction, fft) * window
                weights[place] += window**2
                direction = direction * directions[:, frame + 1] * np.conj(directions[:, frame])
                direction /= np.abs(direction)
            result, weights = result[fft // 2 :][:count], weights[fft // 2 :][:count]
            return (result / np.where(weights > 1.2e-38, weights, 1)).astype(np.float32)


        def pitch(audio, semitones):
            """Shifts the pitch without changing the duration."""
            rate = 2 ** (-semitones / 12)
            return length(speed(stretch(audio, rate), 1 / rate), max(1, len(audio)))


        def speed(audio, factor):
            """Changes the speed by resampling, so that pitch and duration change together."""
            return audio if factor == 1 else interpolated(audio, factor, math.ceil(len(audio) / factor))


        def shift(audio, samples, fill):
            """Shifts a waveform in time without changing its length."""
            moved = np.roll(audio, samples)
            if fill == "zeros" and samples > 0:
                moved[:samples] = 0
            elif fill == "zeros" and samples < 0:
                moved[samples:] = 0
            return moved
        """#
}
