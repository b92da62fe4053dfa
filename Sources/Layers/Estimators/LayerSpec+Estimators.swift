import Configuration

extension LayerSpec {
    /// Whether this layer or a sublayer is fitted to the training data as a whole, such as a random forest.
    public var hasEstimator: Bool { contains { $0 is any EstimatorSpec.Type } }

    /// Whether this layer or a sublayer has a type.
    public func contains(_ isWanted: (any LayerSpec.Type) -> Bool) -> Bool {
        encode().containsLayer(isWanted)
    }

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
    fileprivate func containsLayer(_ isWanted: (any LayerSpec.Type) -> Bool) -> Bool {
        if let elements { return elements.contains { $0.containsLayer(isWanted) } }
        guard let members else { return false }
        if let type = self["type"]?.text, let kind = LayerKinds.kind(type) as? any LayerSpec.Type,
            isWanted(kind)
        {
            return true
        }
        return members.contains { $0.value.containsLayer(isWanted) }
    }
}
