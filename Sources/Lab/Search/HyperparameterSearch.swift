import Autograd
import Configuration
import Foundation
import Layers
import Reports
import SpeechEmotion
import Synchronization

/// The search of a run: scores trials by cross-validation inside the training set and returns the best values.
struct HyperparameterSearch {
    private let experiment: Experiment
    private let search: SearchOptions
    private let space: SearchSpace
    private let scorer: TrialScorer
    private let observer: any RunObserver
    private var log: SearchLog

    init(
        _ experiment: Experiment, _ search: SearchOptions, data: ExperimentData, cache: FeatureCache?,
        file: String, observer: any RunObserver
    ) throws {
        (self.experiment, self.search, self.observer) = (experiment, search, observer)
        space = SearchSpace(search.parameters)
        log = try SearchLog(file)
        scorer = try Self.scorer(search, data: data, cache: cache, observer: observer)
    }

    /// Creates the scorer of a cross-validation inside the training set.
    static func scorer(
        _ search: SearchOptions, data: ExperimentData, cache: FeatureCache?, observer: any RunObserver
    ) throws -> TrialScorer {
        let memory = FeatureMemory(data, cache: cache)
        return TrialScorer(
            search: search, folds: try folds(search, data), data: data,
            loading: { try memory.loading($0) }, shouldStop: { observer.shouldStop })
    }

    /// Runs all trials that are not in the log and returns them, with the index of the best.
    mutating func run() throws -> SearchResult {
        let method = search.method.value
        let generator = RandomGenerator(seed: UInt64(search.seed)).split("search")
        let total = method.count(space)
        let halving = method as? HalvingMethod
        observer.begin(
            "Search: \(SearchResult.size(halving?.size(0) ?? total, scored: halving.map { _ in total })), \(NumberText.count(scorer.folds.count, "fold"))"
        )
        if !log.trials.isEmpty {
            observer.remark("search: \(NumberText.count(log.trials.count, "trial")) from the log")
        }
        while true {
            let requests = method.next(space, log.trials, generator)
            guard !requests.isEmpty else { break }
            try score(requests, of: total)
        }
        return try SearchResult(search, log.trials)
    }

    /// Scores trials in groups, each of which is logged when it is complete.
    private mutating func score(_ requests: [Trial.Request], of total: Int) throws {
        let folds = scorer.folds.count
        let size = max(1, 8 * Parallel.threads / folds)
        for start in stride(from: 0, to: requests.count, by: size) {
            let group = Array(requests[start..<min(start + size, requests.count)])
            let tasks = group.indices.flatMap { trial in (0..<folds).map { (trial, $0) } }
            let experiments = group.map { request in
                Result { try experiment.applying(request.values, of: search) }
            }
            let results = evaluated(tasks.map { (experiments[$0.0], group[$0.0].budget, $0.1) })
            for (index, request) in group.enumerated() {
                let own = results[index * folds..<(index + 1) * folds]
                var trial = Trial(request: request, scores: [])
                for result in own {
                    switch result {
                    case .success(let score): trial.scores.append(score)
                    case .failure(let stop as RunStopped): throw stop
                    case .failure(let error): trial.failure = "\(error)"
                    }
                }
                if trial.failure != nil { trial.scores = [] }
                try log.append(trial)
                observer.advance(log.trials.count, of: total, note: note(log.trials))
            }
            if observer.shouldStop { throw RunStopped(isSaved: true) }
        }
    }

    /// Fitted models are scored side by side, one per thread; networks use all threads for each.
    private func evaluated(
        _ tasks: [(Result<Experiment, any Error>, Double, Int)]
    ) -> [Result<Double, any Error>] {
        let scorer = scorer
        @Sendable func score(_ task: (Result<Experiment, any Error>, Double, Int)) -> Result<
            Double, any Error
        > {
            Result { try scorer.score(task.0.get(), budget: task.1, fold: task.2) }
        }
        let isFitted = tasks.allSatisfy { (try? $0.0.get())?.model.spec.hasEstimator == true }
        return isFitted ? parallelMap(tasks.count) { score(tasks[$0]) } : tasks.map(score)
    }

    private func note(_ trials: [Trial]) -> String {
        guard let best = SearchResult.best(trials) else { return "" }
        let value = search.isMinimized ? -trials[best].mean : trials[best].mean
        return "best \(search.metric) \(NumberText.fixed(value))"
    }

    /// The folds inside the training set, or the validation set as the only fold.
    private static func folds(_ search: SearchOptions, _ data: ExperimentData) throws -> [TrialScorer.Fold] {
        let train = try data.clips(.train)
        guard let count = search.folds else {
            return [TrialScorer.Fold(train: train, test: try data.clips(.validation))]
        }
        var split = KFoldSplit()
        (split.folds, split.seed) = (count, search.seed)
        if data.isSpeakerIndependent(.test) == true { split.by = "speaker" }
        var inside = data.corpus
        inside.clips = train
        return try split.split(inside).map { fold in
            TrialScorer.Fold(
                train: try inside.clips(of: .train, in: fold), test: try inside.clips(of: .test, in: fold))
        }
    }
}

/// Keeps features in memory for the trials of a search, which use the same ones again and again.
final class FeatureMemory: Sendable {
    private let data: ExperimentData
    private let cache: FeatureCache?
    private let known = Mutex<[String: FeatureLoading]>([:])

    init(_ data: ExperimentData, cache: FeatureCache?) { (self.data, self.cache) = (data, cache) }

    /// The loading of a trial's features: shared by all trials with the same pipeline.
    func loading(_ experiment: Experiment) throws -> FeatureLoading {
        // Copies that leak into other subsets are part of the data's own source.
        if experiment.augmentation.leaksCopies { return data.loading }
        let key = experiment.features.encode().line
        if let found = known.withLock({ $0[key] }) { return found }
        var loading = data.loading
        loading.source = RememberedFeatures(try FeatureExtractor(experiment.features, cache: cache))
        loading.normalizing = experiment.features.normalize
        let made = loading
        return known.withLock { known in
            // Only the newest pipelines stay, so that memory does not grow with a search of features.
            if known.count > 4 { known.removeAll() }
            known[key] = known[key] ?? made
            return known[key] ?? made
        }
    }
}

/// A source that computes the features of a clip once.
final class RememberedFeatures: FeatureSource {
    let shape: [Int]
    private let source: any FeatureSource
    private let known = Mutex<[String: Features]>([:])

    init(_ source: any FeatureSource) { (self.source, shape) = (source, source.shape) }

    func features(of clip: Clip, transforms: [WaveformTransform?]) throws -> [Features] {
        let keys = transforms.map { transform -> String? in
            guard let transform else { return clip.id }
            return transform.key.map { clip.id + "\n" + $0 }
        }
        let found = known.withLock { known in keys.map { $0.flatMap { known[$0] } } }
        let complete = found.compactMap { $0 }
        if complete.count == transforms.count { return complete }
        let made = try source.features(of: clip, transforms: transforms)
        known.withLock { known in
            for (key, features) in zip(keys, made) { if let key { known[key] = features } }
        }
        return made
    }
}
