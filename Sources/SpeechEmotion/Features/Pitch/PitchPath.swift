import CKernels
import Foundation

/// Decodes the most probable sequence of states: `count` voiced ones, then as many unvoiced ones (Viterbi 1967).
struct PitchPath {
    private let count: Int
    /// The log of the triangular transition probabilities between pitches, and of their sum for each start.
    private let reach: Int
    private let moves: [Double]
    private let sums: [Double]
    private var scores: [Double] = []
    private var origins: [[Int32]] = []

    /// The probability that voicing changes from a frame to the next.
    private static let change = 0.01

    init(steps: PitchSteps, secondsBetweenFrames: Double) {
        count = steps.count
        // At most 35.92 octaves per second.
        let semitones = (35.92 * 12 * secondsBetweenFrames).rounded(.toNearestOrEven)
        let reach = min(Int(min(semitones, 1e6)) * PitchSteps.ofSemitone / 2, steps.count - 1)
        let full = Int(min(semitones, 1e6)) * PitchSteps.ofSemitone / 2
        let triangle = (-reach...reach).map { 1 - Double(abs($0)) / Double(full + 1) }
        self.reach = reach
        moves = triangle.map { log($0) }
        let count = count
        sums = (0..<count).map { start in
            let inside = max(0, start - reach)...min(count - 1, start + reach)
            return log(inside.reduce(0) { $0 + triangle[$1 - start + reach] })
        }
    }

    /// Adds a frame: the probability of each voiced state, and that of each unvoiced one.
    mutating func add(_ voiced: [Double], unvoiced: Double) {
        let tiny = Double.leastNormalMagnitude
        let observed = voiced.map { log($0 + tiny) } + [Double](repeating: log(unvoiced + tiny), count: count)
        guard !scores.isEmpty else {
            scores = observed.map { $0 - log(2 * Double(count)) }
            return
        }
        var next = observed
        var from = [Int32](repeating: 0, count: 2 * count)
        for half in 0..<2 {
            // The better of keeping and changing the voicing, for each pitch.
            var best = [Double](repeating: 0, count: count)
            var origin = [Int32](repeating: 0, count: count)
            for pitch in 0..<count {
                let same = scores[half * count + pitch] + log(1 - Self.change)
                let other = scores[(1 - half) * count + pitch] + log(Self.change)
                let stays = same > other || same == other && half == 0
                best[pitch] = (stays ? same : other) - sums[pitch]
                origin[pitch] = Int32((stays ? half : 1 - half) * count + pitch)
            }
            from.withUnsafeMutableBufferPointer { from in
                next.withUnsafeMutableBufferPointer { next in
                    guard let from = from.baseAddress, let next = next.baseAddress else { return }
                    ck_best_moves(
                        best, origin, moves, count, reach, next + half * count, from + half * count)
                }
            }
        }
        scores = next
        origins.append(from)
    }

    /// Returns the states of all frames.
    func best() -> [Int] {
        guard !scores.isEmpty else { return [] }
        var states = [scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }]
        for from in origins.reversed() { states.append(Int(from[states[states.count - 1]])) }
        return states.reversed()
    }
}
