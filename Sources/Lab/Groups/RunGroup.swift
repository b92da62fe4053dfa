import Configuration
import Layers
import Metrics
import Reports
import SpeechEmotion

/// The runs of one variant over seeds and folds, taken as one result: a cross-validation, repeated hold-outs, or a single run.
public struct RunGroup: Sendable {
    /// One run.
    public struct Member: Sendable {
        /// The folder of the run.
        public var path: String
        public var seed: Int
        /// Which split, from 1.
        public var fold: Int
        /// The metrics of the measured set; those that are not finite are left out.
        public var figures: [String: Double]
        /// nil where they cannot be read.
        public var predictions: Predictions?
        /// Whether no speaker was trained on; nil where that is not known.
        public var speakerIndependent: Bool?
        /// The number of clips measured divided by that of clips trained on.
        public var testToTrain: Double

        /// A run that has ended.
        public init(_ record: RunRecord) throws {
            let result = try record.requireEnd()
            path = record.path
            (seed, fold) = (record.experiment.seed, record.experiment.fold)
            figures = Dictionary(
                result.test.entries.compactMap { entry in entry.value.map { (entry.name, $0) } },
                uniquingKeysWith: { first, _ in first })
            predictions = record.predictions
            speakerIndependent = result.speakerIndependent
            let split = record.split
            testToTrain =
                Double(split?[result.part].count ?? 0) / Double(max(split?.train.count ?? 1, 1))
        }

        /// A run of which only the metrics are known.
        public init(seed: Int, fold: Int, figures: [String: Double]) {
            (path, self.seed, self.fold, self.figures) = ("", seed, fold, figures)
            (predictions, speakerIndependent, testToTrain) = (nil, nil, 0)
        }
    }

    /// What is taken as independent in intervals and tests.
    public enum Unit: String, Sendable, CaseIterable, ConfigurationValue { case speakers, folds, clips }

    /// What tables call it.
    public var name: String
    /// In the order of seeds, then folds.
    public let members: [Member]

    /// A group of runs.
    public init(_ name: String, _ members: [Member]) {
        self.name = name
        self.members = members.sorted { ($0.seed, $0.fold) < ($1.seed, $1.fold) }
    }

    /// The seeds without repetition, in ascending order.
    public var seeds: [Int] { Set(members.map(\.seed)).sorted() }
    /// The folds without repetition, in ascending order.
    public var folds: [Int] { Set(members.map(\.fold)).sorted() }

    /// Whether no test speaker was trained on, in any run; nil where that is not known of one.
    public var speakerIndependent: Bool? {
        let known = members.map(\.speakerIndependent)
        if known.contains(false) { return false }
        return known.allSatisfy { $0 == true } && !known.isEmpty ? true : nil
    }

    /// The test predictions of all folds together for each seed; nil where the predictions of a run are missing or have other classes.
    public var pooled: [Predictions]? {
        guard !members.isEmpty else { return nil }
        var all: [Predictions] = []
        for seed in seeds {
            let parts = members.filter { $0.seed == seed }.compactMap(\.predictions)
            guard parts.count == members.count(where: { $0.seed == seed }),
                let predictions = try? Predictions.pooled(parts)
            else { return nil }
            all.append(predictions)
        }
        return all
    }

    /// What is independent, unless told otherwise: speakers who were not trained on; else folds where there are enough; else clips.
    public var unit: Unit {
        if speakerIndependent != false, members.allSatisfy({ $0.predictions?.knownSpeakers != nil }),
            !members.isEmpty
        {
            return .speakers
        }
        return folds.count >= FoldResults.fewest ? .folds : .clips
    }

    /// How correlated the folds' results are taken to be: not at all where each clip is tested once, by a model that has not seen
    /// its speaker; by the overlap of the training sets otherwise.
    var testToTrain: Double {
        let ids = members.filter { $0.seed == members.first?.seed }.flatMap { $0.predictions?.ids ?? [] }
        if speakerIndependent == true, Set(ids).count == ids.count { return 0 }
        return members.reduce(0) { $0 + $1.testToTrain } / Double(max(members.count, 1))
    }

    /// The results of the folds in a metric, averaged over seeds.
    public func foldResults(_ figure: String) -> [(fold: Int, mean: Double)] {
        folds.compactMap { fold in
            let values = members.filter { $0.fold == fold }.compactMap { $0.figures[figure] }
            return values.isEmpty ? nil : (fold, values.reduce(0, +) / Double(values.count))
        }
    }

    /// What was done, for people: "5-fold speaker-independent cross-validation, 20 speakers, 1,200 clips, 3 seeds".
    public var protocolText: String {
        let kind =
            switch speakerIndependent {
            case true?: "speaker-independent "
            case false?: "speaker-dependent "
            case nil: ""
            }
        var words = [
            folds.count > 1 ? "\(folds.count)-fold \(kind)cross-validation" : "\(kind)hold-out test"
        ]
        if let first = pooled?.first {
            if let speakers = first.knownSpeakers {
                words.append(NumberText.count(speakers.count, "test speaker"))
            }
            words.append(NumberText.count(Set(first.ids).count, "test clip"))
        }
        words.append(NumberText.count(seeds.count, "seed"))
        return words.joined(separator: ", ")
    }
}
