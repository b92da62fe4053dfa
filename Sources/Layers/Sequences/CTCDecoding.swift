import Autograd
import Glibc

/// Decodes the outputs of a model that was trained with CTC.
public enum CTCDecoding {
    /// Returns the labels of the most probable alignment: the best class of each step, with repetitions merged and blanks
    /// removed.
    ///
    /// - Parameters:
    ///   - logits: [steps, classes]
    ///   - steps: The number of valid steps; nil for all.
    ///   - blank: The class of the blank.
    public static func greedy(_ logits: Tensor, steps: Int? = nil, blank: Int = 0) -> [Int] {
        require(logits.rank == 2, "CTCDecoding: logits of shape \(logits.shape); expected [steps, classes]")
        let best = logits.argmax(axis: -1).values.prefix(steps ?? logits.shape[0])
        var labels: [Int] = []
        var last = blank
        for label in best {
            if label != last, label != blank { labels.append(label) }
            last = label
        }
        return labels
    }

    /// Returns the most probable label sequences with their log probabilities, found by prefix beam search (Hannun et al.
    /// 2014): alignments of the same labels are summed.
    ///
    /// - Parameters:
    ///   - logits: [steps, classes]
    ///   - steps: The number of valid steps; nil for all.
    ///   - blank: The class of the blank.
    ///   - width: The number of sequences that are kept after each step.
    public static func beam(
        _ logits: Tensor, steps: Int? = nil, blank: Int = 0, width: Int = 16
    ) -> [(labels: [Int], logProbability: Double)] {
        require(logits.rank == 2, "CTCDecoding: logits of shape \(logits.shape); expected [steps, classes]")
        require(width > 0, "CTCDecoding: a width of \(width); expected at least 1")
        let classes = logits.shape[1]
        let scores = logits.logSoftmax(axis: -1).array
        var beams = [Beam(labels: [], endingInBlank: 0)]
        for step in 0..<(steps ?? logits.shape[0]) {
            var next: [[Int]: Beam] = [:]
            for beam in beams {
                for label in 0..<classes {
                    let score = Double(scores[step * classes + label])
                    if label == blank {
                        next[beam.labels, default: Beam(labels: beam.labels)].addBlank(beam.total + score)
                    } else if label == beam.labels.last {
                        // Without a blank in between, a repetition is the same label.
                        next[beam.labels, default: Beam(labels: beam.labels)].addLabel(
                            beam.endingInLabel + score)
                        let longer = beam.labels + [label]
                        next[longer, default: Beam(labels: longer)].addLabel(beam.endingInBlank + score)
                    } else {
                        let longer = beam.labels + [label]
                        next[longer, default: Beam(labels: longer)].addLabel(beam.total + score)
                    }
                }
            }
            // Ties are broken by the labels, so that the result does not depend on the order of a dictionary.
            beams = Array(next.values.sorted(by: Beam.isBefore).prefix(width))
        }
        return beams.map { ($0.labels, $0.total) }
    }

    /// A label sequence with the log probabilities of its alignments.
    private struct Beam {
        let labels: [Int]
        var endingInBlank = -Double.infinity
        var endingInLabel = -Double.infinity

        var total: Double { Self.sum(endingInBlank, endingInLabel) }

        mutating func addBlank(_ score: Double) { endingInBlank = Self.sum(endingInBlank, score) }
        mutating func addLabel(_ score: Double) { endingInLabel = Self.sum(endingInLabel, score) }

        static func isBefore(_ a: Beam, _ b: Beam) -> Bool {
            let (first, second) = (a.total, b.total)
            return first == second ? a.labels.lexicographicallyPrecedes(b.labels) : first > second
        }

        private static func sum(_ a: Double, _ b: Double) -> Double {
            let (high, low) = (Swift.max(a, b), Swift.min(a, b))
            return low == -.infinity ? high : high + log1p(exp(low - high))
        }
    }
}
