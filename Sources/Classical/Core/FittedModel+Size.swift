import Autograd

extension FittedModel {
    /// An empty text, for models whose size is known from their options.
    public var size: String { "" }
}

extension TreeEnsemble {
    /// The number of trees and leaves, and the largest depth.
    var size: String {
        let leaves = grouped(nodes.count { $0.isLeaf })
        guard trees != 1 else { return "1 tree with \(leaves) leaves, depth \(depth)" }
        return "\(grouped(trees)) trees with \(leaves) leaves, depth up to \(depth)"
    }
}

extension ForestClassifier {
    public var size: String {
        ensemble.size + (outOfBag.map { "; out-of-bag accuracy \($0.score.rounded(4))" } ?? "")
    }
}

extension ForestRegressor {
    public var size: String {
        ensemble.size + (outOfBag.map { "; out-of-bag R2 \($0.score.rounded(4))" } ?? "")
    }
}

extension BoostingClassifier {
    public var size: String {
        "\(grouped(ensemble.trees / max(ensemble.outputs, 1))) iterations, " + ensemble.size
    }
}

extension BoostingRegressor {
    public var size: String { "\(grouped(ensemble.trees)) iterations, " + ensemble.size }
}

extension SupportVectorClassifier {
    public var size: String {
        "\(grouped(machine.vectors.rows)) support vectors" + converging(converged)
    }
}

extension SupportVectorRegressor {
    public var size: String {
        "\(grouped(machine.vectors.rows)) support vectors" + converging(converged)
    }
}

extension LinearClassifier {
    public var size: String {
        "\(grouped(weight.rows * weight.columns)) weights" + converging(converged)
    }
}

extension LinearRegressor {
    public var size: String { "\(grouped(weight.count)) weights" }
}

extension GaussianNaiveBayes {
    public var size: String { "means and variances of \(grouped(features)) features in \(classes) classes" }
}

extension KNeighborsClassifier {
    public var size: String { "\(grouped(rows.rows)) stored examples" }
}

extension KNeighborsRegressor {
    public var size: String { "\(grouped(rows.rows)) stored examples" }
}

extension PrincipalComponents {
    public var size: String {
        let share = explainedVarianceRatio.reduce(0, +)
        return "\(grouped(outputs)) components explain \((100 * share).rounded(1))% of the variance of "
            + "\(grouped(features)) features"
    }
}

extension ColumnSelection {
    public var size: String { "keeps \(grouped(outputs)) of \(grouped(features)) features" }
}

extension RegressorBank {
    public var size: String { models.map(\.size).joined(separator: "; ") }
}

private func converging(_ converged: Bool) -> String {
    converged ? "" : "; the optimization did not converge: scale the features, or increase \"max_iter\""
}

extension Double {
    /// Rounded to a number of decimals.
    fileprivate func rounded(_ digits: Int) -> Double {
        let unit = (0..<digits).reduce(1.0) { unit, _ in 10 * unit }
        return (self * unit).rounded() / unit
    }
}
