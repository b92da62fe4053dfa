import SpeechEmotion
import Autograd

/// Takes features of many clips at once, on all threads.
public struct FeatureLoading: Sendable {
    /// Where the features of a clip come from.
    public var source: any FeatureSource
    /// The classes, in the order of a model's outputs.
    public var classes: [String]
    /// Whether a clip whose features cannot be made is an error; otherwise it is left out and listed.
    public var isStrict: Bool
    /// What features are brought to one measure by.
    public var normalizing: FeaturePipeline.Normalizing

    /// Loading for a model of these classes.
    public init(
        source: any FeatureSource, classes: [String], isStrict: Bool = false,
        normalizing: FeaturePipeline.Normalizing = .none
    ) {
        self.source = source
        self.classes = classes
        self.isStrict = isStrict
        self.normalizing = normalizing
    }

    /// The examples of clips, in the order of clips and of what `rows` gives for each; and what was left out.
    ///
    /// - Parameter rows: The features of a clip's examples, as many for every clip.
    func table(
        _ clips: [Clip], progress: Progress? = nil, stop: (@Sendable () throws -> Void)? = nil,
        features: @Sendable (Clip) throws -> [Features]
    ) throws -> (table: ExampleTable, clips: [Clip], omissions: [Omission]) {
        let labels = try self.labels(of: clips)
        let speakers = try self.speakers(of: clips)
        var table = ExampleTable(shape: source.shape)
        var kept: [Clip] = []
        var groups: [String] = []
        var omissions: [Omission] = []
        // In batches, so that Ctrl-C does not wait for all of a large corpus.
        try parallelForEach(
            clips, batch: 64, progress: progress, check: { try stop?() },
            compute: { clip in Result { try features(clip) } }
        ) { index, result in
            switch result {
            case .success(let copies):
                kept.append(clips[index])
                for (copy, features) in copies.enumerated() {
                    table.append(
                        clips[index].id + (copy == 0 ? "" : "#\(copy)"), label: labels[index], features)
                    if let speakers { groups.append("\(copy) \(speakers[index])") }
                }
            case .failure(let error):
                guard !isStrict else { throw error }
                omissions.append(Omission(clips[index].id, "\(error)"))
            }
        }
        guard !kept.isEmpty || clips.isEmpty else {
            throw DataError(
                "features", found: "not one of \(clips.count) clips that can be used: \(omissions[0])",
                allowed: "at least one")
        }
        if speakers != nil { try table.normalize(in: groups) }
        return (table, kept, omissions)
    }

    /// Throws where features of these clips can be no example: clips of other classes, and clips without a speaker where that matters.
    public func check(_ clips: [Clip]) throws {
        _ = try labels(of: clips)
        _ = try speakers(of: clips)
    }

    /// Who speaks in each clip, where that matters.
    private func speakers(of clips: [Clip]) throws -> [String]? {
        guard normalizing == .speaker else { return nil }
        return try clips.map { clip in
            guard let speaker = clip.speaker else {
                throw DataError(
                    "the clip \"\(clip.id)\"", found: "no speaker",
                    allowed: "data that name their speakers, or \"normalize\": \"none\" in the features")
            }
            return speaker
        }
    }

    private func labels(of clips: [Clip]) throws -> [Int] {
        let numbers = Dictionary(
            classes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return try clips.map { clip in
            guard let number = numbers[clip.label] else {
                throw DataError(
                    "the clip \"\(clip.id)\"", found: "the class \"\(clip.label)\"",
                    allowed: classes.joined(separator: ", "))
            }
            return number
        }
    }
}
