import Autograd
import Configuration
import Metrics

/// Tests whether recording conditions are associated with what a model is to predict: then a score may reflect the
/// recording rather than the speech.
struct RecordingAudit {
    /// The clips with properties, in the order of the corpus.
    private let clips: [Clip]
    private let properties: [RecordingProperties]
    private let classes: [String]

    /// The probability that unrelated data give any finding about numeric properties, or any about categorical ones.
    static let falseAlarms = 0.01
    /// The minimum effect, from chance to perfect prediction: a UAR of 0.1 + 0.9 chance.
    static let clearEffect = 0.1
    /// The minimum Cramér's V of an association.
    static let clearAssociation = 0.3
    /// Corpora with fewer clips are not tested.
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

    /// Returns all findings, warnings first.
    func findings() -> [AuditReport.Finding] {
        guard !clips.isEmpty else { return [] }
        return kindsOfRecordings() + predictions()
    }

    // MARK: - Sample rates and channels

    private struct Kind: Sendable {
        let name: String
        let plural: String
        let advice: String
        let value: @Sendable (RecordingProperties) -> Int
        let text: @Sendable (Int) -> String
    }

    private static let kinds = [
        Kind(
            name: "the sample rate", plural: "sample rates",
            advice:
                "A recording has no energy above half its sample rate, which reveals its origin to a model. Resample all to the lowest sample rate or below (\"sample_rate\" in the features).",
            value: { $0.rate }, text: { "\(grouped($0)) Hz" }),
        Kind(
            name: "the number of channels", plural: "numbers of channels",
            advice:
                "Channels are averaged, which changes level and noise; the equipment may differ, too. Check that results do not depend on these clips.",
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
                "\(kind.name) is associated with \(columns.joined(separator: ", ")): \(counts.joined(separator: "; ")). \(kind.advice)",
                associations.flatMap(\.examples))
        }
    }

    /// The columns that are associated with a property, the class and the speaker first.
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

    /// The two values of a column that differ most in a property, and the number of the others.
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
        let others = groups.count - 2
        return [groups[last].text, groups[first].text]
            + (others > 0 ? ["\(counted(others, "other value")) of \(name) between these"] : [])
    }

    // MARK: - Duration and levels

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
                "Emotions differ in speech rate, but length also depends on the text and on segmentation. A model can infer it from padding and truncation: use this UAR as the baseline to beat, and compare clips of equal length.",
            value: { $0.seconds }),
        Number(
            name: "loudness (RMS level)", unit: "dB", digits: 1,
            meaning:
                "Emotions differ in loudness, but so do the distance to the microphone and the gain. Use this UAR as the baseline to beat; {\"type\": \"normalize_rms\"} in \"preprocessing\" removes it.",
            value: { $0.level }),
        Number(
            name: "noise floor (10th percentile of frame levels)", unit: "dB", digits: 1,
            meaning:
                "Loud speech and reverberation raise it a little; beyond that, it indicates the room or the equipment rather than the emotion. Check whether classes were recorded under different conditions.",
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
                : "cross-validated; speakers are unknown, so speaker identity may explain part of it"
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
            severity, .recording, [], count: max(1, examples.count), message, examples: examples)
    }

    /// Numbers texts in alphabetical order; nil if one is missing.
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

/// Formats a number with a fixed number of decimals.
private func decimal(_ value: Double, digits: Int) -> String {
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    let text = "\((value * scale).rounded() / scale)"
    let decimals = text.split(separator: ".").last?.count ?? 0
    return text + String(repeating: "0", count: max(0, digits - decimals))
}
