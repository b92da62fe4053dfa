/// A preprocessing step that crops or pads by the number of samples alone.
protocol LengthEdit: PreprocessingStep {
    /// Returns the range of samples that the result consists of, relative to a waveform of `count` samples. Positions
    /// outside the waveform are zeros. Throws if the waveform is too short.
    func window(of count: Int, rate: Int) throws -> Range<Int>
}

extension LengthEdit {
    /// The samples in the window.
    func cut(_ wave: Waveform) throws -> Waveform {
        let window = try window(of: wave.count, rate: wave.rate)
        let inside = window.clamped(to: 0..<wave.count)
        guard inside != window else { return Waveform(Array(wave.samples[window]), rate: wave.rate) }
        let before = [Float](repeating: 0, count: inside.lowerBound - window.lowerBound)
        let after = [Float](repeating: 0, count: window.upperBound - inside.upperBound)
        return Waveform(before + wave.samples[inside] + after, rate: wave.rate)
    }
}
