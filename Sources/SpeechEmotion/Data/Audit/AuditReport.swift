import Configuration

/// The result of a leakage audit of a split.
public struct AuditReport: Sendable {
    /// The severity of a finding.
    public enum Severity: String, CaseIterable, Sendable {
        /// Test scores are inflated by what was trained on.
        case leak
        /// Scores may be too optimistic, or may not mean what they seem to.
        case warning
        /// Worth knowing.
        case note
    }

    /// The topic of a finding.
    public enum Kind: String, CaseIterable, Sendable {
        case clip, augmented, audio, take, speaker, saying, statement, statistics, classes, silence,
            unreadable, unused
        /// Recording conditions are associated with what a model is to predict.
        case recording
    }

    /// One finding.
    public struct Finding: Sendable, Equatable {
        /// The severity.
        public var severity: Severity
        /// The topic.
        public var kind: Kind
        /// The subsets it concerns, one or two.
        public var subsets: [Split.Subset]
        /// The number of clips, speakers or pairs.
        public var count: Int
        /// The finding in a sentence.
        public var message: String
        /// A few of the clips, speakers or pairs.
        public var examples: [String]
    }

    /// The contents of a subset.
    public struct SubsetSummary: Sendable, Equatable {
        /// The subset.
        public var subset: Split.Subset
        /// The number of clips.
        public var clips: Int
        /// The number of clips of each class, in the order of the corpus' classes.
        public var classCounts: [Int]
        /// The known speakers, without duplicates.
        public var speakers: [String]
        /// The total duration in seconds; nil if the audio was not read.
        public var duration: Double?
    }

    /// The name of the split.
    public var split: String
    /// The name of the corpus.
    public var corpus: String
    /// The classes of the corpus, in the order of `classCounts`.
    public var classes: [String]
    /// The training, validation and test sets.
    public var subsets: [SubsetSummary]
    /// The findings, most severe first.
    public var findings: [Finding]
    /// Whether the audio itself was compared.
    public var comparedAudio: Bool

    /// Whether no leak was found.
    public var isClean: Bool { !findings.contains { $0.severity == .leak } }

    /// The report as JSON.
    public var json: JSONValue {
        func texts(_ texts: [String]) -> JSONValue { JSONValue(.list(texts.map { JSONValue(.text($0)) })) }
        let subsets = subsets.map { subset -> JSONValue in
            let counts = zip(classes, subset.classCounts).map { JSONMember($0, JSONValue(.integer($1))) }
            return [
                "subset": subset.subset.encode(), "clips": subset.clips.encode(),
                "classes": JSONValue(.object(counts)),
                "speakers": texts(subset.speakers), "seconds": subset.duration.encode(),
            ]
        }
        let findings = findings.map { finding -> JSONValue in
            [
                "severity": finding.severity.rawValue.encode(), "kind": finding.kind.rawValue.encode(),
                "subsets": JSONValue(.list(finding.subsets.map { $0.encode() })),
                "count": finding.count.encode(),
                "message": finding.message.encode(), "examples": texts(finding.examples),
            ]
        }
        return [
            "split": split.encode(), "corpus": corpus.encode(), "is_clean": isClean.encode(),
            "compared_audio": comparedAudio.encode(), "subsets": JSONValue(.list(subsets)),
            "findings": JSONValue(.list(findings)),
        ]
    }

    /// The report as text: the contents of the subsets, then the findings with examples.
    public var table: String {
        var rows = [["", "clips", "speakers", "minutes"] + classes]
        for subset in subsets {
            let minutes = subset.duration.map { duration -> String in
                let tenths = Int((duration / 6).rounded())
                return "\(tenths / 10).\(tenths % 10)"
            }
            rows.append(
                [subset.subset.rawValue, "\(subset.clips)", "\(subset.speakers.count)", minutes ?? "-"]
                    + subset.classCounts.map { "\($0)" })
        }
        var lines = ["\(corpus), \(split)", ""] + TextTable(rows) { $0 > 0 }.lines + [""]
        if findings.isEmpty { lines.append("No problems were found.") }
        for finding in findings {
            let word =
                ["leak": "LEAK", "warning": "warning", "note": "note"][finding.severity.rawValue] ?? ""
            lines.append("\(word): \(finding.message)")
            lines += finding.examples.map { "    \($0)" }
            let more = finding.count - finding.examples.count
            if more > 0, !finding.examples.isEmpty { lines.append("    and \(more) more") }
        }
        if !comparedAudio { lines.append("The audio itself was not compared.") }
        return lines.joined(separator: "\n") + "\n"
    }
}
