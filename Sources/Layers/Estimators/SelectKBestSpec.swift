import Autograd
import Classical
import Configuration

/// The selection of the best values as a layer.
public struct SelectKBestSpec: StepSpec {
    /// How values are scored.
    public enum Score: String, CaseIterable, ConfigurationValue {
        case fClassif = "f_classif"
        case mutualInfo = "mutual_info_classif"
    }

    public var score = Score.fClassif
    public var k = 10

    public static let type = "select_k_best"
    public static let summary =
        "Selects the features with the highest scores on the training set (scikit-learn's SelectKBest)."
    public static let fields: [Field<Self>] = [
        .init(
            "score_func", \.score,
            "The score: ANOVA F-value, or mutual information with the class."),
        .init("k", \.k, "Number of features to select.", .atLeast(1)),
    ]

    public init() {}

    public var options: SelectKBestOptions {
        SelectKBestOptions(score: score == .fClassif ? .fClassif : .mutualInfoClassif(), amount: .k(k))
    }

    public func outputs(inputs: Int) throws(LayerError) -> Int {
        guard k <= inputs else {
            throw LayerError("select_k_best: expected k of at most \(inputs), found \(k)")
        }
        return k
    }
}
