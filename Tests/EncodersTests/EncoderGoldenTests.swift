import Autograd
import Encoders
import Foundation
import Layers
import Testing

/// Tiny encoders with random weights, compared with transformers: see `Fixtures/make_encoders.py`.
@Suite struct EncoderGoldenTests {
    static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures").path
    static let names = ["wav2vec2", "padded", "hubert", "wavlm", "wavlm-large", "data2vec", "whisper"]

    /// The largest relative error, relative to the largest magnitude of the reference.
    static func error(_ found: Tensor, _ expected: Tensor) -> Double {
        guard found.shape == expected.shape else { return .infinity }
        let top = expected.array.reduce(0) { max($0, abs(Double($1))) }
        return zip(found.array, expected.array).reduce(0) { max($0, abs(Double($1.0) - Double($1.1)) / top) }
    }

    /// "pickled" is a `pytorch_model.bin` in half precision.
    @Test(arguments: names + ["pickled"]) func hiddenStatesEqualThoseOfTransformers(_ name: String) throws {
        let folder = Self.fixtures + "/" + name
        let golden = try SafeTensors(contentsOf: folder + "/golden.safetensors")
        let encoder = try EncoderSource(folder).load().encoder
        let (x, lengths) = (try golden.tensor("x"), try golden.indices("lengths").values)
        for (row, length) in lengths.enumerated() {
            let alone = x.slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<length)
            let expected = try golden.tensor("states.\(row)")
            let states = encoder.hiddenStates(Signal(alone))
            #expect(states.count == expected.shape[0])
            for (index, state) in states.enumerated() {
                let reference = expected.slice(axis: 0, index..<index + 1)
                #expect(Self.error(state.tensor, reference) < 1e-5, "\(name), state \(index) of row \(row)")
            }
            let some = encoder.hiddenStates(Signal(alone), layers: 1)
            #expect(some.count == 2 && some[1].tensor.array == states[1].tensor.array)
        }
    }

    @Test(arguments: names.filter { $0 != "whisper" }) func paddingHasNoEffect(_ name: String) throws {
        let folder = Self.fixtures + "/" + name
        let golden = try SafeTensors(contentsOf: folder + "/golden.safetensors")
        let source = try EncoderSource(folder)
        let encoder = try source.load().encoder
        let (x, lengths) = (try golden.tensor("x"), try golden.indices("lengths").values)
        let states = encoder.hiddenStates(Signal(x, lengths: lengths))
        for (row, length) in lengths.enumerated() {
            let steps = try #require(source.config.steps(of: length))
            let expected = try golden.tensor("states.\(row)")
            for (index, state) in states.enumerated() {
                #expect(state.lengths?[row] == steps)
                let valid = state.tensor.slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<steps)
                #expect(Self.error(valid, expected.slice(axis: 0, index..<index + 1)) < 1e-5)
            }
        }
    }

    @Test func aMaskedBatchEqualsThatOfTransformers() throws {
        let folder = Self.fixtures + "/padded"
        let golden = try SafeTensors(contentsOf: folder + "/golden.safetensors")
        let source = try EncoderSource(folder)
        let lengths = try golden.indices("lengths").values
        let expected = try golden.tensor("padded")
        let states = try source.load().encoder.hiddenStates(
            Signal(golden.tensor("x"), lengths: lengths))
        for (index, state) in states.enumerated() {
            for (row, length) in lengths.enumerated() {
                let steps = try #require(source.config.steps(of: length))
                let reference = expected.slice(axis: 0, index..<index + 1).squeezed(0)
                func valid(_ x: Tensor) -> Tensor {
                    x.slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<steps)
                }
                #expect(Self.error(valid(state.tensor), valid(reference)) < 1e-5)
            }
        }
    }

    @Test(arguments: names) func theNumberOfParametersFollowsFromTheConfig(_ name: String) throws {
        let source = try EncoderSource(Self.fixtures + "/" + name)
        #expect(try source.load().encoder.parameterCount == source.config.parameters)
    }

    @Test(arguments: names + ["pickled"]) func aConvertedFileIsTheSameEncoder(_ name: String) throws {
        let source = try EncoderSource(Self.fixtures + "/" + name)
        let loaded = try source.load()
        let path = NSTemporaryDirectory() + "encoder-\(UUID().uuidString).safetensors"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try source.write(loaded.encoder, to: path)
        let again = try EncoderSource(path)
        #expect(again.config == source.config && again.normalizesInput == source.normalizesInput)
        let reloaded = try again.load()
        #expect(reloaded.fingerprint == loaded.fingerprint)
        for (a, b) in zip(loaded.encoder.namedTensors, reloaded.encoder.namedTensors) {
            #expect(a.0 == b.0 && a.1.array == b.1.array)
        }
    }

    @Test func theHeadOfAFineTunedModelIsLeftOut() throws {
        let loaded = try EncoderSource(Self.fixtures + "/padded").load()
        #expect(loaded.leftOut.sorted() == ["lm_head.bias", "lm_head.weight", "wav2vec2.masked_spec_embed"])
        let whisper = try EncoderSource(Self.fixtures + "/whisper").load()
        #expect(whisper.leftOut.contains { $0.hasPrefix("model.decoder.") })
    }

    @Test func theWaveformIsStandardizedIfThePreprocessorDoesSo() throws {
        let samples: [Float] = [1, 2, 3, 6]
        let prepared = try EncoderSource(Self.fixtures + "/wavlm").prepared(samples)
        for (found, expected) in zip(prepared, [-1.0690449, -0.5345225, 0, 1.6035674]) {
            #expect(abs(Double(found) - expected) < 1e-6)
        }
        #expect(try EncoderSource(Self.fixtures + "/hubert").prepared(samples) == samples)
    }
}
