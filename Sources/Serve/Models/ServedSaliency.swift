import Configuration
import Lab
import Server
import SpeechEmotion

/// The saliency of an output for a recording, in the terms of the recording: where it begins, and the frequencies of
/// the channels if they are mel bands.
struct ServedSaliency {
    let predictor: Predictor

    /// The value of the parameter `saliency`: a method, 1 for integrated gradients, or nil.
    static func method(_ text: String?) throws(Problem) -> Saliency.Method? {
        guard let text, text != "0" else { return nil }
        if text == "1" { return .integratedGradients }
        guard let method = Saliency.Method(rawValue: text) else {
            let methods = Saliency.Method.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(400, "saliency: expected 0, 1, \(methods), found \"\(text.prefix(80))\".")
        }
        return method
    }

    /// Computes the saliency of an output for the beginning of a recording. Throws if the model does not allow the method.
    func json(ofFile path: String, output: Int, method: Saliency.Method) throws -> JSONValue {
        guard predictor.pipeline.normalize == .none else {
            throw Problem(
                422,
                "saliency: this model normalizes features by speaker, which is not possible for a single recording."
            )
        }
        let clip = Clip(id: path, source: .file(path: path, start: nil, end: nil), label: "")
        let extractor = try FeatureExtractor(predictor.pipeline, cache: nil)
        let features = try extractor.features(of: clip, transforms: [nil])[0]
        let map = try predictor.saliency(features, of: output, method: method)
        var json = map.json(outputs: predictor.outputNames)
        if map.secondsPerStep != nil {
            json["start"] = try predictor.pipeline.featureStart(inFile: path).encode()
            if map.shape.count == 2 { json["hertz"] = hertz.encode() }
        }
        return json
    }

    /// The center frequencies of the channels, repeated for their deltas; nil if the features are not a mel spectrogram.
    private var hertz: [Double]? {
        guard let layout = predictor.pipeline.layout.value as? FrameSequence, layout.features.count == 1,
            let mel = layout.features[0].value as? Mel
        else { return nil }
        let bands = mel.bands
        let high = bands.high ?? Double(predictor.pipeline.finalRate) / 2
        let (first, last) = (bands.scale.mel(bands.low), bands.scale.mel(high))
        let centers = (1...bands.count).map { band in
            bands.scale.frequency(first + (last - first) * Double(band) / Double(bands.count + 1))
        }
        return Array(repeatElement(centers, count: 1 + layout.deltas).joined())
    }
}
