import Metrics

/// What stands under figures with confidence intervals: the method with its reference, the independent units, and the assumption.
package struct IntervalNote {
    /// What is independent.
    package var unit: ClusteredFigure.Unit
    /// How many of them there are.
    package var units: Int
    /// nil where there is no interval.
    package var method: ConfidenceInterval.Method?
    package var level: Double
    /// Whether no speaker was trained on; nil where that is not known.
    package var speakerIndependent: Bool?

    package init(
        unit: ClusteredFigure.Unit, units: Int, method: ConfidenceInterval.Method?, level: Double,
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
                : "No confidence interval where all \(noun)s have the same result."
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
        case .student: "Student's t over folds"
        case .correctedStudent: "corrected resampled t over folds (Nadeau and Bengio 2003)"
        }
    }
}
