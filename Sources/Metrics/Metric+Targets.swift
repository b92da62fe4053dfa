import Foundation

/// The metrics of ordered classes, numbers, several labels, and votes of annotators.
extension Metric {
    /// The concordance correlation coefficient.
    public static let concordance = Metric(
        "ccc", "Concordance correlation coefficient (Lin 1989).", scale: .inverseTangent,
        .numbers { $0.concordance })
    /// Pearson's correlation coefficient.
    public static let pearson = Metric(
        "pearson", "Pearson's correlation coefficient.", scale: .inverseTangent, .numbers { $0.pearson })
    /// Spearman's rank correlation coefficient.
    public static let spearman = Metric(
        "spearman", "Spearman's rank correlation coefficient.", scale: .inverseTangent,
        .numbers { $0.spearman })
    /// The mean absolute error.
    public static let meanAbsoluteError = Metric(
        "mae", "Mean absolute error, in the unit of the target.", higherIsBetter: false, scale: .logarithm,
        .numbers { $0.meanAbsoluteError })
    /// The root mean squared error.
    public static let rootMeanSquaredError = Metric(
        "rmse", "Root mean squared error, in the unit of the target.", higherIsBetter: false,
        scale: .logarithm, .numbers { $0.rootMeanSquaredError })
    /// The coefficient of determination.
    public static let determination = Metric(
        "r2", "Coefficient of determination (R squared).", scale: .identity,
        .numbers { $0.determination })

    /// Cohen's kappa with quadratic weights, for ordered classes.
    public static let quadraticKappa = Metric(
        "quadratic_kappa", "Cohen's kappa with quadratic weights, for ordered classes.",
        scale: .inverseTangent, .confusion { $0.quadraticKappa })
    /// The mean absolute difference between the ranks of the predicted and the true class, for ordered classes.
    public static let rankError = Metric(
        "rank_error",
        "Mean distance in levels between the predicted and the true class, for ordered classes.",
        higherIsBetter: false, scale: .logarithm, .confusion { $0.rankError })

    /// The mean of the F1 scores of the labels.
    public static let labelMacroF1 = Metric(
        "label_macro_f1", "Macro-averaged F1 score of a multi-label target.", .labels { $0.macroF1 })
    /// The F1 score of all decisions about labels together.
    public static let labelMicroF1 = Metric(
        "label_micro_f1", "Micro-averaged F1 score of a multi-label target.", .labels { $0.microF1 })
    /// The mean average precision.
    public static let meanAveragePrecision = Metric(
        "mean_average_precision", "Mean average precision (mAP) over the labels of a multi-label target.",
        .labels { $0.meanAveragePrecision })
    /// The mean of the areas under the ROC curves of the labels.
    public static let labelAUC = Metric(
        "label_auc", "Macro-averaged area under the ROC curve of a multi-label target.",
        .labels { $0.areaUnderROC })
    /// The proportion of wrong decisions about labels.
    public static let hammingLoss = Metric(
        "hamming_loss", "Hamming loss: proportion of wrong decisions of a multi-label target.",
        higherIsBetter: false,
        .labels { $0.hammingLoss })

    /// The mean divergence of the predicted probabilities from the distribution of the annotators' votes.
    public static let voteDivergence = Metric(
        "vote_divergence",
        "Mean Kullback-Leibler divergence between the distribution of the annotators' votes and the predicted probabilities.",
        higherIsBetter: false, scale: .logarithm, .votes { $0.voteDivergence })
    /// The correlation of the entropies of predictions and votes.
    public static let entropyCorrelation = Metric(
        "entropy_correlation",
        "Pearson's correlation between the entropies of the predicted probabilities and of the annotators' votes.",
        scale: .inverseTangent, .votes { $0.entropyCorrelation })

    /// The label error rate of label sequences.
    public static let labelErrorRate = Metric(
        "label_error_rate",
        "Label error rate of label sequences: substitutions, insertions and deletions per true label.",
        higherIsBetter: false, scale: .logarithm,
        .ratio(.sequences) { predictions, row in
            let errors = predictions.sequences[row].errors
            return (Double(errors.count), Double(errors.labels))
        })
    /// The proportion of label sequences without an error.
    public static let exactMatches = Metric(
        "exact_matches", "Proportion of label sequences without an error.",
        .ratio(.sequences) { predictions, row in
            let sequence = predictions.sequences[row]
            return (sequence.truth == sequence.prediction ? 1 : 0, 1)
        })

    /// The F1 score of the segments that classified frames form.
    public static let segmentF1 = Metric(
        "segment_f1",
        "Segment F1 score of a frame classification: a predicted segment is correct if its class is that of a true segment, its onset agrees within 200 ms, and its offset within 200 ms or half of the duration (Mesaros et al. 2016).",
        .ratio(.frames) { predictions, row in
            let found = predictions.frames[row].matches
            return (2 * Double(found.matched), Double(found.predicted + found.wanted))
        })

    static let ofSequences = [labelErrorRate, exactMatches]
    static let ofOrder = [quadraticKappa, rankError]
    static let ofNumbers = [
        concordance, pearson, spearman, meanAbsoluteError, rootMeanSquaredError, determination,
    ]
    static let ofLabels = [labelMacroF1, labelMicroF1, meanAveragePrecision, labelAUC, hammingLoss]
    /// The metrics of predictions for clips with votes of annotators.
    public static let ofVotes = [voteDivergence, entropyCorrelation]

    /// The metrics of a task where a config names none.
    public static func standard(_ task: Predictions.Task) -> [Metric] {
        switch task {
        case .classification: [accuracy, uar, macroF1]
        case .regression:
            [concordance, pearson, spearman, meanAbsoluteError, rootMeanSquaredError]
        case .multiLabel: [labelMacroF1, labelMicroF1, meanAveragePrecision, labelAUC]
        case .sequences: ofSequences
        case .frames: [accuracy, uar, macroF1, segmentF1]
        }
    }
}

extension Predictions {
    /// The mean divergence of the probabilities from the distribution of the votes, in nats.
    var voteDivergence: Double {
        let sums = zip(references, probabilities).map { shares, row in
            zip(shares, row).reduce(0) { $0 + ($1.0 > 0 ? $1.0 * log($1.0 / max($1.1, 1e-15)) : 0) }
        }
        return sums.isEmpty ? .nan : max(0, sums.reduce(0, +) / Double(sums.count))
    }

    /// The correlation between the entropies of the probabilities and of the votes.
    var entropyCorrelation: Double {
        func entropy(_ row: [Double]) -> Double { row.reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) } }
        return RegressionMetrics(unchecked: references.map(entropy), probabilities.map(entropy)).pearson
    }
}

extension ConfusionMatrix {
    /// Cohen's kappa with quadratic weights; NaN if truth and predictions are the same single class.
    var quadraticKappa: Double {
        let size = classes.count
        let (rows, columns) = (supports, predicted)
        var (seen, expected) = (0.0, 0.0)
        for truth in 0..<size {
            for prediction in 0..<size {
                let weight = Double((truth - prediction) * (truth - prediction))
                seen += weight * Double(counts[truth][prediction])
                expected += weight * Double(rows[truth] * columns[prediction]) / Double(max(total, 1))
            }
        }
        return expected > 0 ? 1 - seen / expected : .nan
    }

    /// The mean distance between predicted and true class.
    var rankError: Double {
        var sum = 0
        for truth in classes.indices {
            for prediction in classes.indices { sum += abs(truth - prediction) * counts[truth][prediction] }
        }
        return total > 0 ? Double(sum) / Double(total) : .nan
    }
}
