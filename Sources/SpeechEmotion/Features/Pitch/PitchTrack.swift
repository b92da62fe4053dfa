import Autograd
import CKernels
import Foundation

/// A pitch contour: the fundamental frequency (F0) over time.
public struct PitchTrack: Sendable, Equatable {
    /// F0 in Hz of each frame; 0 if unvoiced.
    public var frequencies: [Float]
    /// Whether each frame is voiced.
    public var isVoiced: [Bool]
    /// The voicing probability of each frame.
    public var probabilities: [Float]
}

extension Waveform {
    /// Estimates the pitch contour by probabilistic YIN (pYIN, Mauch and Dixon 2014): candidate periods for many
    /// thresholds with their probabilities, decoded by the Viterbi algorithm. As librosa.pyin with its defaults.
    public func probablePitch(_ range: PitchRange = PitchRange()) throws(InputError) -> PitchTrack {
        let differences = try PeriodDifference(self, range)
        let steps = PitchSteps(range)
        guard steps.count >= 2, steps.count <= 1 << 15 else {
            throw InputError(
                "pitch", found: "\(range.low) to \(range.high) Hz",
                allowed: "a range from a tenth of a semitone to 270 octaves")
        }
        let frames = differences.table.frames
        guard frames <= Framing.mostNumbers / 4 / steps.count else {
            throw InputError(
                "pitch", found: "\(frames) frames",
                allowed: "\(Framing.mostNumbers / 4 / steps.count) frames; increase hop_length")
        }
        let seconds = Double(range.frames.hop) / Double(rate)
        var path = PitchPath(steps: steps, secondsBetweenFrames: seconds)
        var probabilities: [Float] = []
        for frame in 0..<frames {
            var observed = [Double](repeating: 0, count: steps.count)
            for (frequency, probability) in candidates(frame, of: differences) {
                let step = steps.nearest(to: Double(frequency))
                if step < steps.count { observed[step] = probability }
            }
            let voiced = min(1, max(0, observed.reduce(0, +)))
            probabilities.append(Float(voiced))
            path.add(observed, unvoiced: (1 - voiced) / Double(steps.count))
        }
        let states = path.best()
        return PitchTrack(
            frequencies: states.map { $0 < steps.count ? Float(steps.frequency($0)) : 0 },
            isVoiced: states.map { $0 < steps.count }, probabilities: probabilities)
    }

    /// The candidate periods of a frame and their probabilities.
    private func candidates(_ frame: Int, of differences: PeriodDifference) -> [(Float, Double)] {
        let table = differences.table
        let troughs = (0..<table.width).filter { differences.isTrough(frame, $0) }
        guard !troughs.isEmpty else { return [] }
        let heights = troughs.map { Double(table[frame, $0]) }
        let lowest = heights.indices.reduce(0) { heights[$1] < heights[$0] ? $1 : $0 }
        var found = [Double](repeating: 0, count: troughs.count)
        for (i, weight) in Thresholds.weights.enumerated() {
            let threshold = Double(i + 1) / Double(Thresholds.weights.count)
            let count = heights.count { $0 < threshold }
            if count == 0 {
                // No period is below the threshold: the best one gets a small probability.
                found[lowest] += 0.01 * weight
                continue
            }
            // Shorter periods are more likely: exp(-2 k) for the k-th, normalized to sum to 1.
            var share = (1 - exp(-2.0)) / (1 - exp(-2 * Double(count))) * weight
            for place in heights.indices where heights[place] < threshold {
                found[place] += share
                share *= exp(-2.0)
            }
        }
        return zip(troughs, found).filter { $1 > 0 }.map { (differences.frequency(frame, $0), $1) }
    }
}

/// The prior of a hundred thresholds: the beta distribution with parameters 2 and 18.
private enum Thresholds {
    static let weights: [Double] = (0..<100).map { below(Double($0 + 1) / 100) - below(Double($0) / 100) }

    /// The cumulative distribution at x: that of 2 or more successes in 19 trials with probability x.
    private static func below(_ x: Double) -> Double { 1 - pow(1 - x, 19) - 19 * x * pow(1 - x, 18) }
}
