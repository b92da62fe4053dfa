import Autograd
import Foundation
import Lab
import SpeechEmotion

/// Computes the saliency of predictions, and draws it into a folder if there is one.
struct SaliencyOutput {
    private let predictor: Predictor
    private let method: Saliency.Method
    /// The name of the output to explain; nil for the prediction.
    private let output: String?
    private let folder: String?
    private let extractor: FeatureExtractor

    /// Creates the output of a method by its name; nil without one. Throws if the model does not allow the method.
    init?(_ predictor: Predictor, _ name: String?, output: String?, folder: String?) throws {
        guard let method = name.flatMap(Saliency.Method.init) else { return nil }
        guard predictor.pipeline.normalize == .none else {
            throw UsageError(
                "--saliency: this model normalizes features by \(predictor.pipeline.normalize.group), which is not possible for a single recording"
            )
        }
        let allowed = predictor.saliencyMethods
        guard allowed.contains(method) else {
            throw UsageError(
                "--saliency \(method.rawValue): this model "
                    + (allowed.isEmpty
                        ? "is not a neural network and has no gradients; use Train plot importance"
                        : "has no convolution; allowed: \(allowed.map(\.rawValue).joined(separator: ", "))"))
        }
        (self.predictor, self.method, self.folder, self.output) = (predictor, method, folder, output)
        extractor = try FeatureExtractor(predictor.pipeline, cache: nil)
        if let folder {
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                throw FileError.system(
                    folder, "creating the folder", allowed: "a writable folder for --plots")
            }
        }
    }

    /// Returns the saliency of an output for a recording.
    func compute(_ path: String, _ prediction: Predictor.Prediction) throws -> Saliency {
        let clip = Clip(id: path, source: .file(path: path, start: nil, end: nil), label: "")
        let features = try extractor.features(of: clip, transforms: [nil])[0]
        let output = try predictor.output(output, of: prediction)
        let map = try predictor.saliency(features, of: output, method: method)
        guard let folder else { return map }
        let plot = predictor.picture(of: [map], features, title: path, note: note(prediction, output))
        // Recordings of the same name in different folders need different names.
        let name = path.split(separator: "/").filter { $0 != "." && $0 != ".." }.suffix(3).joined(
            separator: "-")
        try AtomicFile.write(Array(plot.svg.utf8), to: "\(folder)/\(name)-\(method.rawValue).svg")
        return map
    }

    /// What is predicted, and the output that is explained if it is another one.
    private func note(_ prediction: Predictor.Prediction, _ output: Int) -> String {
        guard predictor.targets.isEmpty else {
            return "\(predictor.outputNames[output]); predicted: "
                + prediction.targets.map { "\($0.target.name) \($0.text)" }.joined(separator: ", ")
        }
        let percent = Int((prediction.probabilities[prediction.best] * 100).rounded())
        return (output == prediction.best ? "" : "\(predictor.classes[output]); ")
            + "predicted: \(predictor.classes[prediction.best]) (\(percent)%)"
    }
}
