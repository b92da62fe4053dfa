import Autograd
import Configuration
import Encoders
import Foundation
import Layers
import SpeechEmotion
import Testing

/// The tiny encoders in `Fixtures` with 8-bit weights.
@Suite struct QuantizedEncoderTests {
    private static let fixtures = EncoderGoldenTests.fixtures

    init() { EncoderKinds.register() }

    private static func encoders(_ name: String) throws -> (
        float: SpeechEncoder, int8: SpeechEncoder, golden: SafeTensors
    ) {
        let folder = fixtures + "/" + name
        let (float, int8) = (
            try EncoderSource(folder).load().encoder, try EncoderSource(folder).load().encoder
        )
        int8.quantize()
        return (float, int8, try SafeTensors(contentsOf: folder + "/golden.safetensors"))
    }

    private static func distance(_ a: Tensor, _ b: Tensor) -> Double {
        func dot(_ a: Tensor, _ b: Tensor) -> Double {
            zip(a.array, b.array).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        return 1 - dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }

    @Test(arguments: EncoderGoldenTests.names) func hiddenStatesAreSimilar(_ name: String) throws {
        let (float, int8, golden) = try Self.encoders(name)
        let x = try golden.tensor("x").slice(axis: 0, 0..<1)
        let (expected, found) = (float.hiddenStates(of: x), int8.hiddenStates(of: x))
        for (index, (a, b)) in zip(expected, found).enumerated() {
            let distance = Self.distance(a, b)
            #expect(a.shape == b.shape && distance < 1e-3, "\(name), state \(index): \(distance)")
            #expect(a.array != b.array)
        }
    }

    /// A few channels of all normalized hidden states are much larger than the others, as in trained transformers. The errors grow from
    /// layer to layer, most if the sum of all layers is not normalized.
    @Test(arguments: [false, true]) func hiddenStatesWithOutliersAreSimilar(normFirst: Bool) throws {
        let sizes = JSONValue(.list(Array(repeating: 96, count: 7)))
        let config = try EncoderConfig(hub: [
            "model_type": "wav2vec2", "hidden_size": 256, "num_hidden_layers": 6, "num_attention_heads": 4,
            "intermediate_size": 1024, "conv_dim": sizes,
            "do_stable_layer_norm": JSONValue(.bool(normFirst)),
        ])
        let encoder = SpeechEncoder(config, generator: RandomGenerator(seed: 6))
        let outliers = Tensor((0..<256).map { $0 % 100 == 7 ? 20 : 1 }, shape: [256])
        for (name, parameter) in encoder.namedParameters where name.hasSuffix("norm.weight") {
            guard parameter.shape == [256] else { continue }
            parameter.value = parameter.value * outliers
        }
        let x = Tensor.normal([1, 16000], using: RandomGenerator(seed: 7))
        let expected = encoder.hiddenStates(of: x)
        encoder.quantize()
        let distances = zip(expected, encoder.hiddenStates(of: x)).map(Self.distance)
        #expect(distances.allSatisfy { $0 < (normFirst ? 6e-2 : 1e-2) }, "\(distances)")
    }

    @Test(arguments: EncoderGoldenTests.names.filter { $0 != "whisper" })
    func paddingHasNoEffect(_ name: String) throws {
        let (_, int8, golden) = try Self.encoders(name)
        let (x, lengths) = (try golden.tensor("x"), try golden.indices("lengths").values)
        let states = withoutRecording { int8.hiddenStates(Signal(x, lengths: lengths)) }
        for (row, length) in lengths.enumerated() {
            let alone = x.slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<length)
            for (state, expected) in zip(states, int8.hiddenStates(of: alone)) {
                let valid = state.tensor.slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<expected.shape[1])
                // Sums of the attention are rounded differently, which may change a quantized value by one.
                #expect(Self.distance(valid, expected) < 1e-4)
            }
        }
    }

    @Test(arguments: EncoderGoldenTests.names)
    func hiddenStatesDoNotDependOnThreads(_ name: String) async {
        await #expect(processExitsWith: .success) { [name] in
            let (_, int8, golden) = try Self.encoders(name)
            let x = try golden.tensor("x")
            Parallel.threads = 1
            let expected = int8.hiddenStates(of: x).map(\.array)
            for threads in [2, 3] {
                Parallel.threads = threads
                #expect(int8.hiddenStates(of: x).map(\.array) == expected)
            }
        }
    }

    @Test func quantizedWeightsAreNoParameters() throws {
        let (float, int8, _) = try Self.encoders("wavlm")
        let (all, left) = (float.namedParameters.map(\.0), int8.namedParameters.map(\.0))
        let replaced = all.filter { !left.contains($0) }
        #expect(replaced.contains("layers.0.attention.query.weight"))
        #expect(
            replaced.contains("layers.1.outer.weight") && replaced.contains("front_end.projection.weight"))
        #expect(replaced.contains("front_end.1.conv.weight") && !replaced.contains("front_end.0.conv.weight"))
        #expect(replaced.allSatisfy { $0.hasSuffix(".weight") && !$0.hasPrefix("positions.") })
        // Quantizing again has no effect.
        int8.quantize()
        #expect(int8.namedParameters.map(\.0) == left)
    }

    private func feature(_ more: String) throws -> EncoderStates {
        try EncoderStates.decode(
            text: #"{"type": "encoder", "weights": "\#(Self.fixtures)/hubert", "layers": "all"\#(more)}"#)
    }

    @Test func theFeatureIsThatOfTheQuantizedEncoder() throws {
        let (float, int8, golden) = try Self.encoders("hubert")
        let x = try golden.tensor("x").slice(axis: 0, 0..<1)
        let wave = Waveform(x.array.map { Float($0) }, rate: 16000)
        for (more, encoder) in [("", float), (#", "weight_type": "int8""#, int8)] {
            let table = try feature(more + #", "precision": "single""#)(wave)
            let states = concatenate(encoder.hiddenStates(of: x), axis: 2)
            #expect(table.values == states.array.map { Float($0) })
        }
    }

    @Test func theFingerprintOfFeaturesDependsOnTheWeightType() throws {
        func pipeline(_ more: String) throws -> FeaturePipeline {
            try FeaturePipeline(
                sampleRate: 16000, layout: FrameSequence([feature(more)], frames: 40)
            ).pinned()
        }
        let plain = try pipeline("")
        let (float, int8) = (
            try pipeline(#", "weight_type": "float32""#), try pipeline(#", "weight_type": "int8""#)
        )
        #expect(plain.fingerprint == float.fingerprint && float.fingerprint != int8.fingerprint)
        // Features that were cached before the option existed stay valid.
        #expect(try feature("").identity["weight_type"] == nil)
        let record = int8.encode().line
        #expect(record.contains("weight_type") && record.contains("int8"))
        // The fingerprint of the encoder is that of the weights in the file.
        func encoder(_ pipeline: FeaturePipeline) -> String? {
            pipeline.encode()["layout"]?["features"]?.elements?.first?["sha256"]?.text
        }
        #expect(encoder(int8) != nil && encoder(int8) == encoder(float))
    }

    @Test func theLayerHasNo8BitWeights() throws {
        let text = #"{"type": "encoder", "weights": "\#(Self.fixtures)/hubert", "weight_type": "int8"}"#
        let error = try #require(throws: ConfigurationError.self) {
            try EncoderLayer.Spec.decode(text: text)
        }
        #expect("\(error)".contains("weight_type"))
        #expect(
            "\(error)".contains("8-bit weights cannot be trained; remove it, or use the feature \"encoder\""))
        var spec = EncoderLayer.Spec(Self.fixtures + "/hubert")
        spec.encoder.weightType = .int8
        let problem = try #require(throws: LayerError.self) { try spec.plan([300, 1]) }
        #expect("\(problem)".contains("8-bit weights cannot be trained"))
    }

    @Test func unknownWeightTypesAreErrors() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try feature(#", "weight_type": "int4""#)
        }
        #expect("\(error)".contains("int4") && "\(error)".contains("float32"))
    }
}
