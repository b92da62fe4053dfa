/// An edit that keeps or adds samples by their number alone.
protocol LengthEdit: WaveEdit {
    /// The samples of a sound that the result consists of, as places in a sound of `count` samples. Places outside of it are
    /// zeros. Throws where the sound is too short.
    func window(of count: Int, rate: Int) throws -> Range<Int>
}

extension LengthEdit {
    /// The samples of the window.
    func cut(_ wave: Waveform) throws -> Waveform {
        let window = try window(of: wave.count, rate: wave.rate)
        let inside = window.clamped(to: 0..<wave.count)
        guard inside != window else { return Waveform(Array(wave.samples[window]), rate: wave.rate) }
        let before = [Float](repeating: 0, count: inside.lowerBound - window.lowerBound)
        let after = [Float](repeating: 0, count: window.upperBound - inside.upperBound)
        return Waveform(before + wave.samples[inside] + after, rate: wave.rate)
    }
}
