import Autograd
import Configuration

/// Statistics that were fitted on clips and are applied to others, such as those of a scaler.
public struct FittedStatistic: Sendable, Equatable {
    /// The name, such as `scaler`.
    public var name: String
    /// The clips that it was fitted on.
    public var clips: [String]

    /// Creates a statistic with the clips it was fitted on.
    public init(name: String, clips: [String]) {
        self.name = name
        self.clips = clips
    }
}

/// Audits a split for leakage: anything that inflates test scores.
public struct Auditor: Sendable {
    private let corpus: Corpus
    private let scan: AudioScan?
    /// The classes of the corpus, or the tokens of its transcripts.
    private let classes: [String]
    private let tokens: (@Sendable (String) -> [String])?
    private let clips: [String: Clip]
    private let audio: SharedAudio
    /// Findings about recording conditions, the same for every split.
    private let recordingFindings: [AuditReport.Finding]

    /// Creates an auditor of splits of a corpus, including its audio if that has been scanned.
    ///
    /// - Parameter tokens: Splits the label of a clip, if labels are transcripts, into tokens, which are then audited instead of
    ///   classes.
    public init(_ corpus: Corpus, scan: AudioScan? = nil, tokens: (@Sendable (String) -> [String])? = nil) {
        self.corpus = corpus
        self.scan = scan
        self.tokens = tokens
        classes =
            tokens.map { split in Set(corpus.clips.flatMap { split($0.label) }).sortedByBytes() }
            ?? corpus.classes
        clips = Dictionary(corpus.clips.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        audio = SharedAudio(scan?.copies ?? [], durations: scan?.durations ?? [:])
        recordingFindings = RecordingAudit(corpus, scan?.properties ?? [:]).findings()
    }

    /// Audits a split. Throws if it names clips that the corpus lacks.
    ///
    /// - Parameters:
    ///   - fitted: The statistics that the run fitted, with their clips.
    ///   - measured: The subset whose scores are at stake.
    public func audit(
        _ split: Split, fitted: [FittedStatistic] = [], measured: Split.Subset = .test
    ) throws(InputError) -> AuditReport {
        var subsets: [(subset: Split.Subset, clips: [Clip])] = []
        for subset in Split.Subset.allCases {
            var members: [Clip] = []
            for id in split[subset] {
                guard let clip = clips[id] else {
                    throw InputError(
                        "auditing the split \"\(split.name)\"",
                        found: "the clip \"\(id)\", which \(corpus.name) does not have",
                        allowed: "a split of this corpus")
                }
                members.append(clip)
            }
            subsets.append((subset, members))
        }
        var findings: [AuditReport.Finding] = []
        let pairs: [(first: Int, second: Int)] = [(0, 2), (1, 2), (0, 1)]
        for pair in pairs { findings += compare(subsets[pair.first], subsets[pair.second], measured) }
        findings +=
            repeats(subsets, measured) + statistics(fitted, split, measured) + contents(subsets)
            + unused(split)
            + broken(split) + recordingFindings
        // Stable, so that findings of one severity keep their order.
        let ordered = AuditReport.Severity.allCases.flatMap { level in
            findings.filter { $0.severity == level }
        }
        var report = AuditReport()
        (report.split, report.corpus) = (split.name, corpus.name)
        report.isClean = !findings.contains { $0.severity == .leak }
        report.comparedAudio = scan != nil
        report.findings = ordered
        report.subsets = subsets.map { subset, clips in
            var summary = AuditReport.SubsetSummary()
            (summary.subset, summary.clips) = (subset, clips.count)
            summary.classes = Named(zip(classes, counts(clips)).map { .init($0, $1) })
            summary.speakers = clips.values(of: "speaker")
            summary.duration = scan.map { scan in
                clips.reduce(0) { $0 + (scan.durations[$1.origin ?? $1.id] ?? 0) }
            }
            return summary
        }
        return report
    }

    private typealias Members = (subset: Split.Subset, clips: [Clip])
    private static let examples = 5

    private func finding(
        _ severity: AuditReport.Severity, _ kind: AuditReport.Kind, _ subsets: [Split.Subset],
        _ found: [String],
        count: Int? = nil, _ message: (Int) -> String
    ) -> [AuditReport.Finding] {
        let count = count ?? found.count
        guard count > 0 else { return [] }
        return [
            AuditReport.Finding(
                severity, kind, subsets, count: count, message(count),
                examples: Array(found.prefix(Self.examples)))
        ]
    }

    /// Compares two subsets.
    private func compare(_ a: Members, _ b: Members, _ measured: Split.Subset) -> [AuditReport.Finding] {
        let subsets = [a.subset, b.subset]
        let (one, other) = (a.subset.word, b.subset.word)
        // The measured subset must share nothing with those before it; between others it matters less.
        let severity = b.subset == measured ? AuditReport.Severity.leak : .warning
        let ids = Set(a.clips.map(\.id))
        let same = b.clips.map(\.id).filter(ids.contains)
        var findings = finding(severity, .clip, subsets, same) {
            "\(counted($0, "clip")) in both the \(one) and the \(other) set"
        }

        let originals = Dictionary(
            a.clips.map { ($0.origin ?? $0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let copies = b.clips.compactMap { clip -> String? in
            guard let relative = originals[clip.origin ?? clip.id], relative.id != clip.id,
                clip.origin != nil || relative.origin != nil
            else { return nil }
            return "\(relative.id) and \(clip.id)"
        }
        findings += finding(severity, .augmented, subsets, copies) {
            "\(counted($0, "clip")) in the \(other) set \(are($0)) from the same recordings as clips in the \(one) set (augmented copies)"
        }

        findings += finding(severity, .audio, subsets, sharedAudio(a, b)) {
            "\(counted($0, "clip")) in the \(other) set \(share($0)) audio with a clip in the \(one) set"
        }
        let takes = shared(a, b) { Self.take($0) }
        findings += finding(severity, .take, subsets, takes) {
            "\(counted($0, "clip")) in the \(other) set \(have($0)) the same speaker, statement and repetition as a clip in the \(one) set"
        }

        let trained = Set(a.clips.compactMap(\.speaker))
        let speakers = b.clips.values(of: "speaker").filter(trained.contains)
        let total = b.clips.values(of: "speaker").count
        findings += finding(
            b.subset == measured && a.subset == .train ? .leak : .warning, .speaker, subsets, speakers
        ) {
            "\($0) of \(counted(total, "speaker")) in the \(other) set \(are($0)) also in the \(one) set"
        }
        if b.subset == measured, a.subset == .train {
            let sayings = shared(a, b) { clip in
                guard let speaker = clip.speaker, let statement = clip.attributes["statement"] else {
                    return nil
                }
                return [speaker, statement, clip.label]
            }
            findings += finding(.warning, .saying, subsets, sayings) {
                "\(counted($0, "clip")) in the \(other) set \(have($0)) the same speaker, statement and class as a clip in the \(one) set"
            }
            let known = Set(a.clips.compactMap { $0.attributes["statement"] })
            let statements = b.clips.values(of: "statement")
            let shared = statements.filter(known.contains)
            findings += finding(.note, .statement, subsets, shared) {
                "\($0) of \(counted(statements.count, "statement")) in the \(other) set \(are($0)) also in the \(one) set: the text is not new to the model"
            }
        }
        return findings
    }

    /// Pairs of clips of the two subsets with equal keys.
    private func shared(_ a: Members, _ b: Members, _ key: (Clip) -> [String]?) -> [String] {
        let known = Dictionary(
            a.clips.compactMap { clip in key(clip).map { ($0, clip.id) } },
            uniquingKeysWith: { first, _ in first })
        return b.clips.compactMap { clip in
            guard let key = key(clip), let other = known[key], other != clip.id else { return nil }
            return "\(other) and \(clip.id)"
        }
    }

    /// Everything that is known about a recording; nil if the repetition is unknown.
    private static func take(_ clip: Clip) -> [String]? {
        guard clip.origin == nil, let speaker = clip.speaker, clip.attributes["statement"] != nil,
            clip.attributes["repetition"] != nil
        else { return nil }
        let names = clip.attributes.keys.sortedByBytes()
        return [speaker, clip.label] + names.flatMap { [$0, clip.attributes[$0] ?? ""] }
    }

    private func sharedAudio(_ a: Members, _ b: Members) -> [String] {
        guard !audio.isEmpty else { return [] }
        var known: [Int: [String]] = [:]
        for clip in a.clips {
            let id = clip.origin ?? clip.id
            if let recording = audio.recording(of: id) { known[recording, default: []].append(id) }
        }
        return b.clips.compactMap { clip in
            let id = clip.origin ?? clip.id
            guard let others = audio.recording(of: id).flatMap({ known[$0] }),
                let other = others.first(where: { $0 != id && audio.isShared($0, id) })
            else { return nil }
            return audio.description(other, id)
        }
    }

    /// Finds duplicates within a subset, and equal audio with different classes anywhere.
    private func repeats(_ subsets: [Members], _ measured: Split.Subset) -> [AuditReport.Finding] {
        var findings: [AuditReport.Finding] = []
        let copies = scan?.copies ?? []
        for (subset, members) in subsets {
            let ids = Set(members.map(\.id))
            let pairs = copies.filter { ids.contains($0.first) && ids.contains($0.second) }
            findings += finding(
                subset == measured ? .warning : .note, .audio, [subset],
                pairs.map { audio.description($0.first, $0.second) }
            ) {
                "\(counted($0, "clip pair")) in the \(subset.word) set \(share($0)) audio"
            }
            let doubled = Dictionary(members.map { ($0.id, 1) }, uniquingKeysWith: +).filter { $1 > 1 }.keys
            findings += finding(.warning, .clip, [subset], doubled.sortedByBytes()) {
                "\(counted($0, "clip")) \(are($0)) listed more than once in the \(subset.word) set"
            }
        }
        let contradictions = copies.filter { clips[$0.first]?.label != clips[$0.second]?.label }
        findings += finding(
            .warning, .classes, [],
            contradictions.map {
                "\($0.first) (\(clips[$0.first]?.label ?? "")) and \($0.second) (\(clips[$0.second]?.label ?? ""))"
            }
        ) { "\(counted($0, "clip pair")) \(share($0)) audio, but \(have($0)) different classes" }
        return findings
    }

    private func statistics(
        _ fitted: [FittedStatistic], _ split: Split, _ measured: Split.Subset
    ) -> [AuditReport.Finding] {
        var findings: [AuditReport.Finding] = []
        for statistic in fitted {
            let used = Set(statistic.clips)
            for subset in [Split.Subset.test, .validation] {
                findings += finding(
                    subset == measured ? .leak : .warning, .statistics, [subset],
                    split[subset].filter(used.contains)
                ) {
                    "\"\(statistic.name)\" was fitted to \(counted($0, "clip")) of the \(subset.word) set"
                }
            }
        }
        return findings
    }

    /// Empty subsets and missing classes.
    private func contents(_ subsets: [Members]) -> [AuditReport.Finding] {
        var findings: [AuditReport.Finding] = []
        for (subset, members) in subsets {
            if members.isEmpty {
                if subset != .validation {
                    findings += finding(.warning, .classes, [subset], [], count: 1) { _ in
                        "the \(subset.word) set has no clips"
                    }
                }
                continue
            }
            let (noun, counts) = (tokens == nil ? "classes" : "tokens", counts(members))
            let missing = zip(classes, counts).filter { $1 == 0 }.map(\.0)
            findings += finding(.warning, .classes, [subset], missing) {
                "\($0) of \(classes.count) \(noun) \(have($0)) no clips in the \(subset.word) set"
            }
            let few = zip(classes, counts).filter { (1..<10).contains($1) }.map { "\($0): \($1)" }
            findings += finding(.note, .classes, [subset], few) {
                "\($0) of \(classes.count) \(noun) \(have($0)) fewer than 10 clips in the \(subset.word) set"
            }
        }
        return findings
    }

    /// The number of clips of each class, or with each token.
    private func counts(_ clips: [Clip]) -> [Int] {
        guard let tokens else { return clips.counts(of: classes) }
        let found = Dictionary(
            clips.flatMap { Set(tokens($0.label)) }.map { ($0, 1) }, uniquingKeysWith: +)
        return classes.map { found[$0] ?? 0 }
    }

    private func unused(_ split: Split) -> [AuditReport.Finding] {
        let used = Set(Split.Subset.allCases.flatMap { split[$0] })
        let rest = corpus.clips.map(\.id).filter { !used.contains($0) }
        return finding(.note, .unused, [], rest) {
            "\(counted($0, "clip")) of the corpus \(are($0)) in no subset"
        }
    }

    private func broken(_ split: Split) -> [AuditReport.Finding] {
        guard let scan else { return [] }
        var findings: [AuditReport.Finding] = []
        for subset in Split.Subset.allCases {
            let ids = Set(split[subset].map { clips[$0]?.origin ?? $0 })
            findings += finding(.warning, .silence, [subset], scan.silent.filter(ids.contains)) {
                "\(counted($0, "clip")) in the \(subset.word) set \(are($0)) silent"
            }
            let unreadable = scan.unreadable.filter { ids.contains($0.file) }.map(\.description)
            findings += finding(.warning, .unreadable, [subset], unreadable) {
                "\(counted($0, "clip")) in the \(subset.word) set cannot be read"
            }
        }
        return findings
    }
}

private func have(_ count: Int) -> String { count == 1 ? "has" : "have" }
private func share(_ count: Int) -> String { count == 1 ? "shares" : "share" }
private func are(_ count: Int) -> String { count == 1 ? "is" : "are" }
