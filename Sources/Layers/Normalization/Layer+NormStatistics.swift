import Autograd

extension Layer {
    /// The batch normalizations of a model.
    public var batchNorms: [BatchNorm] {
        if let norm = self as? BatchNorm { return [norm] }
        if let model = self as? Model { return model.layer.batchNorms }
        return members.flatMap { member -> [BatchNorm] in
            if case .layer(_, let layer) = member { layer.batchNorms } else { [] }
        }
    }

    /// Calls `body` while the running statistics of all batch normalizations are those of a batch (AdaBN, Li et al. 2017), and restores them.
    ///
    /// The model must not be used by another thread meanwhile.
    public func withNormStatistics<Result>(of inputs: Signal, _ body: () throws -> Result) rethrows -> Result
    {
        let norms = batchNorms
        let saved = norms.map { ($0.runningMean.value, $0.runningVariance.value) }
        defer {
            for (norm, values) in zip(norms, saved) {
                (norm.runningMean.value, norm.runningVariance.value) = values
            }
        }
        withoutRecording { _ = forward(inputs, .estimatingStatistics) }
        return try body()
    }
}
