import Autograd
import Layers
import SpeechEmotion
import Training

extension Predictor {
    /// The methods that the model allows: none for models that are fitted as a whole, and Grad-CAM only with a convolution.
    public var saliencyMethods: [Saliency.Method] {
        guard !model.spec.hasEstimator else { return [] }
        let hasConvolution = model.lastConvolution(zeros) != nil
        return Saliency.Method.allCases.filter { $0 != .gradCAM || hasConvolution }
    }

    /// Computes what an output depends on, such as the logit of a class, for the features of one recording without augmentation.
    ///
    /// Integrated gradients start from the mean of the training data if the model begins with `feature_norm`, otherwise from
    /// zeros. Throws if the model does not allow the method.
    ///
    /// - Parameters:
    ///   - output: The index of the output (see `output(_:of:)`); nil for the predicted class, or for the prediction of the first main
    ///     target.
    ///   - layer: The layer of Grad-CAM; nil for the last convolution.
    public func saliency(
        _ features: Features, of output: Int? = nil, method: Saliency.Method = .integratedGradients,
        layer: String? = nil, steps: Int = 64
    ) throws -> Saliency {
        guard !model.spec.hasEstimator else {
            throw InputError(
                "saliency requires a neural network, which this model is not; use Train plot importance"
            )
        }
        let input = Batch([features], labels: [0], ids: []).inputs
        let label =
            try output
            ?? self.output(nil, of: predictions(for: [Array(repeating: features, count: tta.count)])[0])
        let count = outputNames.count
        require(0..<count ~= label, "saliency of output \(label) of \(count)")
        switch method {
        case .gradient:
            return map(model.inputGradients(input, ofOutput: label).gradients, features, method, label)
        case .integratedGradients:
            let start = baseline
            let values = model.integratedGradients(input, ofOutput: label, baseline: start, steps: steps)
            let logits = withoutRecording {
                [input, Signal(start, lengths: input.lengths)].map {
                    Double(model.forward($0, .inference).tensor.array[label])
                }
            }
            var result = map(values, features, method, label)
            result.logitDifference = logits[0] - logits[1]
            return result
        case .gradCAM:
            guard let name = layer ?? model.lastConvolution(zeros),
                let values = model.gradCAM(input, layer: name, ofOutput: label)
            else {
                throw InputError(
                    layer.map { "grad_cam: layer \"\($0)\" has no channels over time or space" }
                        ?? "grad_cam requires a convolution, and this model has none; use integrated_gradients"
                )
            }
            var result = map(values, features, method, label)
            result.layer = name
            return result
        }
    }

    private var zeros: Signal {
        Signal(.zeros([1] + model.input), lengths: model.input.count == 2 ? [model.input[0]] : nil)
    }

    /// The input without information.
    private var baseline: Tensor {
        let zeros = Tensor.zeros([1] + model.input)
        let first = ((model.layer as? Sequential)?.layers.first ?? model.layer) as? FeatureNorm
        return first.map { zeros + $0.mean.value } ?? zeros
    }

    private func map(
        _ tensor: Tensor, _ features: Features, _ method: Saliency.Method, _ label: Int
    ) -> Saliency {
        var shape = Array(tensor.shape.dropFirst())
        var values = tensor.array.map { Double($0) }
        if shape.count == 3 {
            let colors = shape[2]
            values = (0..<values.count / max(colors, 1)).map { place in
                values[place * colors..<(place + 1) * colors].reduce(0, +)
            }
            shape.removeLast()
        }
        var saliency = Saliency(method: method, label: label, shape: shape, values: values)
        // Sequences: remove the padding at the end.
        guard model.input.count == 2, let steps = shape.first, steps > 0 else { return saliency }
        let frames = Double(model.input[0]) / Double(steps)
        let valid = features.length.map { Int((Double($0) / frames).rounded(.up)) } ?? steps
        let kept = min(max(valid, 1), steps)
        saliency.values = Array(values.prefix(kept * shape.dropFirst().reduce(1, *)))
        saliency.shape[0] = kept
        if let layout = pipeline.layout.value as? FrameSequence, let hop = layout.features.first?.value.hop {
            saliency.secondsPerStep = frames * Double(hop) / Double(pipeline.finalRate)
        }
        return saliency
    }
}
