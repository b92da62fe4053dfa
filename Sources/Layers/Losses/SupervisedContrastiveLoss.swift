import Autograd
import Configuration

/// Supervised contrastive loss (Khosla et al. 2020). The outputs are embeddings, [batch, size], which are L2-normalized
/// here.
public struct SupervisedContrastiveLoss: LossSpec {
    public var temperature = 0.1

    public static let type = "supervised_contrastive"
    public static let summary = "Supervised contrastive loss on embeddings."
    public static let fields: [Field<Self>] = [
        .init("temperature", \.temperature, "Temperature: divisor of the similarities.", .range(1e-4...1e4))
    ]

    public init() {}

    public var scoresClasses: Bool { false }

    public func check(_ output: [Int]) throws(LayerError) {
        guard output.count == 1 else {
            throw LayerError("the loss \(Self.type) expects an output of shape [size], found \(output)")
        }
    }

    /// Returns the loss of each example; 0 for an example that is the only one of its class in the batch.
    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        let labels = labels(outputs, targets)
        let partners = partners(labels)
        let n = labels.count
        let unit = outputs * (outputs.square().sum(axes: [1], keepDims: true) + 1e-12).rsqrt()
        let similarity = matmul(unit, unit, transposeB: true) / Real(temperature)
        // Far below every similarity, but finite when multiplied by 0.
        let logP = similarity.maskedFill(.eye(n), Real(-1e6 / temperature)).logSoftmax(axis: 1)
        let shares = Tensor(shape: [n, n]) { share in
            for (i, a) in labels.enumerated() {
                for (j, b) in labels.enumerated() {
                    share[i * n + j] = i != j && a == b ? 1 / Real(partners[i]) : 0
                }
            }
        }
        return -(shares * logP).sum(axes: [1])
    }

    /// Returns the mean over the examples that share their class with another one in the batch.
    public func mean(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        each(outputs, targets).sum() / Real(max(weight(outputs, targets), 1))
    }

    public func weight(_ outputs: Tensor, _ targets: Targets) -> Double {
        Double(partners(labels(outputs, targets)).count { $0 > 0 })
    }

    private func labels(_ outputs: Tensor, _ targets: Targets) -> [Int] {
        let labels = targets.labels()
        require(
            outputs.rank == 2 && labels.shape == [outputs.shape[0]],
            "supervised_contrastive: outputs of shape \(outputs.shape) with targets of shape \(labels.shape); expected "
                + "[batch, size] and [batch]")
        return labels.values
    }

    /// Returns the number of other examples of the same class for each example.
    private func partners(_ labels: [Int]) -> [Int] {
        var counts: [Int: Int] = [:]
        for label in labels { counts[label, default: 0] += 1 }
        return labels.map { counts[$0, default: 1] - 1 }
    }
}
