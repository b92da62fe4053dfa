import Autograd
import Glibc
import Metrics
import TestSupport
import Testing

/// Intervals and tests over folds on results of classifiers that are trained on each training set. The training sets overlap, so that
/// the results of folds are correlated by more than any formula assumes.
@Suite struct ResampledDataTests {
    /// A classifier of two classes in three dimensions.
    enum Classifier: Sendable, CaseIterable { case nearestCentroid, nearestNeighbor }

    /// How a corpus is divided, several times.
    struct Division: Sendable, CustomTestStringConvertible {
        var count: Int
        /// Whether the test sets are disjoint (k-fold); otherwise each is drawn anew.
        var isKFold: Bool
        var testDescription: String { isKFold ? "\(count) folds" : "\(count) hold-outs" }
        /// Of the sizes of test and training set.
        var testToTrain: Double { isKFold ? 1 / Double(count - 1) : 0.25 }

        func testSets(_ clips: Int, _ generator: RandomGenerator) -> [Set<Int>] {
            var order = shuffled(clips, generator)
            return (0..<count).map { fold in
                if isKFold {
                    return Set(order[fold * clips / count..<(fold + 1) * clips / count])
                }
                order = shuffled(clips, generator)
                return Set(order.prefix(clips / 5))
            }
        }

        private func shuffled(_ count: Int, _ generator: RandomGenerator) -> [Int] {
            (0..<count).map { ($0, generator.uniform()) }.sorted { $0.1 < $1.1 }.map(\.0)
        }
    }

    /// Clips with two groups of three features, which are equally informative.
    private struct Corpus {
        var classes: [Int] = []
        var features: [[[Double]]] = [[], []]

        init(_ count: Int, _ generator: RandomGenerator) {
            for _ in 0..<count {
                classes.append(generator.below(2))
                let mean = Double(2 * (classes.last ?? 0) - 1) * 0.4
                for group in 0..<2 { features[group].append((0..<3).map { _ in mean + generator.normal() }) }
            }
        }

        /// The accuracy on the test set of a classifier that uses one group of features and is trained on the other clips.
        func accuracy(_ classifier: Classifier, _ group: Int, on test: Set<Int>) -> Double {
            let results = results(classifier, group, on: test)
            return results.reduce(0, +) / Double(results.count)
        }

        /// For each clip of the test set, in ascending order, 1 if such a classifier is right, and 0 otherwise.
        func results(_ classifier: Classifier, _ group: Int, on test: Set<Int>) -> [Double] {
            let train = classes.indices.filter { !test.contains($0) }
            let predict = trained(classifier, group, train)
            return test.sorted().map { predict(features[group][$0]) == classes[$0] ? 1 : 0 }
        }

        func trained(_ classifier: Classifier, _ group: Int, _ train: [Int]) -> ([Double]) -> Int {
            let rows = features[group]
            switch classifier {
            case .nearestCentroid:
                let centroids = (0..<2).map { label in
                    let own = train.filter { classes[$0] == label }
                    return (0..<3).map { k in
                        own.reduce(0.0) { $0 + rows[$1][k] } / Double(max(own.count, 1))
                    }
                }
                return { row in
                    Self.distance(row, centroids[1]) < Self.distance(row, centroids[0]) ? 1 : 0
                }
            case .nearestNeighbor:
                return { row in
                    var (best, least) = (0, Double.infinity)
                    for place in train {
                        let distance = Self.distance(row, rows[place])
                        if distance < least { (best, least) = (place, distance) }
                    }
                    return classes[best]
                }
            }
        }

        private static func distance(_ a: [Double], _ b: [Double]) -> Double {
            (0..<3).reduce(0.0) { $0 + (a[$1] - b[$1]) * (a[$1] - b[$1]) }
        }
    }

    private static let rounds = 1000

    /// How often a test at 0.05 finds a difference between two classifiers that are equally good by construction: with the correction of
    /// Nadeau and Bengio, and without.
    private func alarms(
        _ classifier: Classifier, _ division: Division, clips: Int
    ) -> (corrected: Double, plain: Double) {
        let generator = RandomGenerator(seed: 31).split("\(classifier) \(division.testDescription)")
        var counts = (corrected: 0, plain: 0)
        for _ in 0..<Self.rounds {
            let corpus = Corpus(clips, generator)
            let differences = division.testSets(clips, generator).map {
                corpus.accuracy(classifier, 0, on: $0) - corpus.accuracy(classifier, 1, on: $0)
            }
            let corrected = FoldResults(differences, testToTrain: division.testToTrain)
            counts.corrected += corrected.pValue <= 0.05 ? 1 : 0
            counts.plain += FoldResults(differences).pValue <= 0.05 ? 1 : 0
        }
        return (
            Double(counts.corrected) / Double(Self.rounds), Double(counts.plain) / Double(Self.rounds)
        )
    }

    /// Repeated hold-outs, for which the correction was made, with a stable classifier.
    @Test(arguments: [5, 10, 15]) func repeatedHoldOuts(_ count: Int) {
        let found = alarms(.nearestCentroid, Division(count: count, isKFold: false), clips: 100)
        #expect((0.03...0.07).contains(found.corrected))
        #expect(found.plain > 0.1)
    }

    /// An unstable classifier, whose predictions depend on single training clips, has more false positives with few clips.
    @Test func repeatedHoldOutsOfUnstableClassifier() {
        let found = alarms(.nearestNeighbor, Division(count: 10, isKFold: false), clips: 50)
        #expect((0.05...0.12).contains(found.corrected))
        #expect(found.plain > 0.25)
    }

    /// The pooled test over all clips, each of which is tested once, is nearly right for a stable classifier only. Results of folds do not
    /// tell the classifiers apart: the variance between folds explains half of the variance of the mean of an unstable classifier.
    @Test(arguments: Classifier.allCases) func pooledTestOfKFold(_ classifier: Classifier) throws {
        let generator = RandomGenerator(seed: 34).split("\(classifier)")
        let (division, clips) = (Division(count: 5, isKFold: true), 100)
        let folds = try (0..<Self.rounds).map { _ in
            let corpus = Corpus(clips, generator)
            let pairs = division.testSets(clips, generator).map { test in
                (0..<2).map { corpus.results(classifier, $0, on: test) }
            }
            let isAlarm = try PairedTest.student(pairs.flatMap { $0[0] }, pairs.flatMap { $0[1] }) <= 0.05
            let differences = pairs.map {
                zip($0[0], $0[1]).reduce(0) { $0 + $1.0 - $1.1 } / Double($0[0].count)
            }
            return (isAlarm: isAlarm, results: FoldResults(differences))
        }
        let alarms = Double(folds.count(where: \.isAlarm)) / Double(Self.rounds)
        let (variance, explained) = folds.reduce((0.0, 0.0)) { sums, fold in
            let deviation = fold.results.deviation
            return (
                sums.0 + fold.results.mean * fold.results.mean,
                sums.1 + deviation * deviation / Double(division.count)
            )
        }
        let note = "\(alarms) alarms; the variance is \(variance / explained) times that between folds"
        if classifier == .nearestCentroid {
            #expect((0.04...0.08).contains(alarms) && variance / explained < 1.3, "\(note)")
        } else {
            #expect(alarms > 0.1 && variance / explained > 1.7, "\(note)")
        }
    }

    /// In k-fold cross-validation, the correction is conservative for a stable classifier and right for an unstable one. A plain t-test is
    /// right for the stable classifier only.
    @Test(arguments: [5, 10]) func kFoldCrossValidation(_ count: Int) {
        let division = Division(count: count, isKFold: true)
        let stable = alarms(.nearestCentroid, division, clips: 100)
        #expect(stable.corrected < 0.04)
        #expect((0.03...0.07).contains(stable.plain))
        let unstable = alarms(.nearestNeighbor, division, clips: 50)
        #expect((0.03...0.07).contains(unstable.corrected))
        #expect(unstable.plain > 0.09)
    }

    /// Without the correction, the interval of k-fold cross-validation covers the mean accuracy of the trained models and that of the
    /// training procedure if the classifier is stable (Bayle et al. 2020). With an unstable one it is too narrow; the correction makes up
    /// for it.
    @Test(arguments: Classifier.allCases) func intervalsOfKFold(_ classifier: Classifier) {
        let generator = RandomGenerator(seed: 33).split("\(classifier)")
        let (division, clips) = (Division(count: 5, isKFold: true), 100)
        let rounds = classifier == .nearestCentroid ? Self.rounds : Self.rounds / 2
        let fresh = Corpus(classifier == .nearestCentroid ? 5000 : 2000, generator)
        var found: [(plain: ConfidenceInterval, corrected: ConfidenceInterval, models: Double)] = []
        for _ in 0..<rounds {
            let corpus = Corpus(clips, generator)
            let tests = division.testSets(clips, generator)
            let values = tests.map { corpus.accuracy(classifier, 0, on: $0) }
            let right = tests.reduce(0) { sum, test in
                let predict = corpus.trained(classifier, 0, (0..<clips).filter { !test.contains($0) })
                return sum
                    + fresh.classes.indices.count { predict(fresh.features[0][$0]) == fresh.classes[$0] }
            }
            found.append(
                (
                    FoldResults(values).interval(of: .accuracy),
                    FoldResults(values, testToTrain: 0.25).interval(of: .accuracy),
                    Double(right) / Double(tests.count * fresh.classes.count)
                ))
        }
        let procedure = found.reduce(0) { $0 + $1.models } / Double(rounds)
        func share(
            _ covers: ((plain: ConfidenceInterval, corrected: ConfidenceInterval, models: Double)) -> Bool
        )
            -> Double
        { Double(found.count(where: covers)) / Double(rounds) }
        let models = share { $0.plain.low <= $0.models && $0.models <= $0.plain.high }
        let plain = share { $0.plain.low <= procedure && procedure <= $0.plain.high }
        let corrected = share { $0.corrected.low <= procedure && procedure <= $0.corrected.high }
        let note = "\(models) of models, \(plain) of the procedure, corrected \(corrected)"
        if classifier == .nearestCentroid {
            #expect((0.93...0.97).contains(models) && (0.93...0.97).contains(plain), "\(note)")
            #expect(corrected > 0.97, "\(note)")
        } else {
            #expect((0.86...0.93).contains(models) && plain < 0.91, "\(note)")
            #expect((0.93...0.97).contains(corrected), "\(note)")
        }
    }

    /// Repeated hold-outs: the corrected interval covers the expected accuracy of the training procedure.
    @Test func intervalsOfRepeatedHoldOuts() {
        let generator = RandomGenerator(seed: 32)
        let division = Division(count: 10, isKFold: false)
        let results = (0..<Self.rounds).map { _ in
            let corpus = Corpus(100, generator)
            return FoldResults(
                division.testSets(100, generator).map { corpus.accuracy(.nearestCentroid, 0, on: $0) },
                testToTrain: 0.25)
        }
        let truth = results.reduce(0) { $0 + $1.mean } / Double(Self.rounds)
        let covered = results.count {
            let interval = $0.interval(of: .accuracy)
            return interval.low <= truth && truth <= interval.high
        }
        #expect((930...970).contains(covered), "covers \(covered) of 1000")
    }
}
