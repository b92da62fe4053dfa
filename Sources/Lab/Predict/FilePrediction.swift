import Autograd
import SpeechEmotion

extension Predictor {
    /// What the model says of files, in their order: features on all threads, answers in batches. A model whose features are normalised
    /// by speaker takes all files as those of one speaker, and answers when it has heard the last.
    ///
    /// - Parameters:
    ///   - attention: Whether to ask where the model looked.
    ///   - check: Called with the number of each file before its turn; what it throws ends the work.
    ///   - each: Takes the answer for a file by its number, or why there is none; called in order.
    public func predict(
        _ paths: [String], cache: FeatureCache? = nil, attention: Bool = false,
        check: (Int) throws -> Void = { _ in },
        each: (Int, Result<Answer, any Error>) throws -> Void
    ) throws {
        var waiting: [(Int, Result<[Features], any Error>)] = []
        let isOneSpeaker = pipeline.normalize == .speaker
        func flush() throws {
            var sounds = waiting.compactMap { try? $0.1.get() }
            if isOneSpeaker, !sounds.isEmpty { try normalize(&sounds) }
            var answers: ArraySlice<Answer> = []
            for start in stride(from: 0, to: sounds.count, by: Self.batch) {
                try check(start)
                let batch = sounds[start..<min(start + Self.batch, sounds.count)]
                answers += self.answers(Array(batch), attention: attention)
            }
            for (index, result) in waiting {
                switch result {
                case .success:
                    guard let answer = answers.popFirst() else { break }
                    try each(index, Result { try answer.checked(paths[index]) })
                case .failure(let error): try each(index, .failure(error))
                }
            }
            waiting = []
        }
        try FeatureExtraction(pipeline, views: views, cache: cache)(paths) { index, result in
            try check(index)
            waiting.append(
                (index, result.flatMap { sound in Result { try sound.map { try $0.finite(paths[index]) } } }))
            if waiting.count == Self.batch, !isOneSpeaker { try flush() }
        }
        try flush()
    }

    /// Each view by itself, as in training.
    private func normalize(_ sounds: inout [[Features]]) throws {
        for view in 0..<views.count {
            let speaker = try SpeakerNormalization(sounds.map { $0[view] })
            for sound in sounds.indices { sounds[sound][view] = speaker(sounds[sound][view]) }
        }
    }

    private static let batch = 32
}

extension Features {
    /// The features, where all of them are numbers.
    fileprivate func finite(_ sound: String) throws -> Features {
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
