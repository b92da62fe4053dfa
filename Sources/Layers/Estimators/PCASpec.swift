import Autograd
import Classical
import Configuration

/// Principal component analysis as a layer.
public struct PCASpec: StepSpec {
    public var options = PCAOptions()

    public static let type = "pca"
    public static let summary = "Principal component analysis of the training set (scikit-learn's PCA)."
    public static let fields: [Field<Self>] = [
        .init(
            "n_components", \.options.nComponents.setting,
            "Number of components, or the fraction of the variance that they explain; `null` for all."),
        .init("whiten", \.options.whiten, "Whether to scale the components to variance 1."),
    ]

    public init() {}

    public func outputs(inputs: Int) throws(LayerError) -> Int {
        guard case .count(let count) = options.nComponents else { return inputs }
        guard (1...max(inputs, 1)).contains(count) else {
            throw LayerError("pca: expected 1 to \(inputs) components, found \(count)")
        }
        return count
    }
}
