import Autograd
import Configuration
import Foundation
import Layers
import SpeechEmotion

/// The features of an experiment: a pipeline, or that of a trained model with `{"from": "runs/NAME"}`. Other keys beside
/// "from" replace those of the source.
///
/// A config that is written contains the pipeline itself.
struct FeatureDescription: ConfigurationValue {
    var pipeline: FeaturePipeline

    static func decode(_ json: JSONValue, _ context: Decoding) -> FeatureDescription? {
        decode(json, context, over: FeatureDescription(pipeline: FeaturePipeline()))
    }

    static func decode(
        _ json: JSONValue, _ context: Decoding, over base: FeatureDescription
    ) -> FeatureDescription? {
        guard let source = json["from"] else {
            return FeaturePipeline.decode(json, context, over: base.pipeline).map { Self(pipeline: $0) }
        }
        var others = json
        others["from"] = nil
        let read = context.inside(.key("from"), at: source.place) { () -> FeaturePipeline? in
            guard let path = String.decode(source, context) else { return nil }
            do { return try ModelSource(path).features() } catch {
                context.report("\(error)", at: source.place)
                return nil
            }
        }
        return read.flatMap { FeaturePipeline.decode(others.merged(over: $0.encode()), context) }
            .map { Self(pipeline: $0) }
    }

    func encode() -> JSONValue { pipeline.encode() }

    static func schema(_ book: SchemaBook) -> JSONValue {
        let source: JSONValue = [
            "type": "object",
            "properties": [
                "from": [
                    "type": "string",
                    "description":
                        "Run folder or model file whose feature pipeline is used; other keys replace parts of it.",
                ]
            ], "required": ["from"],
        ]
        return ["anyOf": [FeaturePipeline.schema(book), source]]
    }

    static var allowed: String { FeaturePipeline.allowed }
    static func resembles(_ json: JSONValue) -> Bool { FeaturePipeline.resembles(json) }
}
