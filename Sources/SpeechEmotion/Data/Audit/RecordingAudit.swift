import Autograd
import Configuration
import Metrics

/// Looks for properties of recordings that go with what a model is to find: then a score may come from the recording rather
/// than from the voice.
struct RecordingAudit {
    /// Clips with properties, in the order of the corpus.
    private let clips: [Clip]
    private let properties: [RecordingProperties]
    private let classes: [String]

    /// The chance that unrelated data give any finding about numbers, or any about kinds of recordings.
    static let falseAlarms = 0.01
    /// How far a property has to come from chance to perfect prediction: a UAR of 0.1 + 0.9 chance.
    static let clearEffect = 0.1
    /// The least Cramér's V by which a kind of recording goes with a column.
    static let clearAssociation = 0.3
    /// Fewer clips prove nothing.
    private static let fewest = 40
    /// Columns with more values than this are texts rather than groups.
    private static let mostValues = 200

    init(_ corpus: Corpus, _ known: [String: RecordingProperties]) {
        let pairs = corpus.clips.compactMap { clip in
            clip.origin == nil ? known[clip.id].map { (clip, $0) } : nil
        }
        (clips, properties) = (pairs.map(\.0), pairs.map(\.1))
        classes = corpus.classes
    }

    /// Everything that was found, warnings first.
    func findings() -> [AuditReport.Finding] {
        guard !clips.isEmpty else { return [] }
        return kindsOfRecordings() + predictions()
    }

    // MARK: - Rates and channels

    private struct Kind: Sendable {
        let name: String
        let plural: String
        let advice: String
        let value: @Sendable (RecordingProperties) -> Int
        let text: @Sendable (Int) -> String
    }

    private static let kinds = [
        Kind(
            name: "the sampling rate", plural: "sampling rates",
            advice:
                "A recording has no energy above half its rate, which tells a model where it comes from. Resample all to the lowest rate or below (\"rate\" in the features).",
            value: { $0.rate }, text: { "\(grouped($0)) Hz" }),
        Kind(
            name: "the number of channels", plural: "numbers of channels",
            advice:
                "Channels are averaged, which changes level and noise; the equipment may differ too. Check that results do not depend on these clips.",
            value: { $0.channels }, text: { counted($0, "channel") }),
    ]

    private struct Association {
        let column: String
        let strength: Double
        let examples: [String]
    }

    private func kindsOfRecordings() -> [AuditReport.Finding] {
        Self.kinds.compactMap { kind in
            let found = properties.map(kind.value)
            let values = Set(found).sorted()
            guard values.count > 1 else { return nil }
            let numbers = found.map { values.firstIndex(of: $0) ?? 0 }
            let counts = values.map { value in
                "\(kind.text(value)): \(countedClips(found.count { $0 == value }))"
            }
            let associations = associations(numbers, values.map(kind.text))
            guard !associations.isEmpty else {
                return finding(
                    .note, "\(kind.plural) differ between clips (\(counts.joined(separator: "; ")))", [])
            }
            let columns = associations.map { "\($0.column) (Cramér's V \(hundredths($0.strength)))" }
            return finding(
                .warning,
                "\(kind.name) goes with \(columns.joined(separator: ", ")): \(counts.joined(separator: "; ")). \(kind.advice)",
                associations.flatMap(\.examples))
        }
    }

    /// The columns that go with a kind of recording, the class and the speaker first.
    private func associations(_ numbers: [Int], _ texts: [String]) -> [Association] {
        guard clips.count >= Self.fewest else { return [] }
        let speakers = Self.numbered(clips.map(\.speaker))
        let columns = ["label", "speaker"] + Set(clips.flatMap(\.attributes.keys)).sortedByBytes()
        var candidates: [(column: String, values: [String], outcome: AssociationTest.Outcome)] = []
        for column in columns {
            let values = clips.compactMap { $0.value(of: column) }
            guard values.count == clips.count, let labels = Self.numbered(values),
                (2...Self.mostValues).contains((labels.max() ?? 0) + 1)
            else { continue }
            let outcome = AssociationTest.outcome(
                numbers, labels, groups: column == "speaker" ? nil : speakers)
            candidates.append((column, values, outcome))
        }
        let adjusted = PairedTest.holm(candidates.map(\.outcome.pValue))
        return zip(candidates, adjusted).compactMap { candidate, pValue in
            guard pValue <= Self.falseAlarms, candidate.outcome.strength >= Self.clearAssociation else {
                return nil
            }
            let name = candidate.column == "label" ? "the class" : "\"\(candidate.column)\""
            return Association(
                column: name, strength: candidate.outcome.strength,
                examples: examples(candidate.values, numbers, texts, name: candidate.column))
        }
    }

    /// The two values of a column that differ most in their kinds of recordings.
    private func examples(_ values: [String], _ numbers: [Int], _ texts: [String], name: String) -> [String] {
        let groups = Set(values).sortedByBytes().map { value -> (share: Double, text: String) in
            let members = values.indices.filter { values[$0] == value }
            let counts = texts.indices.map { kind in members.count { numbers[$0] == kind } }
            let shown = zip(texts, counts).filter { $1 > 0 }.map { "\($0) in \($1)" }
            return (
                Double(counts[0]) / Double(max(members.count, 1)),
                "\(name) \(value): \(shown.joined(separator: ", "))"
            )
        }
        let sorted = groups.indices.sorted { (groups[$0].share, $0) < (groups[$1].share, $1) }
        guard let first = sorted.first, let last = sorted.last, first != last else { return [] }
        return [groups[last].text, groups[first].text]
    }

    // MARK: - Length and levels

    private struct Number: Sendable {
        let name: String
        let unit: String
        let digits: Int
        let meaning: String
        let value: @Sendable (RecordingProperties) -> Double
    }

    private static let numbers = [
        Number(
            name: "clip length", unit: "s", digits: 2,
            meaning:
                "Emotions differ in how fast people speak, but length also depends on the text and on how clips were cut. A model sees it through padding and truncation: take this UAR as the baseline that a model has to beat, and compare clips of equal length.",
            value: { $0.seconds }),
        Number(
            name: "loudness (RMS level)", unit: "dB", digits: 1,
            meaning:
                "Emotions differ in loudness, but so do distance to the microphone and gain. Take this UAR as the baseline that a model has to beat; {\"type\": \"normalize_rms\"} in \"prepare\" shows what is left without the level.",
            value: { $0.level }),
        Number(
            name: "noise floor (10th percentile of frame levels)", unit: "dB", digits: 1,
            meaning:
                "Loud speech and reverberation raise it a little; beyond that it tells the room or the equipment rather than the emotion. Check whether classes were recorded under different conditions.",
            value: { $0.floor }),
    ]

    private func predictions() -> [AuditReport.Finding] {
        let names = classes.filter { name in clips.contains { $0.label == name } }
        guard names.count > 1, clips.count >= Self.fewest else { return [] }
        let labels = clips.map { clip in names.firstIndex(of: clip.label) ?? 0 }
        let speakers = Self.numbered(clips.map(\.speaker))
        let isIndependent = (speakers?.max() ?? 0) > 0
        let chance = 1 / Double(names.count)
        // 0.125 rather than 0.13, but 0.25.
        let exact = thousandths(chance)
        let chanceText = exact.hasSuffix("0") ? String(exact.dropLast()) : exact
        let varying = Self.numbers.filter { number in
            let first = properties.first.map(number.value)
            return properties.contains { number.value($0) != first }
        }
        let outcomes = PropertyTest(
            labels: labels, classes: names.count, speakers: isIndependent ? speakers : nil
        )
        .outcomes(varying.map { number in properties.map(number.value) })
        let adjusted = PairedTest.holm(outcomes.map(\.pValue))
        return zip(varying, zip(outcomes, adjusted)).compactMap { number, result in
            let (outcome, pValue) = result
            guard pValue <= Self.falseAlarms, outcome.recall - chance >= Self.clearEffect * (1 - chance)
            else {
                return nil
            }
            let how =
                isIndependent
                ? "cross-validated on unseen speakers"
                : "cross-validated; speakers are not known, so voices may explain a part"
            let medians = names.enumerated().map { index, name -> String in
                let own = zip(properties, labels).filter { $1 == index }.map { number.value($0.0) }
                let median = decimal(own.sorted().quantile(0.5), digits: number.digits)
                return "\(name) \(median) \(number.unit)"
            }
            return finding(
                .warning,
                "\(number.name) alone predicts the class with UAR \(hundredths(outcome.recall)), chance \(chanceText) (\(how); permutation test, p = \(thousandths(pValue))). \(number.meaning)",
                ["medians: \(medians.joined(separator: ", "))"])
        }
    }

    private func finding(
        _ severity: AuditReport.Severity, _ message: String, _ examples: [String]
    ) -> AuditReport.Finding {
        AuditReport.Finding(
            severity: severity, kind: .recording, parts: [], count: max(1, examples.count), message: message,
            examples: examples)
    }

    /// Numbers for texts, in alphabetical order; nil where one is missing.
    private static func numbered(_ texts: [String?]) -> [Int]? {
        let known = texts.compactMap { $0 }
        guard known.count == texts.count else { return nil }
        let numbers = Dictionary(
            Set(known).sortedByBytes().enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
        return known.map { numbers[$0] ?? 0 }
    }
}

private func countedClips(_ count: Int) -> String { "\(grouped(count)) clip\(count == 1 ? "" : "s")" }
private func hundredths(_ value: Double) -> String { decimal(value, digits: 2) }
private func thousandths(_ value: Double) -> String { decimal(value, digits: 3) }

/// With so many digits after the point.
private func decimal(_ value: Double, digits: Int) -> String {
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    let text = "\((value * scale).rounded() / scale)"
    let decimals = text.split(separator: ".").last?.count ?? 0
    return text + String(repeating: "0", count: max(0, digits - decimals))
}
