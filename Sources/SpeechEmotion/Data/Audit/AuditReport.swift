import Configuration

/// What an auditor found out about a split.
public struct AuditReport: Sendable {
    /// How much a finding matters.
    public enum Severity: String, CaseIterable, Sendable {
        /// The figures of the test part say more about what was trained on than about anything new.
        case leak
        /// Figures may be too good, or may not mean what they seem to.
        case warning
        /// Something to know.
        case note
    }

    /// What a finding is about.
    public enum Kind: String, CaseIterable, Sendable {
        case clip, augmented, sound, take, speaker, saying, statement, statistics, classes, silence,
            unreadable, unused
        /// How the clips were recorded goes with what a model is to find.
        case recording
    }

    /// One thing that was found.
    public struct Finding: Sendable, Equatable {
        /// How much it matters.
        public var severity: Severity
        /// What it is about.
        public var kind: Kind
        /// The parts it concerns, one or two.
        public var parts: [Split.Part]
        /// How many clips, speakers or pairs.
        public var count: Int
        /// In a sentence.
        public var message: String
        /// A few of them.
        public var examples: [String]
    }

    /// What a part is made of.
    public struct PartSummary: Sendable, Equatable {
        /// Which part it is.
        public var part: Split.Part
        /// How many clips it has.
        public var clips: Int
        /// In the order of the corpus' classes.
        public var classCounts: [Int]
        /// Those that are known, each once.
        public var speakers: [String]
        /// In seconds; nil where the sounds were not looked at.
        public var duration: Double?
    }

    /// The name of the split.
    public var split: String
    /// The name of the corpus.
    public var corpus: String
    /// The classes of the corpus, which `classCounts` follow.
    public var classes: [String]
    /// Train, validation and test.
    public var parts: [PartSummary]
    /// The worst first.
    public var findings: [Finding]
    /// Whether the sounds themselves were compared.
    public var comparedSounds: Bool

    /// No leak was found.
    public var isClean: Bool { !findings.contains { $0.severity == .leak } }

    /// For programs.
    public var json: JSONValue {
        func texts(_ texts: [String]) -> JSONValue { JSONValue(.list(texts.map { JSONValue(.text($0)) })) }
        let parts = parts.map { part -> JSONValue in
            let counts = zip(classes, part.classCounts).map { JSONMember($0, JSONValue(.integer($1))) }
            return [
                "part": part.part.encode(), "clips": part.clips.encode(),
                "classes": JSONValue(.object(counts)),
                "speakers": texts(part.speakers), "seconds": part.duration.encode(),
            ]
        }
        let findings = findings.map { finding -> JSONValue in
            [
                "severity": finding.severity.rawValue.encode(), "kind": finding.kind.rawValue.encode(),
                "parts": JSONValue(.list(finding.parts.map { $0.encode() })), "count": finding.count.encode(),
                "message": finding.message.encode(), "examples": texts(finding.examples),
            ]
        }
        return [
            "split": split.encode(), "corpus": corpus.encode(), "is_clean": isClean.encode(),
            "compared_sounds": comparedSounds.encode(), "parts": JSONValue(.list(parts)),
            "findings": JSONValue(.list(findings)),
        ]
    }

    /// For people: what is in the parts, then what was found, with examples.
    public var table: String {
        var rows = [["", "clips", "speakers", "minutes"] + classes]
        for part in parts {
            let minutes = part.duration.map { duration -> String in
                let tenths = Int((duration / 6).rounded())
                return "\(tenths / 10).\(tenths % 10)"
            }
            rows.append(
                [part.part.rawValue, "\(part.clips)", "\(part.speakers.count)", minutes ?? "-"]
                    + part.classCounts.map { "\($0)" })
        }
        var lines = ["\(corpus), \(split)", ""] + Self.aligned(rows) + [""]
        if findings.isEmpty { lines.append("Nothing was found that speaks against this split.") }
        for finding in findings {
            let word =
                ["leak": "LEAK", "warning": "warning", "note": "note"][finding.severity.rawValue] ?? ""
            lines.append("\(word): \(finding.message)")
            lines += finding.examples.map { "    \($0)" }
            let more = finding.count - finding.examples.count
            if more > 0, !finding.examples.isEmpty { lines.append("    and \(more) more") }
        }
        if !comparedSounds { lines.append("The sounds themselves were not compared.") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Columns as wide as their widest text, numbers to the right.
    private static func aligned(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, text in
                let space = String(repeating: " ", count: widths[column] - text.count)
                return column == 0 ? text + space : space + text
            }.joined(separator: "  ")
        }
    }
}
