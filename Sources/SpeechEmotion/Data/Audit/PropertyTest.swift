import Autograd

/// Tests whether a numeric property of the clips predicts their class.
///
/// A simple classifier is cross-validated, speaker-independently if speakers are known: the property is divided into
/// bins at quantiles of the training clips, and each bin predicts the class that is most frequent in it relative to the
/// size of the class. The unweighted average recall (UAR) is compared with that of the same classifier on permuted
/// labels. If speakers are known, their label lists are exchanged between speakers and shuffled within each, so that
/// neither speaker identity nor an unbalanced design alone makes a difference.
struct PropertyTest {
    /// The result for a property.
    struct Outcome: Equatable {
        /// The UAR, pooled over all folds.
        var recall: Double
        /// The fraction of permuted labels with a UAR at least as high.
        var pValue: Double
    }

    private let labels: [Int]
    private let classes: Int
    private let folds: [Int]
    private let shuffling: LabelShuffling

    private static let mostFolds = 10
    /// The maximum number of bins if there are enough clips; at least one per class.
    private static let mostBins = 10

    /// Creates a test from the classes of clips, from 0, and their speakers, from 0; nil if speakers are unknown.
    init(labels: [Int], classes: Int, speakers: [Int]?) {
        self.labels = labels
        self.classes = classes
        shuffling = LabelShuffling(labels, groups: speakers)
        let speakerCount = (speakers?.max() ?? -1) + 1
        if let speakers, speakerCount > 1 {
            var sizes = [Int](repeating: 0, count: speakerCount)
            for speaker in speakers { sizes[speaker] += 1 }
            // Largest first, each to the smallest fold.
            let order = sizes.indices.sorted { (-sizes[$0], $0) < (-sizes[$1], $1) }
            var totals = [Int](repeating: 0, count: min(Self.mostFolds, speakerCount))
            var foldOfSpeaker = [Int](repeating: 0, count: speakerCount)
            for speaker in order {
                let fold = totals.indices.min { (totals[$0], $0) < (totals[$1], $1) } ?? 0
                foldOfSpeaker[speaker] = fold
                totals[fold] += sizes[speaker]
            }
            folds = speakers.map { foldOfSpeaker[$0] }
        } else {
            let order = RandomGenerator(seed: 0).split("folds").permutation(labels.count)
            var folds = [Int](repeating: 0, count: labels.count)
            for (place, clip) in order.enumerated() { folds[clip] = place % Self.mostFolds }
            self.folds = folds
        }
    }

    /// Returns the results for several properties, given by a value per clip. Permutations are added until the p-value
    /// is known well enough: 1,000, or until ten of them did as well as the real labels.
    func outcomes(_ properties: [[Double]]) -> [Outcome] {
        let binned = properties.map(binned)
        let recalls = binned.map { recall(labels, $0) }
        var exceeded = [Int](repeating: 0, count: properties.count)
        var draws = [Int](repeating: 0, count: properties.count)
        for start in stride(from: 0, to: LabelShuffling.draws, by: LabelShuffling.batch) {
            let open = properties.indices.filter { exceeded[$0] < LabelShuffling.enough }
            guard !open.isEmpty else { break }
            let count = min(LabelShuffling.batch, LabelShuffling.draws - start)
            let results = parallelMap(count) { draw in
                let shuffled = shuffling.labels(start + draw)
                return open.map { recall(shuffled, binned[$0]) >= recalls[$0] - 1e-12 }
            }
            for (place, property) in open.enumerated() {
                exceeded[property] += results.count { $0[place] }
                draws[property] += count
            }
        }
        return properties.indices.map {
            Outcome(recall: recalls[$0], pValue: Double(exceeded[$0] + 1) / Double(draws[$0] + 1))
        }
    }

    /// The bins of all clips, fold by fold.
    private func binned(_ values: [Double]) -> [[Int32]] {
        (0...(folds.max() ?? 0)).map { fold in
            let training = values.indices.filter { folds[$0] != fold }.map { values[$0] }.sorted()
            let bins = max(2, classes, min(Self.mostBins, training.count / (10 * max(classes, 1))))
            var edges: [Double] = []
            for bin in 1..<bins {
                let edge = training.quantile(Double(bin) / Double(bins))
                if edge > edges.last ?? -.infinity { edges.append(edge) }
            }
            // A value that many clips share, such as a sample rate, may be the minimum and every edge at once.
            return values.map { value in Int32(edges.count { $0 < value }) }
        }
    }

    /// The UAR of the classifier over all folds.
    private func recall(_ labels: [Int], _ binned: [[Int32]]) -> Double {
        var right = [Int](repeating: 0, count: classes)
        var sizes = right
        for label in labels { sizes[label] += 1 }
        for (fold, bins) in binned.enumerated() {
            let binCount = Int(bins.max() ?? 0) + 1
            var counts = [Int](repeating: 0, count: binCount * classes)
            var training = [Int](repeating: 0, count: classes)
            for clip in labels.indices where folds[clip] != fold {
                counts[Int(bins[clip]) * classes + labels[clip]] += 1
                training[labels[clip]] += 1
            }
            let answers = (0..<binCount).map { bin -> Int in
                var (best, bestScore) = (0, -1.0)
                for label in 0..<classes where training[label] > 0 {
                    let score =
                        Double(counts[bin * classes + label] + 1) / Double(training[label] + binCount)
                    if score > bestScore { (best, bestScore) = (label, score) }
                }
                return best
            }
            for clip in labels.indices where folds[clip] == fold && answers[Int(bins[clip])] == labels[clip] {
                right[labels[clip]] += 1
            }
        }
        let recalls = zip(right, sizes).filter { $1 > 0 }.map { Double($0) / Double($1) }
        return recalls.isEmpty ? .nan : recalls.reduce(0, +) / Double(recalls.count)
    }
}
