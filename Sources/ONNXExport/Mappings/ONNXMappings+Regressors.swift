import Classical
import Layers

extension ONNXMappings {
    /// Regression models of the module Classical, with the operators of ai.onnx.ml.
    func addingRegressors() -> ONNXMappings {
        adding(SVRSpec.self, supportVectors).adding(RidgeSpec.self, linear)
            .adding(KNeighborsRegressorSpec.self, nearest)
            .adding(DecisionTreeRegressorSpec.self, forest).adding(RandomForestRegressorSpec.self, forest)
            .adding(ExtraTreesRegressorSpec.self, forest)
            .adding(GradientBoostingRegressorSpec.self, boosting)
    }
}

/// Returns the outputs of all models of a bank side by side; `each` adds the operators of one, [batch, 1].
private func bank<Model: Regressor>(
    _ layer: ONNXLayer, _ each: (Model) throws -> String
) throws -> ONNXSignal {
    let bank: RegressorBank<Model> = try layer.fitted()
    let outputs = try bank.models.map(each)
    let value = outputs.count == 1 ? outputs[0] : layer.node("Concat", outputs, [("axis", .integer(1))])[0]
    return ONNXSignal(value, shape: [outputs.count])
}

@Sendable private func linear(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let bank: RegressorBank<LinearRegressor> = try layer.fitted()
    let value = layer.node(
        "LinearRegressor", [layer.flat(x)],
        [
            ("coefficients", .floats(bank.models.flatMap { $0.weight.map { Float($0) } })),
            ("intercepts", .floats(bank.models.map { Float($0.intercept) })),
            ("targets", .integer(bank.models.count)), ("post_transform", .text("NONE")),
        ])[0]
    return ONNXSignal(value, shape: [bank.models.count])
}

@Sendable private func supportVectors(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let flat = layer.flat(x)
    return try bank(layer) { (model: SupportVectorRegressor) in
        // The operator needs at least one support vector.
        let isEmpty = model.dualCoefficients.isEmpty
        let vectors = isEmpty ? Array(repeating: 0, count: model.features) : model.supportVectors.values
        let coefficients = isEmpty ? [0] : model.dualCoefficients
        return layer.node(
            "SVMRegressor", [flat],
            [
                ("kernel_type", .text(model.kernel.onnxName)),
                ("kernel_params", .floats([Float(model.gamma), Float(model.coef0), Float(model.degree)])),
                ("support_vectors", .floats(vectors.map { Float($0) })),
                ("coefficients", .floats(coefficients.map { Float($0) })),
                ("rho", .floats([Float(model.intercept)])), ("n_supports", .integer(coefficients.count)),
                ("one_class", .integer(0)), ("post_transform", .text("NONE")),
            ])[0]
    }
}

@Sendable private func nearest(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let flat = layer.flat(x)
    return try bank(layer) { (model: KNeighborsRegressor) in
        NeighborVotes(
            layer, model.rows, neighbors: model.nNeighbors, model.metric, model.weights, values: model.targets
        ).means(flat)
    }
}

@Sendable private func forest(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let flat = layer.flat(x)
    return try bank(layer) { (model: ForestRegressor) in
        TreeAttributes(model.ensemble, factor: 1 / Double(model.ensemble.trees)).add(to: layer, flat)
    }
}

@Sendable private func boosting(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let flat = layer.flat(x)
    return try bank(layer) { (model: BoostingRegressor) in
        TreeAttributes(model.ensemble, factor: 1)
            .add(to: layer, flat, baseline: [Float(model.baseline)])
    }
}
