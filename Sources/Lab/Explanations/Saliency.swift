import Configuration
import SpeechEmotion

/// A saliency map that explains an output of a model, such as the logit of a class: one value for each feature value, or for each position in time or space.
public struct Saliency: Sendable {
    /// How a saliency map is computed.
    public enum Method: String, CaseIterable, ConfigurationValue {
        /// The gradient of the output with respect to the features: the effect of a small change.
        case gradient
        /// Integrated gradients: the contribution of each feature to the output, compared with a baseline.
        case integratedGradients = "integrated_gradients"
        /// Grad-CAM: where the last convolution finds evidence for the output.
        case gradCAM = "grad_cam"
    }

    /// The method.
    public var method: Method
    /// The output that is explained, by its index: a class, or an output of a target.
    public var label: Int
    /// [features], [time, channels] or [height, width], the sum over the colors of an image; for Grad-CAM [time] or
    /// [height, width] of the convolution. Padding at the end is removed.
    public var shape: [Int]
    /// The values in row-major order.
    public var values: [Double]
    /// The duration of a step in seconds, if the first axis is time and its duration is known.
    public var secondsPerStep: Double?
    /// The layer of Grad-CAM.
    public var layer: String?
    /// For integrated gradients, the difference between the outputs for the recording and of the baseline, which the sum of the
    /// values approximates.
    public var logitDifference: Double?

    /// The sum of the values.
    public var sum: Double { values.reduce(0, +) }

    /// The saliency as JSON, with the name of the output.
    ///
    /// - Parameter outputs: The names of the outputs (`Predictor.outputNames`).
    public func json(outputs: [String]) -> JSONValue {
        var object: JSONValue = [
            "method": method.encode(), "class": outputs[label].encode(), "shape": shape.encode(),
            "values": values.encode(),
        ]
        if let secondsPerStep { object["seconds_per_step"] = secondsPerStep.encode() }
        if let layer { object["layer"] = layer.encode() }
        if let logitDifference { object["logit_difference"] = logitDifference.encode() }
        return object
    }
}
