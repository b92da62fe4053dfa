import Foundation

/// The most probable path through pitch candidates and an unvoiced state (Viterbi).
///
/// The form of the costs follows Eyben et al. (2016) and measurements; the weights were fitted to the path of the
/// reference on 24 recordings of speech.
struct PitchPath {
    private static let range = 0.0339
    private static let belowThreshold = 0.2819
    private static let threshold = 0.7
    private static let unvoiced = 0.5
    private static let unvoicedAgainstVoicing = 0.8915
    private static let perOctave = 0.4996
    private static let perOctaveOfChange = 0.201
    private static let voicedToUnvoiced = 0.2459
    private static let unvoicedToVoiced = 0.2303

    private static let states = SubharmonicSummation.candidates + 1
    private static let impossible = 1e9

    /// Returns F0 in Hz for each frame, 0 if unvoiced. `frequencies` and `voicing` are [frames, 6].
    static func find(frequencies: [Double], voicing: [Double]) -> [Double] {
        let candidates = SubharmonicSummation.candidates
        let frames = frequencies.count / candidates
        guard frames > 0 else { return [] }
        var from = [UInt8](repeating: 0, count: frames * states)
        var costs = [Double](repeating: 0, count: states)
        var changes = costs
        var pitch = costs
        for frame in 0..<frames {
            var local = costs
            var now = [Double](repeating: 0, count: states)
            var highest = 0.0
            for i in 0..<candidates {
                let (frequency, probability) = (
                    frequencies[frame * candidates + i], voicing[frame * candidates + i]
                )
                guard frequency > 0, probability > 0.01 else {
                    local[i] = impossible
                    continue
                }
                highest = max(highest, probability)
                now[i] = log2(frequency)
                local[i] =
                    -log(probability) + range * Self.outOfRange(frequency)
                    + (probability < threshold ? belowThreshold : 0)
            }
            local[candidates] = unvoiced + unvoicedAgainstVoicing * max(highest - threshold, 0)
            if frame == 0 {
                (costs, pitch) = (local, now)
                continue
            }
            var next = local
            var nextChanges = [Double](repeating: 0, count: states)
            for j in 0..<states {
                var best = Double.infinity
                for i in 0..<states {
                    var (cost, change) = (costs[i], 0.0)
                    switch (pitch[i] > 0, now[j] > 0) {
                    case (true, true):
                        change = now[j] - pitch[i]
                        cost += perOctave * abs(change)
                        if changes[i] != 0 { cost += perOctaveOfChange * abs(change - changes[i]) }
                    case (true, false): cost += voicedToUnvoiced
                    case (false, true): cost += unvoicedToVoiced
                    case (false, false): break
                    }
                    if cost < best {
                        best = cost
                        from[frame * states + j] = UInt8(i)
                        nextChanges[j] = change
                    }
                }
                next[j] += best
            }
            let least = next.min() ?? 0
            costs = next.map { $0 - least }
            (changes, pitch) = (nextChanges, now)
        }
        var state = costs.indices.min { costs[$0] < costs[$1] } ?? candidates
        var path = [Double](repeating: 0, count: frames)
        for frame in (0..<frames).reversed() {
            let frequency = state < candidates ? frequencies[frame * candidates + state] : 0
            path[frame] = frequency >= 55 && frequency <= 1000 ? frequency : 0
            state = Int(from[frame * states + state])
        }
        return path
    }

    /// The distance of a frequency to 100 to 350 Hz.
    private static func outOfRange(_ frequency: Double) -> Double {
        frequency < 100 ? (100 - frequency) / 200 : max(frequency - 350, 0) / 500
    }
}
