import Configuration

/// The Crowd-sourced Emotional Multimodal Actors Dataset (Cao et al., IEEE Transactions on Affective Computing 5(4),
/// 2014).
///
/// File names consist of actor, sentence, emotion and level: `1001_DFA_ANG_XX`. If `VideoDemographics.csv` is in the
/// folder, it gives gender and age.
public struct CremaDCorpus: NamedCorpus {
    /// The folder with the files, searched recursively.
    public var folder = ""

    public static let type = "crema_d"
    public static let summary = "CREMA-D: 91 actors, 12 sentences, 6 emotions."
    public static let fields: [Field<Self>] = [
        .init("folder", \.folder, "Folder with the files, searched recursively.", .required, .notEmpty)
    ]

    static let title = "CREMA-D"
    static let example = "AudioWAV/1001_DFA_ANG_XX.wav"

    public init() {}
    /// The files below a folder.
    public init(folder: String) { self.folder = folder }

    private static let emotions = [
        "ANG": "angry", "DIS": "disgust", "FEA": "fearful", "HAP": "happy", "NEU": "neutral", "SAD": "sad",
    ]
    /// One file has X instead of XX.
    private static let levels = [
        "LO": "low", "MD": "medium", "HI": "high", "XX": "unspecified", "X": "unspecified",
    ]

    /// Six classes.
    public var knownClasses: [String]? { Set(Self.emotions.values).sortedByBytes() }

    func reading(_ file: FoundFile) -> NameReading {
        let fields = file.stem.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 4, fields[0].utf8.count == 4, fields[0].isDigits,
            fields[1...2].allSatisfy({
                $0.utf8.count == 3 && $0.allSatisfy { $0.isASCII && $0.isUppercase }
            })
        else { return .foreign }
        guard let label = Self.emotions[fields[2]] else {
            return .unfit("emotion \(fields[2]); expected one of \(Self.emotions.keys.sorted().listed())")
        }
        guard let level = Self.levels[fields[3]] else {
            return .unfit("level \(fields[3]); expected LO, MD, HI or XX")
        }
        return .clip(
            key: file.stem, label: label, speaker: fields[0],
            attributes: ["statement": fields[1], "intensity": level, "repetition": "1"])
    }

    func complete(_ clips: inout [Clip], _ listing: FolderListing) throws {
        guard let file = listing.files.first(where: { $0.name == "VideoDemographics.csv" }) else { return }
        let table = try CSVTable(contentsOf: "\(folder)/\(file.path)")
        guard let actor = table.column("ActorID"), let sex = table.column("Sex") else { return }
        let age = table.column("Age")
        var known: [String: (gender: String, age: String?)] = [:]
        for row in table.rows {
            known[row[actor].text] = (row[sex].text.lowercased(), age.map { row[$0].text })
        }
        for index in clips.indices {
            guard let speaker = clips[index].speaker, let person = known[speaker] else { continue }
            clips[index].attributes["gender"] = person.gender
            clips[index].attributes["age"] = person.age
        }
    }
}
