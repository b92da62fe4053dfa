import Configuration

extension LayerSpec {
    /// Whether this layer or a sublayer is fitted to the training data as a whole, such as a random forest.
    public var hasEstimator: Bool { encode().hasEstimator }

    /// Returns the problem of a model that mixes fitted models and trainable weights; nil if it does not.
    ///
    /// - Parameter parameters: The number of trainable weights.
    public func estimatorComplaint(parameters: Int) -> String? {
        guard parameters > 0, hasEstimator else { return nil }
        return
            "has layers with trainable weights in addition to a classical model, so these layers would not be trained; "
            + "train a network first and use its outputs as features (`Train features --layer`), or remove these layers"
    }
}

extension JSONValue {
    fileprivate var hasEstimator: Bool {
        if let elements { return elements.contains { $0.hasEstimator } }
        guard let members else { return false }
        if let type = self["type"]?.text, LayerKinds.kind(type) is any EstimatorSpec.Type { return true }
        return members.contains { $0.value.hasEstimator }
    }
}
