import Configuration

/// The Ryerson Audio-Visual Database of Emotional Speech and Song (Livingstone and Russo, PLoS ONE 13(5), 2018).
///
/// File names are MODALITY-CHANNEL-EMOTION-INTENSITY-STATEMENT-REPETITION-ACTOR, two digits each; odd actors are male.
public struct RavdessCorpus: NamedCorpus {
    /// Speech or song.
    public enum Channel: String, CaseIterable, ConfigurationValue { case speech, song }

    /// The folder with the files, searched recursively.
    public var folder = ""
    /// The channels to include.
    public var channels = Channel.allCases

    public static let type = "ravdess"
    public static let summary = "RAVDESS: 24 actors, 8 emotions, speech and song."
    public static let fields: [Field<Self>] = [
        .init("folder", \.folder, "Folder with the files, searched recursively.", .required, .notEmpty),
        .init("channels", \.channels, "Vocal channels to include: `speech`, `song` or both.", .notEmpty),
    ]

    static let title = "RAVDESS"
    static let example = "Actor_12/03-01-05-02-01-01-12.wav"

    public init() {}
    /// The files below a folder.
    public init(folder: String, channels: [Channel] = Channel.allCases) {
        self.folder = folder
        self.channels = channels
    }

    private static let emotions = [
        "neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised",
    ]
    private static let statements = ["kids", "dogs"]
    /// Emotions without song.
    private static let spokenOnly: Set = ["disgust", "surprised"]

    /// Eight classes in speech, six in song.
    public var knownClasses: [String]? {
        Self.emotions.filter { channels.contains(.speech) || !Self.spokenOnly.contains($0) }.sortedByBytes()
    }
    /// All actors speak and sing both statements twice.
    public var columnsOfEveryClass: Set<String> { ["speaker", "gender", "statement", "repetition"] }

    func reading(_ file: FoundFile) -> NameReading {
        let stem = file.stem
        let fields = stem.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count == 7, fields.allSatisfy({ $0.utf8.count == 2 && $0.isDigits }) else {
            return .foreign
        }
        let numbers = fields.map { Int($0) ?? 0 }
        guard numbers[0] == 3 else {
            return .unfit("modality \(fields[0]); only 03, audio only, is supported")
        }
        let ranges = [1...3, 1...2, 1...8, 1...2, 1...2, 1...2, 1...99]
        let names = ["modality", "channel", "emotion", "intensity", "statement", "repetition", "actor"]
        for (index, range) in ranges.enumerated() where !range.contains(numbers[index]) {
            return .unfit(
                "\(names[index]) \(fields[index]); expected 0\(range.lowerBound) to \(range.upperBound < 10 ? "0" : "")\(range.upperBound)"
            )
        }
        let channel = Channel.allCases[numbers[1] - 1]
        guard channels.contains(channel) else { return .unwanted }
        return .clip(
            key: stem, label: Self.emotions[numbers[2] - 1], speaker: String(fields[6]),
            attributes: [
                "channel": channel.rawValue, "intensity": numbers[3] == 1 ? "normal" : "strong",
                "statement": Self.statements[numbers[4] - 1], "repetition": String(numbers[5]),
                "gender": numbers[6].isMultiple(of: 2) ? "female" : "male",
            ])
    }
}
