/// The 88 functionals of an analysis in the order of `EGeMAPS.functionalNames`.
struct Functionals {
    private let analysis: Analysis
    /// The frames of the voice descriptors that count: the reference leaves out the last of the 60 ms frames.
    private let counted: Int

    init(_ analysis: Analysis) {
        self.analysis = analysis
        counted = max(analysis.frames - 1, 1)
    }

    func values() -> [Float] {
        let (short, voice) = (analysis.short, analysis.voice)
        let loudness = analysis.smoothed(0)
        let pitch = track(analysis.semitones)
        var values = Statistics.ten(pitch.filter { $0 != 0 }) + Statistics.ten(loudness)
        for column in 5..<10 { values += Statistics.meanAndVariation(analysis.smoothed(column)) }
        let quality = [
            voice.jitter, voice.shimmer, voice.harmonicsToNoise, voice.firstToSecond,
            voice.firstToThirdFormant,
        ]
        for values_ in quality { values += Statistics.meanAndVariation(track(values_).filter { $0 != 0 }) }
        for formant in 0..<3 {
            for part in 0..<2 {
                values += Statistics.meanAndVariation(
                    selected(voiced: true) { short.formants[6 * $0 + 2 * formant + part] })
            }
            let amplitude = (0..<analysis.frames).map { voice.amplitudes[3 * $0 + formant] }
            values += Statistics.meanAndVariation(track(amplitude).filter { $0 != 0 })
        }
        for column in 1..<10 { values += Statistics.meanAndVariation(spectral(column, voiced: true)) }
        for column in 1..<6 { values.append(Statistics.mean(spectral(column, voiced: false))) }
        values.append(Double(Contour(loudness).peaks) / (Double(loudness.count) * EGeMAPS.hop))
        values += segments(pitch.map { $0 != 0 })
        values.append(short.equivalentSoundLevel)
        return values.map { $0.isFinite ? Float($0) : 0 }
    }

    private func track(_ values: [Double]) -> [Double] { Array(analysis.smoothed(values).prefix(counted)) }

    private func spectral(_ column: Int, voiced: Bool) -> [Double] {
        selected(voiced: voiced) { analysis.short.values[$0 * ShortTermDescriptors.width + column] }
    }

    /// The values of voiced or of unvoiced frames, smoothed among themselves; zeros do not count.
    private func selected(voiced: Bool, _ value: (Int) -> Double) -> [Double] {
        let values = (0..<analysis.frames).map { analysis.isVoiced($0) == voiced ? value($0) : 0 }
        return analysis.smoothed(values).filter { $0 != 0 }
    }

    /// Voiced segments per second, then mean and standard deviation of the length of voiced and unvoiced segments in
    /// seconds. A segment of n frames lasts n - 1 hops; segments of less than three frames do not count.
    private func segments(_ isVoiced: [Bool]) -> [Double] {
        var lengths: (voiced: [Double], unvoiced: [Double]) = ([], [])
        var start = 0
        for end in 1...isVoiced.count where end == isVoiced.count || isVoiced[end] != isVoiced[start] {
            let hops = end - start - 1
            if hops > 1 {
                let seconds = Double(hops) * EGeMAPS.hop
                if isVoiced[start] {
                    lengths.voiced.append(seconds)
                } else {
                    lengths.unvoiced.append(seconds)
                }
            }
            start = end
        }
        func summary(_ x: [Double]) -> [Double] {
            let mean = Statistics.mean(x)
            return [mean, Statistics.deviation(x, mean)]
        }
        return [Double(lengths.voiced.count) / (Double(isVoiced.count) * EGeMAPS.hop)]
            + summary(lengths.voiced)
            + summary(lengths.unvoiced)
    }
}
