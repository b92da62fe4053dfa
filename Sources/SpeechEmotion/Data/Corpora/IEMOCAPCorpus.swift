import Autograd
import Configuration

/// The Interactive Emotional Dyadic Motion Capture database (Busso et al., Language Resources and Evaluation 42, 2008).
///
/// Labels are read from `Session1/dialog/EmoEvaluation/Ses01F_impro01.txt`, one line per turn: `[6.2901 - 8.2357]
/// Ses01F_impro01_F000     neu     [2.5000, 2.5000, 2.5000]`. The audio of a turn is the file of its name, or a segment
/// of the dialogue's file if that is missing.
public struct IEMOCAPCorpus: CorpusSource {
    /// The folder with the sessions.
    public var folder = ""
    /// Whether turns without agreement of the raters are included.
    public var undecided = false

    public static let type = "iemocap"
    public static let summary = "IEMOCAP: 10 actors in dialogues, with the labels of the evaluation files."
    public static let fields: [Field<Self>] = [
        .init("folder", \.folder, "Folder with Session1 to Session5.", .required, .notEmpty),
        .init(
            "undecided", \.undecided,
            "Whether to include turns without rater agreement, as class \"undecided\"."),
    ]

    public init() {}
    /// The turns of the sessions in a folder.
    public init(folder: String) { self.folder = folder }

    /// Whether the folder exists.
    public var isPresent: Bool { isFolder(folder) }

    private static let emotions = [
        "neu": "neutral", "hap": "happy", "exc": "excited", "sad": "sad", "ang": "angry", "fru": "frustrated",
        "fea": "fearful", "dis": "disgust", "sur": "surprised", "oth": "other", "xxx": "undecided",
    ]

    /// The turns that the evaluation files list. Throws a `FileError` if there is no such file.
    public func read() throws -> Corpus {
        let purpose = "reading IEMOCAP"
        let listing = try FolderListing(folder, purpose: purpose)
        let evaluations = listing.files.filter { $0.ending == "txt" && $0.folders.last == "EmoEvaluation" }
        let audioFiles = listing.files.filter(\.isAudio)
        guard !evaluations.isEmpty else {
            let other = CorpusRecognition.title(of: audioFiles).map {
                "; this looks like \($0.title): use {\"type\": \"\($0.type)\"}"
            }
            throw FileError(
                file: folder, place: purpose,
                found: "no evaluation file among \(counted(listing.files.count, "file"))\(other ?? "")",
                allowed: "files such as Session1/dialog/EmoEvaluation/Ses01F_impro01.txt")
        }
        let turns = Dictionary(
            audioFiles.filter { $0.folders.first != "dialog" && !$0.folders.contains("dialog") }.map {
                ($0.stem, $0)
            },
            uniquingKeysWith: { first, _ in first })
        let dialogues = Dictionary(
            audioFiles.filter { $0.folders.contains("dialog") }.map { ($0.stem, $0) },
            uniquingKeysWith: { first, _ in first })
        var clips: [Clip] = []
        var omissions = listing.omissions
        var seen: Set<String> = []
        for evaluation in evaluations {
            let bytes = try JSONValue.bytes(of: "\(folder)/\(evaluation.path)")
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() where line.first == UInt8(ascii: "[") {
                let place = "\(evaluation.path), line \(index + 1)"
                guard let turn = Turn(String(decoding: line, as: UTF8.self)) else {
                    omissions.append(Omission(place, "not \"[start - end] turn emotion [v, a, d]\""))
                    continue
                }
                guard let label = Self.emotions[turn.emotion] else {
                    omissions.append(
                        Omission(
                            place,
                            "emotion \"\(turn.emotion)\"; expected one of \(Self.emotions.keys.sorted().listed(12))"
                        ))
                    continue
                }
                if label == "undecided" && !undecided { continue }
                guard seen.insert(turn.name).inserted else {
                    omissions.append(Omission(place, "the turn \(turn.name) is listed twice"))
                    continue
                }
                let source: Clip.Source
                let id: String
                if let file = turns[turn.name] {
                    source = .file(path: "\(folder)/\(file.path)", start: nil, end: nil)
                    id = file.path
                } else if let file = dialogues[turn.dialogue] {
                    source = .file(path: "\(folder)/\(file.path)", start: turn.start, end: turn.end)
                    id = "\(file.path)#\(turn.name)"
                } else {
                    omissions.append(Omission(place, "there is no audio file \(turn.name)"))
                    continue
                }
                clips.append(
                    Clip(
                        id: id, source: source, label: label, speaker: turn.speaker,
                        attributes: turn.attributes))
            }
        }
        guard !clips.isEmpty else {
            throw FileError(
                file: folder, place: purpose,
                found: "no turn with its audio\(omissions.first.map { "; \($0)" } ?? "")",
                allowed:
                    "evaluation files, and audio such as Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav"
            )
        }
        clips.sort { $0.id.precedes($1.id) }
        return Corpus(name: "IEMOCAP", clips: clips, omissions: omissions, speakerSet: "IEMOCAP")
    }

    /// A line of an evaluation file.
    private struct Turn {
        let name: String
        let emotion: String
        let start: Double
        let end: Double
        let dialogue: String
        let speaker: String
        var attributes: [String: String]

        init?(_ line: String) {
            let fields = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard fields.count >= 5, fields[1] == "-", fields[2].hasSuffix("]"),
                let start = Double(fields[0].dropFirst()), let end = Double(fields[2].dropLast()),
                start >= 0, end > start, end.isFinite
            else { return nil }
            name = fields[3]
            emotion = fields[4]
            (self.start, self.end) = (start, end)
            // Ses01F_impro01_F000: session 1, markers on the female actor, spoken by the female actor.
            let parts = name.split(separator: "_")
            guard parts.count >= 3, parts[0].hasPrefix("Ses"),
                let session = Int(parts[0].dropFirst(3).prefix(2)),
                let gender = parts[parts.count - 1].first, gender == "F" || gender == "M"
            else { return nil }
            dialogue = parts.dropLast().joined(separator: "_")
            speaker = "Ses0\(session)\(gender)"
            attributes = [
                "session": String(session), "gender": gender == "F" ? "female" : "male",
                "dialogue": dialogue, "style": parts[1].hasPrefix("impro") ? "improvised" : "scripted",
            ]
            for (name, text) in zip(["valence", "activation", "dominance"], fields.dropFirst(5)) {
                let number = text.filter { !"[],".contains($0) }
                if Double(number) != nil { attributes[name] = number }
            }
        }
    }
}
