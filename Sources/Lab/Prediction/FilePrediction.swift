import Autograd
import SpeechEmotion

extension Predictor {
    /// Predicts recordings in their order: features on all threads, predictions in batches. A recording that is longer than the model's
    /// input is cut into windows. A model whose features are normalized by speaker takes all recordings, with all of their windows, as
    /// those of one speaker, and predicts when it was given the last.
    ///
    /// - Parameters:
    ///   - windows: How longer recordings are cut.
    ///   - attention: Whether to find the attention over time too.
    ///   - check: Called with the number of each recording before its turn; what it throws ends the work.
    ///   - progress: Called with the number of a recording that is cut and the seconds of it that are done; what it throws ends the work.
    ///   - each: Takes the prediction for a recording by its number, or why there is none; called in order.
    public func predict(
        _ paths: [String], windows options: WindowOptions = WindowOptions(), cache: FeatureCache? = nil,
        attention: Bool = false, check: (Int) throws -> Void = { _ in },
        progress: (_ index: Int, _ seconds: Double) throws -> Void = { _, _ in },
        each: (Int, Result<RecordingPrediction, any Error>) throws -> Void
    ) throws {
        let windows = try windows(options)
        let extractor = try FeatureExtractor(pipeline, cache: cache)
        let isOneSpeaker = pipeline.normalize == .speaker
        var waiting: [(index: Int, result: Result<Heard, any Error>)] = []
        func flush() throws {
            try predict(&waiting, paths, attention: attention, check: check, each: each)
        }
        for start in stride(from: 0, to: paths.count, by: Self.batch) {
            let part = Array(paths[start..<min(start + Self.batch, paths.count)])
            let isLong = parallelMap(part.count) { index in
                windows.map { self.isLong(part[index], $0) } ?? false
            }
            var next = 0
            while next < part.count {
                let end = isLong[next...].firstIndex(of: true) ?? part.count
                let (first, names) = (start + next, Array(part[next..<end]))
                try extractor.forEach(names, copies: views) { offset, result in
                    try check(first + offset)
                    let heard = result.flatMap { views in
                        Result { Heard(try views.map { try $0.finite(names[offset]) }) }
                    }
                    waiting.append((first + offset, heard))
                    if waiting.count == Self.batch, !isOneSpeaker { try flush() }
                }
                next = end
                guard next < part.count, let windows else { break }
                let index = start + next
                try check(index)
                if isOneSpeaker {
                    let heard = try stoppable { stop in
                        try features(ofWindows: paths[index], windows) { seconds in
                            try stop.passing { try progress(index, seconds) }
                        }
                    }
                    waiting.append((index, heard))
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

    /// Predicts one recording, cut into windows where it is longer than the model's input. Throws where it cannot be read, or its
    /// windows cannot be predicted.
    public func prediction(
        ofFile path: String, windows: WindowOptions = WindowOptions(), attention: Bool = false
    ) throws -> RecordingPrediction {
        var found: RecordingPrediction?
        try predict([path], windows: windows, attention: attention) { found = try $1.get() }
        guard let found else { throw FileError.noPrediction(path) }
        return found
    }

    /// How many recordings or windows are predicted at once.
    static let batch = 32

    /// The features of a recording: of all of it, or of each of its windows.
    private struct Heard {
        var sounds: [[Features]]
        /// Of the windows; nil for a recording as a whole.
        var times: [(start: Double, end: Double)]?

        init(_ views: [Features]) { sounds = [views] }

        init(windows: [WindowFeatures]) {
            sounds = windows.map(\.views)
            times = windows.map { ($0.start, $0.end) }
        }
    }

    /// Predicts a long recording window by window; only a batch of them is in memory.
    private func predict(
        _ path: String, _ windows: RecordingWindows, _ attention: Bool, progress: (Double) throws -> Void
    ) throws -> RecordingPrediction {
        var predicted: [RecordingPrediction.Window] = []
        try eachWindows(ofFile: path, windows) { batch in
            let answers = answers(batch.map(\.views), attention: attention)
            predicted += try zip(batch, answers).map { window, answer in
                .init(start: window.start, end: window.end, answer: try answer.checked(path))
            }
            if let last = batch.last { try progress(last.end) }
        }
        return RecordingPrediction(windows: predicted)
    }

    /// The features of all windows of a recording.
    private func features(
        ofWindows path: String, _ windows: RecordingWindows, progress: (Double) throws -> Void
    ) throws -> Heard {
        var found: [WindowFeatures] = []
        try eachWindows(ofFile: path, windows) { batch in
            found += batch
            if let last = batch.last { try progress(last.end) }
        }
        return Heard(windows: found)
    }

    /// Predicts what waits and hands it on in order.
    private func predict(
        _ waiting: inout [(index: Int, result: Result<Heard, any Error>)], _ paths: [String],
        attention: Bool, check: (Int) throws -> Void,
        each: (Int, Result<RecordingPrediction, any Error>) throws -> Void
    ) throws {
        var sounds = waiting.flatMap { (try? $0.result.get())?.sounds ?? [] }
        if pipeline.normalize == .speaker, !sounds.isEmpty { try normalize(&sounds) }
        var answers: ArraySlice<Answer> = []
        for start in stride(from: 0, to: sounds.count, by: Self.batch) {
            try check(start)
            let batch = sounds[start..<min(start + Self.batch, sounds.count)]
            answers += self.answers(Array(batch), attention: attention)
        }
        for (index, result) in waiting {
            switch result {
            case .success(let heard):
                let own = answers.prefix(heard.sounds.count)
                answers = answers.dropFirst(heard.sounds.count)
                try each(
                    index,
                    Result {
                        let checked = try own.map { try $0.checked(paths[index]) }
                        guard let times = heard.times else { return RecordingPrediction(checked[0]) }
                        return RecordingPrediction(
                            windows: zip(times, checked).map {
                                .init(start: $0.start, end: $0.end, answer: $1)
                            })
                    })
            case .failure(let error): try each(index, .failure(error))
            }
        }
        waiting = []
    }

    /// Each view by itself, as in training.
    private func normalize(_ sounds: inout [[Features]]) throws {
        for view in 0..<views.count {
            let speaker = try SpeakerNormalization(sounds.map { $0[view] })
            for sound in sounds.indices { sounds[sound][view] = speaker(sounds[sound][view]) }
        }
    }
}

/// Tells an error that ends all of the work from one of a single recording.
private final class Stop {
    var error: (any Error)?

    func passing(_ body: () throws -> Void) throws {
        do { try body() } catch {
            self.error = error
            throw error
        }
    }
}

/// The outcome of `body`; what it passed on through its `Stop` is thrown.
private func stoppable<Value>(_ body: (Stop) throws -> Value) throws -> Result<Value, any Error> {
    let stop = Stop()
    let result = Result { try body(stop) }
    if let error = stop.error { throw error }
    return result
}

extension FileError {
    fileprivate static func noPrediction(_ path: String) -> FileError {
        FileError(
            file: path, place: "its prediction", found: "no prediction",
            allowed: "a recording that can be read")
    }
}

extension Features {
    /// The features, where all of them are numbers.
    func finite(_ sound: String) throws -> Features {
        guard values.allSatisfy(\.isFinite) else {
            throw FileError(
                file: sound, place: "its features", found: "values that are no numbers",
                allowed: "a sound whose features are numbers")
        }
        return self
    }
}

extension Predictor.Answer {
    /// The answer, where all of it is numbers.
    public func checked(_ sound: String) throws -> Self {
        guard probabilities.allSatisfy(\.isFinite) else {
            throw FileError(
                file: sound, place: "its prediction", found: "probabilities that are no numbers",
                allowed: "a model whose weights are numbers; this one is damaged, or its training went wrong")
        }
        return self
    }
}
