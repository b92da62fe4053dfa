import Metrics

/// The note below metrics with confidence intervals: the method with its reference, the independent units, and the assumption.
package struct IntervalNote {
    /// The independent units.
    package var unit: ClusteredMetric.Unit
    /// Their number.
    package var units: Int
    /// nil without an interval.
    package var method: ConfidenceInterval.Method?
    package var level: Double
    /// Whether all speakers are unseen in training; nil if it is not known.
    package var speakerIndependent: Bool?

    package init(
        unit: ClusteredMetric.Unit, units: Int, method: ConfidenceInterval.Method?, level: Double,
        speakerIndependent: Bool?
    ) {
        (self.unit, self.units, self.method) = (unit, units, method)
        (self.level, self.speakerIndependent) = (level, speakerIndependent)
    }

    private var noun: String { unit == .speakers ? "test speaker" : "clip" }

    package var text: String {
        guard let method else {
            return units < ClusterResampling.fewest
                ? "No confidence interval: it needs at least \(ClusterResampling.fewest) \(noun)s as independent units, and there \(units == 1 ? "is" : "are") \(units)."
                : "There is no confidence interval if all \(noun)s have the same result."
        }
        let name = "\(Self.percent(level)) confidence intervals over \(NumberText.count(units, noun))"
        return "\(name): \(method.words). \(assumption)"
    }

    private var assumption: String {
        switch (unit, speakerIndependent) {
        case (.speakers, true?):
            "They assume that speakers are independent, and describe unseen speakers."
        case (.speakers, _):
            "They assume that speakers are independent and were not in the training data."
        case (.clips, false?):
            "They assume that clips are independent; as these speakers were in the training data, the intervals describe new clips of the same speakers only."
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
    /// The method with its reference.
    package var words: String {
        switch self {
        case .bootstrap: "bootstrap-t (Efron and Tibshirani 1993)"
        case .jackknife:
            "t interval with a jackknife standard error, for shares on the logit scale (Efron and Stein 1981)"
        case .student: "Student's t, for shares on the logit scale (Student 1908)"
        case .correctedStudent:
            "corrected resampled t, for shares on the logit scale (Nadeau and Bengio 2003)"
        }
    }

    /// The assumption of an interval over folds.
    package var foldAssumption: String {
        self == .correctedStudent
            ? "It allows for overlapping training sets and assumes that fold results are normal."
            : "It assumes that fold results are independent and normal."
    }
}
