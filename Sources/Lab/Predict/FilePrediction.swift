import Autograd
import SpeechEmotion

extension Predictor {
    /// What the model says of files, in their order: features on all threads, answers in batches.
    ///
    /// - Parameters:
    ///   - attention: Whether to ask where the model looked.
    ///   - each: Takes the answer for a file by its number, or why there is none; called in order.
    public func predict(
        _ paths: [String], cache: FeatureCache? = nil, attention: Bool = false,
        each: (Int, Result<Answer, any Error>) throws -> Void
    ) throws {
        var waiting: [(Int, Result<Features, any Error>)] = []
        func flush() throws {
            var answers = answers(waiting.compactMap { try? $0.1.get() }, attention: attention)[...]
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
        try FeatureExtraction(pipeline, cache: cache)(paths) { index, result in
            waiting.append((index, result))
            if waiting.count == Self.batch { try flush() }
        }
        try flush()
    }

    private static let batch = 32
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
