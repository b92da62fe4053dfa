import Configuration

/// Surrey Audio-Visual Expressed Emotion (Jackson and Haq, 2014).
///
/// File names consist of letters for the emotion and the sentence number, in a folder of the speaker (`DC/a01`) or
/// after the speaker (`DC_a01`).
public struct SAVEECorpus: NamedCorpus {
    /// The folder with the files, searched recursively.
    public var folder = ""

    public static let type = "savee"
    public static let summary = "SAVEE: 4 British men, 7 emotions."
    public static let fields: [Field<Self>] = [
        .init("folder", \.folder, "Folder with the files, searched recursively.", .required, .notEmpty)
    ]

    static let title = "SAVEE"
    static let example = "DC/a01.wav"

    public init() {}
    /// The files below a folder.
    public init(folder: String) { self.folder = folder }

    private static let emotions = [
        "a": "angry", "d": "disgust", "f": "fearful", "h": "happy", "n": "neutral", "sa": "sad",
        "su": "surprised",
    ]

    /// Seven classes.
    public var knownClasses: [String]? { Set(Self.emotions.values).sortedByBytes() }

    func reading(_ file: FoundFile) -> NameReading {
        let fields = file.stem.split(separator: "_", omittingEmptySubsequences: false)
        guard let take = fields.last, fields.count <= 2,
            let speaker = fields.count == 2 ? String(fields[0]) : file.folders.last,
            speaker.utf8.count == 2, speaker.utf8.allSatisfy((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains)
        else { return .foreign }
        let letters = take.prefix { !$0.isNumber }
        let digits = take.dropFirst(letters.count)
        guard (1...2).contains(letters.count), digits.count == 2, digits.isDigits else { return .foreign }
        guard let label = Self.emotions[String(letters)] else {
            return .unfit("emotion \"\(letters)\"; expected a, d, f, h, n, sa or su")
        }
        return .clip(
            key: "\(speaker)_\(take)", label: label, speaker: speaker,
            attributes: ["statement": String(take), "repetition": "1", "gender": "male"])
    }
}
