import Autograd
import SpeechEmotion
import Training

extension Predictor {
    /// Predicts recordings in order, computing features on all threads and predictions in batches. A recording longer than the
    /// model's input is split into windows. If the model's features are normalized by speaker, all recordings are treated as
    /// those of one speaker and predicted after the last one has been read.
    ///
    /// - Parameters:
    ///   - windows: How to split longer recordings into windows.
    ///   - attention: Whether to return the attention weights over time.
    ///   - check: Called with the index of each recording before it is processed; an error it throws ends the prediction.
    ///   - progress: Called with the index of a windowed recording and the seconds processed so far; an error it throws ends the
    ///     prediction.
    ///   - each: Called in order with the index of each recording and its prediction or error.
    public func predict(
        _ paths: [String], windows options: WindowOptions = WindowOptions(), cache: FeatureCache? = nil,
        attention: Bool = false, adaptation: SpeakerAdaptation? = nil,
        check: (Int) throws -> Void = { _ in },
        progress: (_ index: Int, _ seconds: Double) throws -> Void = { _, _ in },
        each: (Int, Result<RecordingPrediction, any Error>) throws -> Void
    ) throws {
        let windows = try windows(options)
        let extractor = try FeatureExtractor(pipeline, cache: cache)
        try adaptation?.check(self)
        let isOneSpeaker = pipeline.normalize != .none || adaptation != nil
        let extent = pipeline.extent
        // What is removed with silence is not known.
        let used = windows == nil && extent.secondsWithSilence == nil ? extent.seconds : nil
        var waiting: [(index: Int, result: Result<RecordingFeatures, any Error>)] = []
        func flush() throws {
            try predict(
                &waiting, paths, attention: attention, adaptation: adaptation, check: check, each: each)
        }
        for start in stride(from: 0, to: paths.count, by: Self.batch) {
            let part = Array(paths[start..<min(start + Self.batch, paths.count)])
            let isLong = parallelMap(part.count) { index in
                windows.map { self.isLong(part[index], $0) } ?? false
            }
            // Other errors are reported when the file is read.
            let warnings = parallelMap(part.count) { index in
                isLong[index]
                    ? [] : (try? AudioFile.warnings(part[index], offset: extent.lead, duration: used)) ?? []
            }
            var next = 0
            while next < part.count {
                let end = isLong[next...].firstIndex(of: true) ?? part.count
                let (first, names) = (start + next, Array(part[next..<end]))
                try extractor.forEach(names, copies: tta) { offset, result in
                    try check(first + offset)
                    let recording = result.flatMap { copies in
                        Result {
                            RecordingFeatures(
                                try copies.map { try $0.finite(names[offset]) },
                                warnings[first - start + offset])
                        }
                    }
                    waiting.append((first + offset, recording))
                    if waiting.count == Self.batch, !isOneSpeaker { try flush() }
                }
                next = end
                guard next < part.count, let windows else { break }
                let index = start + next
                try check(index)
                if isOneSpeaker {
                    let recording = try stoppable { stop in
                        try features(ofWindows: paths[index], windows) { seconds in
                            try stop.passing { try progress(index, seconds) }
                        }
                    }
                    waiting.append((index, recording))
                } else {
                    try flush()
                    let result = try stoppable { stop in
                        try predict(paths[index], windows, attention) { seconds in
                            try stop.passing { try progress(index, seconds) }
                        }
                    }
                    try each(index, result)
                }
                next += 1
            }
        }
        try flush()
    }

    /// Predicts one recording, split into windows if it is longer than the model's input. Throws if it cannot be read or
    /// predicted.
    public func prediction(
        ofFile path: String, windows: WindowOptions = WindowOptions(), attention: Bool = false
    ) throws -> RecordingPrediction {
        var found: RecordingPrediction?
        try predict([path], windows: windows, attention: attention) { found = try $1.get() }
        guard let found else { throw FileError.noPrediction(path) }
        return found
    }

    /// The number of recordings or windows per batch.
    static let batch = 32

    /// The features of a whole recording, or of each of its windows.
    private struct RecordingFeatures {
        var sounds: [[Features]]
        /// The times of the windows and the warnings about them; nil for a whole recording.
        var times: [(start: Double, end: Double, warnings: [AudioWarning])]?
        /// The warnings about a whole recording.
        var warnings: [AudioWarning] = []

        init(_ copies: [Features], _ warnings: [AudioWarning]) {
            (sounds, self.warnings) = ([copies], warnings)
        }

        init(windows: [WindowFeatures]) {
            sounds = windows.map(\.copies)
            times = windows.map { ($0.start, $0.end, $0.warnings) }
        }
    }

    /// Predicts a long recording window by window, holding one batch of windows in memory.
    private func predict(
        _ path: String, _ windows: RecordingWindows, _ attention: Bool, progress: (Double) throws -> Void
    ) throws -> RecordingPrediction {
        var predicted: [RecordingPrediction.Window] = []
        try eachWindows(ofFile: path, windows) { batch in
            let predictions = try predictions(for: batch.map(\.copies), attention: attention) {
                try progress(predicted.last?.end ?? 0)
            }
            predicted += try zip(batch, predictions).map { window, prediction in
                .init(
                    start: window.start, end: window.end, prediction: try prediction.checked(path),
                    warnings: window.warnings)
            }
            if let last = batch.last { try progress(last.end) }
        }
        return RecordingPrediction(windows: predicted)
    }

    /// Returns the features of all windows of a recording.
    private func features(
        ofWindows path: String, _ windows: RecordingWindows, progress: (Double) throws -> Void
    ) throws -> RecordingFeatures {
        var found: [WindowFeatures] = []
        try eachWindows(ofFile: path, windows) { batch in
            found += batch
            if let last = batch.last { try progress(last.end) }
        }
        return RecordingFeatures(windows: found)
    }

    /// Predicts the waiting recordings and passes the results on in order.
    private func predict(
        _ waiting: inout [(index: Int, result: Result<RecordingFeatures, any Error>)], _ paths: [String],
        attention: Bool, adaptation: SpeakerAdaptation?, check: (Int) throws -> Void,
        each: (Int, Result<RecordingPrediction, any Error>) throws -> Void
    ) throws {
        var sounds = waiting.flatMap { (try? $0.result.get())?.sounds ?? [] }
        if adaptation == .normalization {
            normalizeRunning(&sounds)
        } else if pipeline.normalize != .none, !sounds.isEmpty {
            try normalize(&sounds)
        }
        func predicted() throws -> ArraySlice<Prediction> {
            var predictions: ArraySlice<Prediction> = []
            for start in stride(from: 0, to: sounds.count, by: Self.batch) {
                try check(start)
                let batch = sounds[start..<min(start + Self.batch, sounds.count)]
                predictions += self.predictions(for: Array(batch), attention: attention)
            }
            return predictions
        }
        var predictions =
            adaptation == .batchNorm && !sounds.isEmpty
            ? try model.withNormStatistics(
                of: Batch(sounds.map { $0[0] }, labels: sounds.map { _ in 0 }, ids: []).inputs, predicted)
            : try predicted()
        for (index, result) in waiting {
            switch result {
            case .success(let recording):
                let own = predictions.prefix(recording.sounds.count)
                predictions = predictions.dropFirst(recording.sounds.count)
                try each(
                    index,
                    Result {
                        let checked = try own.map { try $0.checked(paths[index]) }
                        guard let times = recording.times else {
                            return RecordingPrediction(checked[0], warnings: recording.warnings)
                        }
                        return RecordingPrediction(
                            windows: zip(times, checked).map {
                                .init(start: $0.start, end: $0.end, prediction: $1, warnings: $0.warnings)
                            })
                    })
            case .failure(let error): try each(index, .failure(error))
            }
        }
        waiting = []
    }

    /// Normalizes each copy separately, with the recordings or windows up to each.
    private func normalizeRunning(_ sounds: inout [[Features]]) {
        for copy in 0..<tta.count {
            var statistics = SpeakerStatistics()
            for sound in sounds.indices {
                statistics.add(sounds[sound][copy])
                sounds[sound][copy] = SpeakerNormalization(statistics)(sounds[sound][copy])
            }
        }
    }

    /// Normalizes each copy separately, as in training.
    private func normalize(_ sounds: inout [[Features]]) throws {
        for copy in 0..<tta.count {
            let normalization = try pipeline.normalize.fit(sounds.map { $0[copy] })
            for sound in sounds.indices { sounds[sound][copy] = normalization(sounds[sound][copy]) }
        }
    }
}

/// Distinguishes an error that ends the whole prediction from one that affects a single recording.
private final class Stop {
    var error: (any Error)?

    func passing(_ body: () throws -> Void) throws {
        do { try body() } catch {
            self.error = error
            throw error
        }
    }
}

/// Returns the result of `body`; an error passed through its `Stop` is thrown.
private func stoppable<Value>(_ body: (Stop) throws -> Value) throws -> Result<Value, any Error> {
    let stop = Stop()
    let result = Result { try body(stop) }
    if let error = stop.error { throw error }
    return result
}

extension FileError {
    fileprivate static func noPrediction(_ path: String) -> FileError {
        FileError(
            file: path, place: "prediction", found: "no prediction",
            allowed: "a readable recording")
    }
}

extension Features {
    /// Returns the features. Throws if any value is NaN or infinite.
    func finite(_ sound: String) throws -> Features {
        guard values.allSatisfy(\.isFinite) else {
            throw FileError(
                file: sound, place: "features", found: "NaN or infinite values",
                allowed: "a recording with finite features")
        }
        return self
    }
}

extension Predictor.Prediction {
    /// Returns the prediction. Throws if any probability is NaN or infinite.
    public func checked(_ sound: String) throws -> Self {
        guard probabilities.allSatisfy(\.isFinite), logits.allSatisfy(\.isFinite) || outputs.isEmpty else {
            throw FileError(
                file: sound, place: "prediction", found: "NaN or infinite probabilities",
                allowed: "a model with finite weights; this one is damaged, or its training diverged")
        }
        return self
    }
}
