import Autograd
import Foundation
import Lab
import SpeechEmotion

/// Computes the saliency of predictions, and draws it into a folder if there is one.
struct SaliencyOutput {
    private let predictor: Predictor
    private let method: Saliency.Method
    private let folder: String?
    private let extractor: FeatureExtractor

    /// Creates the output of a method by its name; nil without one. Throws if the model does not allow the method.
    init?(_ predictor: Predictor, _ name: String?, folder: String?) throws {
        guard let method = name.flatMap(Saliency.Method.init) else { return nil }
        try predictor.requireClasses("--saliency")
        guard predictor.pipeline.normalize == .none else {
            throw UsageError(
                "--saliency: this model normalizes features by \(predictor.pipeline.normalize.rawValue), which is not possible for a single recording"
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
        (self.predictor, self.method, self.folder) = (predictor, method, folder)
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

    /// Returns the saliency of the predicted class of a recording.
    func compute(_ path: String, _ prediction: Predictor.Prediction) throws -> Saliency {
        let clip = Clip(id: path, source: .file(path: path, start: nil, end: nil), label: "")
        let features = try extractor.features(of: clip, transforms: [nil])[0]
        let map = try predictor.saliency(features, of: prediction.best, method: method)
        guard let folder else { return map }
        let label = predictor.classes[prediction.best]
        let percent = Int((prediction.probabilities[prediction.best] * 100).rounded())
        let plot = predictor.picture(
            of: [map], features, title: path, note: "predicted: \(label) (\(percent)%)")
        // Recordings of the same name in different folders need different names.
        let name = path.split(separator: "/").filter { $0 != "." && $0 != ".." }.suffix(3).joined(
            separator: "-")
        try AtomicFile.write(Array(plot.svg.utf8), to: "\(folder)/\(name)-\(method.rawValue).svg")
        return map
    }
}
