import Configuration

/// The Berlin Database of Emotional Speech (Burkhardt et al., Interspeech 2005).
///
/// File names consist of the speaker (2 digits), the text code (a letter and 2 digits), the first letter of the German
/// word for the emotion, and a letter for the version: `03a01Fa`.
public struct EmoDBCorpus: NamedCorpus {
    /// The folder with the files, searched recursively.
    public var folder = ""

    public static let type = "emodb"
    public static let summary = "EmoDB: 10 German speakers, 7 emotions."
    public static let fields: [Field<Self>] = [
        .init("folder", \.folder, "Folder with the files, searched recursively.", .required, .notEmpty)
    ]

    static let title = "EmoDB"
    static let example = "wav/03a01Fa.wav"

    public init() {}
    /// The files below a folder.
    public init(folder: String) { self.folder = folder }

    /// Wut, Langeweile, Ekel, Angst, Freude, Trauer, neutral.
    private static let emotions: [Character: String] = [
        "W": "angry", "L": "bored", "E": "disgust", "A": "fearful", "F": "happy", "T": "sad", "N": "neutral",
    ]
    private static let genders = [
        "03": "male", "08": "female", "09": "female", "10": "male", "11": "male", "12": "male",
        "13": "female", "14": "female", "15": "male", "16": "female",
    ]

    /// Seven classes.
    public var knownClasses: [String]? { Set(Self.emotions.values).sortedByBytes() }

    /// Not every speaker has all classes.
    public var columnsOfEveryClass: Set<String> { [] }

    func reading(_ file: FoundFile) -> NameReading {
        let stem = Array(file.stem)
        guard stem.count == 6 || stem.count == 7, String(stem[0..<2]).isDigits,
            stem[2] == "a" || stem[2] == "b", String(stem[3..<5]).isDigits
        else { return .foreign }
        let version = stem.count == 7 ? stem[6] : "a"
        guard version.isASCII, version.isLowercase, stem[5].isASCII, stem[5].isUppercase else {
            return .foreign
        }
        guard let label = Self.emotions[stem[5]] else {
            return .unfit("emotion \(stem[5]); expected W, L, E, A, F, T or N")
        }
        let speaker = String(stem[0..<2])
        var attributes = ["statement": String(stem[2..<5]), "repetition": String(version)]
        attributes["gender"] = Self.genders[speaker]
        return .clip(key: file.stem, label: label, speaker: speaker, attributes: attributes)
    }
}
