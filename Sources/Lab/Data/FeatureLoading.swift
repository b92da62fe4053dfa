import SpeechEmotion
import Autograd

/// Loads the features of many clips on all threads.
public struct FeatureLoading: Sendable {
    /// The provider of features.
    public var source: any FeatureSource
    /// The classes, in the order of a model's outputs.
    public var classes: [String]
    /// The targets of a model that learns more than the class; nil for the class.
    public var targets: (any ClipTargets)?
    /// Whether an unusable clip is an error; otherwise it is omitted and listed.
    public var isStrict: Bool
    /// How features are normalized.
    public var normalizing: FeaturePipeline.Normalizing
    /// Whether each clip is normalized with the speaker's clips up to it alone.
    var normalizesRunning = false
    /// The column with the domain of each clip, for an alignment of domains in training; nil for none.
    var domainColumn: String?

    /// Creates a loader for a model with these classes.
    public init(
        source: any FeatureSource, classes: [String], targets: (any ClipTargets)? = nil,
        isStrict: Bool = false,
        normalizing: FeaturePipeline.Normalizing = .none
    ) {
        self.targets = targets
        self.source = source
        self.classes = classes
        self.isStrict = isStrict
        self.normalizing = normalizing
    }

    /// Loads the examples of clips, in the order of the clips and of their copies; also returns the usable clips and
    /// the omissions.
    ///
    /// - Parameters:
    ///   - transforms: Returns the transforms of a clip's copies, equally many for every clip; nil is the recording itself.
    ///   - features: Computes the features of the copies; by default with the transforms.
    func table(
        _ clips: [Clip], progress: Progress? = nil, stop: (@Sendable () throws -> Void)? = nil,
        transforms: @Sendable (Clip) -> [WaveformTransform?],
        features: (@Sendable (Clip) throws -> [Features])? = nil
    ) throws -> (table: ExampleTable, clips: [Clip], omissions: [Omission]) {
        let labels = try self.labels(of: clips)
        try checkTargets(clips)
        let speakers = try self.speakers(of: clips)
        let domains = self.domains(of: clips)
        var table = ExampleTable(shape: source.shape)
        var kept: [Clip] = []
        var groups: [String] = []
        var omissions: [Omission] = []
        // In batches, so that Ctrl-C does not wait for all of a large corpus.
        try parallelForEach(
            clips, batch: 64, progress: progress, check: { try stop?() },
            compute: { clip in
                Result {
                    let transforms = transforms(clip)
                    let found =
                        try features?(clip) ?? source.features(of: clip, transforms: transforms)
                    let rows = try found.enumerated().map { copy, features in
                        try targets?.row(
                            of: clip, frames: features.length ?? features.shape[0],
                            transform: transforms.indices.contains(copy) ? transforms[copy] : nil)
                    }
                    return (found, rows)
                }
            }
        ) { index, result in
            switch result {
            case .success((let copies, let rows)):
                kept.append(clips[index])
                for (copy, features) in copies.enumerated() {
                    table.append(
                        clips[index].id + (copy == 0 ? "" : "#\(copy)"), label: labels[index],
                        targets: rows[copy], domain: domains?[index], features)
                    if let speakers { groups.append("\(copy) \(speakers[index])") }
                }
            case .failure(let error):
                guard !isStrict else { throw error }
                omissions.append(Omission(clips[index], error))
            }
        }
        guard !kept.isEmpty || clips.isEmpty else {
            // The reason for the first clip often says what is allowed.
            let reason = "\(omissions[0])".split(separator: "; allowed: ")
            throw InputError(
                "features", found: "none of \(clips.count) clips is usable: \(reason[0])",
                allowed: reason.count > 1
                    ? reason.dropFirst().joined(separator: "; ") : "at least one")
        }
        if normalizesRunning {
            table.normalizeRunning(in: groups)
        } else if speakers != nil {
            try table.normalize(in: groups, by: normalizing)
        }
        return (table, kept, omissions)
    }

    /// Throws for clips that cannot be examples: of other classes, or without a speaker if one is needed.
    public func check(_ clips: [Clip]) throws {
        _ = try labels(of: clips)
        try checkTargets(clips)
        _ = try speakers(of: clips)
    }

    private func checkTargets(_ clips: [Clip]) throws {
        guard let targets else { return }
        for clip in clips { _ = try targets.row(of: clip, frames: nil, transform: nil) }
    }

    /// The speaker or the corpus of each clip, if its features are normalized by it.
    private func speakers(of clips: [Clip]) throws -> [String]? {
        if normalizing.group == "corpus" { return clips.map { $0.attributes["corpus"] ?? "" } }
        guard normalizing == .speaker else { return nil }
        return try clips.map { clip in
            guard let speaker = clip.speaker else {
                throw InputError(
                    "the clip \"\(clip.id)\"", found: "no speaker",
                    allowed: "data with speakers, or \"normalize\": \"none\" in the features")
            }
            return speaker
        }
    }

    /// The domain of each clip as a number, if domains are aligned.
    private func domains(of clips: [Clip]) -> [Int]? {
        guard let domainColumn else { return nil }
        var numbers: [String: Int] = [:]
        return clips.map { clip in
            let name = clip.value(of: domainColumn) ?? ""
            let number = numbers[name] ?? numbers.count
            numbers[name] = number
            return number
        }
    }

    private func labels(of clips: [Clip]) throws -> [Int] {
        let numbers = Dictionary(
            classes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return try clips.map { clip in
            guard let number = numbers[clip.label] else {
                throw InputError(
                    "the clip \"\(clip.id)\"", found: "the class \"\(clip.label)\"",
                    allowed: classes.joined(separator: ", "))
            }
            return number
        }
    }
}
