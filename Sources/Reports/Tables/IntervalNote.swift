import Metrics

/// The note below metrics with confidence intervals: the method with its reference, the independent units, and the assumption.
package struct IntervalNote {
    /// The independent units.
    package var unit: ClusteredMetric.Unit
    /// Their number.
    package var units: Int
    /// nil without an interval.
    package var method: ConfidenceInterval.Method?
    /// Why there is no interval.
    package var absence: ConfidenceInterval.Absence?
    /// The names of the metrics.
    package var metrics: [String]
    package var level: Double
    /// Whether all speakers are unseen in training; nil if it is not known.
    package var speakerIndependent: Bool?

    package init(
        unit: ClusteredMetric.Unit, units: Int, method: ConfidenceInterval.Method?,
        absence: ConfidenceInterval.Absence? = nil, metrics: [String] = [], level: Double,
        speakerIndependent: Bool?
    ) {
        (self.unit, self.units, self.method) = (unit, units, method)
        (self.absence, self.metrics) = (absence, metrics)
        (self.level, self.speakerIndependent) = (level, speakerIndependent)
    }

    private var noun: String { unit == .speakers ? "test speaker" : "clip" }

    package var text: String {
        guard let method else { return absence.map(reason) ?? "" }
        let name = "\(Self.percent(level)) confidence intervals over \(NumberText.count(units, noun))"
        return "\(name): \(method.words(of: metrics)). \(assumption)"
    }

    private func reason(_ absence: ConfidenceInterval.Absence) -> String {
        let what =
            "No confidence interval" + (metrics.isEmpty ? "" : " of \(metrics.joined(separator: ", "))")
        return switch absence {
        case .fewUnits:
            "No confidence interval: it needs at least \(ClusterResampling.fewest) \(noun)s as independent units, and there \(units == 1 ? "is" : "are") \(units)."
        case .equalUnits: "\(what): all \(noun)s have the same result."
        case .oneUnit:
            "\(what): without one of the \(noun)s, the metric would be at its limit, such as 0 or 1."
        case .undefined: "\(what): the metric is undefined, or would be without one of the \(noun)s."
        case .biased: "\(what): its estimate is biased upward in small samples (Kumar, Liang and Ma 2019)."
        }
    }

    /// Joins notes. Those with the same method, or the same reason, for different metrics become one.
    package static func text(of notes: [IntervalNote]) -> String {
        var joined: [IntervalNote] = []
        for note in notes {
            if let place = joined.firstIndex(where: { $0.method == note.method && $0.absence == note.absence }
            ) {
                joined[place].metrics += note.metrics
            } else {
                joined.append(note)
            }
        }
        return joined.map(\.text).filter { !$0.isEmpty }.joined(separator: " ")
    }

    private var assumption: String {
        switch (unit, speakerIndependent) {
        case (.speakers, true?):
            "They assume that speakers are independent, and describe unseen speakers."
        case (.speakers, false?):
            "They assume that speakers are independent and unseen in training. This assumption is not met: these speakers were in the training data."
        case (.speakers, nil):
            "They assume that speakers are independent and were not in the training data."
        case (.clips, false?):
            "They assume that clips are independent. These speakers were in the training data, so the intervals describe new clips of the same speakers only."
        case (.clips, _):
            "They assume that clips are independent; with several clips of a speaker they are too narrow."
        }
    }

    /// "95%", "99.5%".
    package static func percent(_ level: Double) -> String {
        NumberText.trimmed(NumberText.fixed(level * 100, 2)) + "%"
    }
}

extension ConfidenceInterval.Method {
    /// The method with the scale on which it is computed for these metrics, and its reference.
    package func words(of metrics: [String]) -> String {
        let (name, reference) =
            switch self {
            case .jackknife:
                (
                    "skewness-corrected t interval with a jackknife standard error",
                    "Efron and Stein 1981, Johnson 1978"
                )
            case .student: ("Student's t interval", "Student 1908")
            case .correctedStudent: ("corrected resampled t interval", "Nadeau and Bengio 2003")
            }
        return [name, Metric.scaleWords(of: metrics), "(\(reference))"].filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    /// The assumption of an interval over folds.
    package var foldAssumption: String {
        self == .correctedStudent
            ? "It allows for overlapping training sets and assumes that fold results are normally distributed."
            : "It describes the models of these folds, and assumes that their results are independent and normally distributed."
    }
}
