import Configuration

/// The Toronto Emotional Speech Set (Pichora-Fuller and Dupuis, 2020).
///
/// File names consist of the speaker (OAF the older, YAF the younger), a word and the emotion: `OAF_back_angry`. "ps"
/// is pleasant surprise. One file, `OA_bite_neutral`, lacks a letter.
public struct TESSCorpus: NamedCorpus {
    /// The folder with the files, searched recursively.
    public var folder = ""

    public static let type = "tess"
    public static let summary = "TESS: 2 women, 200 words, 7 emotions."
    public static let fields: [Field<Self>] = [
        .init("folder", \.folder, "Folder with the files, searched recursively.", .required, .notEmpty)
    ]

    static let title = "TESS"
    static let example = "OAF_angry/OAF_back_angry.wav"

    public init() {}
    /// The files below a folder.
    public init(folder: String) { self.folder = folder }

    private static let emotions = [
        "angry": "angry", "disgust": "disgust", "fear": "fearful", "happy": "happy", "neutral": "neutral",
        "ps": "surprised", "sad": "sad",
    ]

    /// Seven classes.
    public var knownClasses: [String]? { Set(Self.emotions.values).sortedByBytes() }

    func reading(_ file: FoundFile) -> NameReading {
        let fields = file.stem.split(separator: "_", omittingEmptySubsequences: false)
        guard fields.count == 3, !fields[1].isEmpty,
            let speaker = ["OAF": "OAF", "OA": "OAF", "YAF": "YAF"][String(fields[0])]
        else { return .foreign }
        guard let label = Self.emotions[fields[2].lowercased()] else {
            return .unfit("emotion \"\(fields[2])\"; expected one of \(Self.emotions.keys.sorted().listed())")
        }
        let word = fields[1].lowercased()
        return .clip(
            key: "\(speaker)_\(word)_\(label)", label: label, speaker: speaker,
            attributes: ["statement": word, "repetition": "1", "gender": "female"])
    }
}
