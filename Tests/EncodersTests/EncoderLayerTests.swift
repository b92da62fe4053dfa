import Autograd
import Configuration
import Encoders
import Foundation
import Layers
import ONNXExport
import SpeechEmotion
import Testing

/// Tiny encoders as layers of a network.
@Suite struct EncoderLayerTests {
    init() { EncoderKinds.register() }

    private func spec(_ name: String, _ more: String = "") throws -> EncoderLayer.Spec {
        try EncoderLayer.Spec.decode(
            text: #"{"type": "encoder", "weights": "\#(EncoderGoldenTests.fixtures)/\#(name)"\#(more)}"#)
    }

    fileprivate func model(_ name: String, _ more: String = "", samples: Int = 300) throws -> Model {
        try Model(spec(name, more), input: [samples, 1], generator: RandomGenerator(seed: 1))
    }

    /// Two recordings of different lengths, the second one with a constant offset.
    fileprivate static func waves(_ lengths: [Int], samples: Int) -> Tensor {
        let noise = Tensor.normal([lengths.count, samples, 1], using: RandomGenerator(seed: 5))
        return Tensor(shape: noise.shape) { x in
            noise.withElements { values in
                for (row, length) in lengths.enumerated() {
                    for i in 0..<samples {
                        let value = 0.1 * values[row * samples + i] + Real(row)
                        x[row * samples + i] = i < length ? value : .nan
                    }
                }
            }
        }
    }

    /// The feature computes each recording alone, the layer a padded batch.
    @Test(arguments: EncoderGoldenTests.names) func outputsEqualTheFeature(_ name: String) throws {
        let (samples, lengths) = name == "whisper" ? (3000, [3000, 1700]) : (300, [300, 217])
        let x = Self.waves(lengths, samples: samples)
        for layers in [#", "layers": "all""#, #", "layers": [1]"#, ""] {
            let model = try model(name, layers, samples: samples)
            let output = withoutRecording { model.forward(Signal(x, lengths: lengths), .inference) }
            #expect(output.tensor.shape == [2] + model.plan.output)
            let feature = try EncoderStates.decode(
                text:
                    #"{"type": "encoder", "precision": "single", "weights": "\#(EncoderGoldenTests.fixtures)/\#(name)"\#(layers)}"#
            )
            for (row, length) in lengths.enumerated() {
                let wave = x.slice(axis: 0, row..<row + 1).array.prefix(length).map { Float($0) }
                let expected = try feature(Waveform(wave, rate: 16000))
                #expect(output.lengths?[row] == expected.frames)
                let found = output.tensor.slice(axis: 0, row..<row + 1).slice(axis: 1, 0..<expected.frames)
                let error = EncoderGoldenTests.error(
                    found,
                    Tensor(expected.values.map { Real($0) }, shape: [1, expected.frames, expected.width]))
                #expect(error < 1e-4, "\(name), row \(row): \(error)")
            }
        }
    }

    /// What is planned is what is made, and names and numbers of trained weights fit each other.
    @Test(arguments: EncoderGoldenTests.names) func trainedWeightsArePlanned(_ name: String) throws {
        let samples = name == "whisper" ? 3000 : 300
        for options in [
            "", #", "frozen_layers": 1"#, #", "frozen_layers": 2"#, #", "freeze_feature_encoder": false"#,
            #", "layers": [1]"#, #", "layers": [0]"#, #", "layers": [0], "freeze_feature_encoder": false"#,
            #", "layers": "all", "frozen_layers": 1, "freeze_feature_encoder": false"#,
        ] {
            let model = try model(name, options, samples: samples)
            #expect(model.parameterCount == model.plan.parameters, "\(name)\(options)")
            guard !model.parameters.isEmpty else { continue }
            let x = Self.waves([samples, samples / 2 + 60], samples: samples)
            let output = model.forward(Signal(x, lengths: [samples, samples / 2 + 60]), .inference)
            let gradients = output.masked.square().sum().backward()
            for (weight, parameter) in model.namedParameters {
                #expect(gradients[parameter] != nil, "\(name)\(options): no gradient of \(weight)")
            }
        }
    }

    @Test(arguments: EncoderGoldenTests.names)
    func gradientsFitDifferenceQuotients(_ name: String) throws {
        let samples = name == "whisper" ? 3000 : 140
        let lengths = [samples, samples * 2 / 3]
        let x = Self.waves(lengths, samples: samples)
        let model = try model(
            name, #", "layers": "all", "freeze_feature_encoder": false"#, samples: samples)
        func loss() -> Tensor {
            model.forward(Signal(x, lengths: lengths), .inference).masked.square().mean()
        }
        try expectGradients(of: model.namedParameters, fit: loss)
    }

    /// Nothing is recorded for frozen parts, and their dropout is off.
    @Test(arguments: EncoderGoldenTests.names) func frozenPartsNeedNoBackwardPass(_ name: String) throws {
        let samples = name == "whisper" ? 3000 : 300
        let x = Self.waves([samples], samples: samples)
        let frozen = try model(name, #", "frozen_layers": 2, "layerdrop": 0.9"#, samples: samples)
        #expect(frozen.parameters.isEmpty)
        let pass = Pass.training(RandomGenerator(seed: 3))
        let output = frozen.forward(Signal(x), pass).tensor
        #expect(!output.isTracked)
        #expect(try output.array == model(name, samples: samples).forward(Signal(x), .inference).tensor.array)
    }

    @Test func dropoutAndLayerDropAreOptions() throws {
        let x = Self.waves([300, 217], samples: 300)
        func output(_ options: String, seed: UInt64) throws -> [Real] {
            let signal = Signal(x, lengths: [300, 217])
            return try model("wavlm", options).forward(signal, .training(RandomGenerator(seed: seed))).masked
                .array
        }
        let none =
            #", "hidden_dropout": 0, "attention_dropout": 0, "activation_dropout": 0, "layerdrop": 0"#
        let plain = try output(none, seed: 1)
        #expect(try plain == model("wavlm").forward(Signal(x, lengths: [300, 217]), .inference).masked.array)
        for option in ["hidden_dropout", "attention_dropout", "activation_dropout", "feat_proj_dropout"] {
            let options =
                none.replacing("\"\(option)\": 0", with: "\"\(option)\": 0.5")
                + (option == "feat_proj_dropout" ? #", "feat_proj_dropout": 0.5"# : "")
            let found = try output(options, seed: 1)
            #expect(found != plain && found.allSatisfy { $0.isFinite }, "\(option)")
            #expect(try found == output(options, seed: 1))
        }
        // Both layers are skipped, or one, or none.
        let drawn = try (1...8).map {
            try output(none.replacing(#""layerdrop": 0"#, with: #""layerdrop": 0.5"#), seed: $0)
        }
        #expect(drawn.contains(plain) && Set(drawn).count > 2)
    }

    @Test func aModelFileHasTheTrainedWeightsAndNamesTheEncoder() throws {
        let folder = NSTemporaryDirectory() + "encoder-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.copyItem(
            atPath: EncoderGoldenTests.fixtures + "/wavlm", toPath: folder + "/wavlm")
        let spec = try EncoderLayer.Spec(folder + "/wavlm").pinned()
        #expect(spec.encoder.sha256?.count == 64)
        #expect(try EncoderLayer.Spec.decode(spec.encode()).encode() == spec.encode())
        let json = JSONValue(.list([spec.encode(), ["type": "global_pool"], ["type": "dense", "units": 3]]))
        let model = try Model(json: json, input: [300, 1], generator: RandomGenerator(seed: 1))
        let x = Signal(Self.waves([300, 217], samples: 300), lengths: [300, 217])
        let optimizer = Optimizer(AdamW(learningRate: 0.01), model.namedParameters)
        let before = model.forward(x, .inference).tensor.array
        for _ in 0..<3 {
            optimizer.step(
                CrossEntropyLoss().mean(model.forward(x, .inference), .classes([0, 2])), of: model)
        }
        let after = model.forward(x, .inference).tensor.array
        #expect(after != before)
        let path = folder + "/model.safetensors"
        try ModelFile.write(model, to: path)
        let names = try SafeTensors(contentsOf: path).names
        #expect(
            names.contains("0.layers.1.attention.query.weight")
                && !names.contains("0.front_end.0.conv.weight"))
        #expect(try ModelFile.read(path).model.forward(x, .inference).tensor.array == after)
        // The encoder in use is unchanged.
        let other = try Model(spec, input: [300, 1], generator: RandomGenerator(seed: 1))
        #expect(
            try other.forward(x, .inference).masked.array
                == self.model("wavlm").forward(x, .inference).masked.array)

        try FileManager.default.removeItem(atPath: folder + "/wavlm")
        #expect(throws: ConfigurationError.self) { try ModelFile.read(path) }
        try FileManager.default.copyItem(
            atPath: EncoderGoldenTests.fixtures + "/wavlm-large", toPath: folder + "/wavlm")
        let message = try #require(throws: ConfigurationError.self) { try ModelFile.read(path) }
        #expect("\(message)".contains("found a different encoder: SHA-256"))
    }

    @Test func whatDoesNotFitIsExplained() throws {
        func message(_ name: String, _ more: String = "", _ input: [Int] = [300, 1]) -> String {
            do {
                _ = try spec(name, more).checkedPlan(input)
                return "no error"
            } catch { return "\(error)" }
        }
        #expect(
            message("hubert", "", [19, 1]).contains("at least 20 samples, its receptive field, found 19"))
        #expect(message("whisper", "", [3201, 1]).contains("at most 3200 samples, found 3201"))
        #expect(
            message("hubert", "", [40, 13]).contains(
                "expects waveforms of shape [samples, 1], found [40, 13]"))
        #expect(message("hubert", #", "layers": [3]"#).contains("layers: found 3; allowed: 0 to 2"))
        #expect(message("hubert", #", "frozen_layers": 3"#).contains("has 2 layers"))
        #expect(message("nothing").contains("no such file or folder"))
        #expect(message("hubert", #", "layerdrop": 1"#).contains("layerdrop"))
    }

    /// Recordings that are shorter than a step, and numbers that no recording has.
    @Test(arguments: ["wav2vec2", "hubert", "data2vec", "whisper"]) func anyWaveformIsTaken(_ name: String)
        throws
    {
        let model = try model(name)
        for value in [Real(0), 1e9, 1e-30] {
            let x = Tensor.zeros([3, 300, 1]) + value
            let output = model.forward(Signal(x, lengths: [0, 1, 300]), .inference)
            #expect(output.masked.array.allSatisfy { $0.isFinite }, "\(value)")
        }
        for value in [Real.nan, .infinity] {
            let x = Tensor.zeros([1, 300, 1]) + value
            #expect(model.forward(Signal(x), .inference).tensor.shape == [1] + model.plan.output)
        }
    }

    // MARK: Adaptation

    private static let adaptations = [
        #", "lora": {"rank": 2}"#, #", "lora": {"rank": 3, "alpha": 6, "target_modules": ["*"]}"#,
        #", "adapters": {"size": 5}"#,
        #", "lora": {"rank": 2, "target_modules": "*.inner"}, "adapters": {"size": 3}"#,
        #", "frozen_layers": 1, "lora": {"rank": 2}, "layers": "all""#,
        #", "layers": [1], "adapters": {"size": 4}"#,
    ]

    /// A new adaptation changes nothing, and only its weights are trained.
    @Test(arguments: EncoderGoldenTests.names) func onlyAdaptationsAreTrained(_ name: String) throws {
        let samples = name == "whisper" ? 3000 : 300
        let lengths = [samples, samples / 2 + 60]
        let x = Signal(Self.waves(lengths, samples: samples), lengths: lengths)
        for options in Self.adaptations {
            let model = try model(name, options, samples: samples)
            #expect(model.parameterCount == model.plan.parameters && !model.parameters.isEmpty)
            #expect(
                model.namedParameters.allSatisfy {
                    $0.name.contains(".lora.") || $0.name.contains("_adapter.")
                })
            let plain =
                options.contains("\"all\"")
                ? #", "layers": "all""# : options.contains("[1]") ? #", "layers": [1]"# : ""
            let before = model.forward(x, .inference)
            let expected = try self.model(name, plain, samples: samples).forward(x, .inference).masked
            #expect(EncoderGoldenTests.error(before.masked, expected) < 1e-5)
            let optimizer = Optimizer(SGD(learningRate: 0.5), model.namedParameters)
            for _ in 0..<2 {
                let loss = model.forward(x, .training(RandomGenerator(seed: 1))).masked.square().mean()
                let gradients = loss.backward()
                #expect(model.parameters.allSatisfy { gradients[$0] != nil })
                optimizer.step(gradients)
            }
            #expect(model.forward(x, .inference).masked.array != before.masked.array)
            let merged = try model.merged()
            let error = EncoderGoldenTests.error(
                merged.forward(x, .inference).masked, model.forward(x, .inference).masked)
            #expect(error < 1e-4, "\(name)\(options): \(error)")
            // Adapters cannot be merged, and then nothing is.
            let keeps = options.contains("adapters") && options.contains("lora")
            #expect(merged.namedParameters.contains { $0.name.contains(".lora.") } == keeps)
        }
    }

    /// x W + alpha / rank x A B, with the numbers of a layer on its own.
    @Test func aLowRankChangeIsAProductOfTwoMatrices() throws {
        let model = try model(
            "wav2vec2", #", "lora": {"rank": 2, "alpha": 6, "target_modules": "layers.1.outer"}"#)
        #expect(model.namedParameters.map(\.name) == ["layers.1.outer.lora.a", "layers.1.outer.lora.b"])
        let (a, b) = (model.parameters[0], model.parameters[1])
        #expect(a.shape == [20, 2] && b.shape == [2, 12] && b.value.array.allSatisfy { $0 == 0 })
        #expect(
            a.value.array.allSatisfy { abs($0) <= 1 / Real(20).squareRoot() } && Set(a.value.array).count > 30
        )
        b.value = .normal([2, 12], using: RandomGenerator(seed: 4))
        let merged = try model.merged()
        let name = "layers.1.outer.weight"
        let found = try #require(merged.namedParameters.first { $0.name == name }).parameter.value
        let original = try #require(
            self.model("wav2vec2").namedParameters.first { $0.name == name }
        ).parameter.value
        let change = matmul(a.value, b.value) * 3
        #expect(EncoderGoldenTests.error(found - original, change) < 1e-5)
    }

    @Test func patternsThatMatchNothingAreExplained() throws {
        for (options, pattern) in [
            (#", "lora": {"target_modules": ["*.query", "*.qwery"]}"#, "*.qwery"),
            (#", "frozen_layers": 2, "lora": {}"#, "layers.*.attention.query"),
        ] {
            let message = try #require(throws: LayerError.self) {
                try spec("hubert", options).checkedPlan([300, 1])
            }
            #expect(message.message.contains("the pattern \"\(pattern)\", which matches no dense layer"))
        }
    }

    // MARK: Checkpointing

    /// Recomputed layers give the same bits, with dropout and skipped layers.
    @Test(arguments: EncoderGoldenTests.names) func checkpointingChangesNoBits(_ name: String) throws {
        let samples = name == "whisper" ? 3000 : 300
        let lengths = [samples, samples / 2 + 60]
        let x = Signal(Self.waves(lengths, samples: samples), lengths: lengths)
        func gradients(_ options: String) throws -> [[Real]] {
            let model = try model(name, #", "layers": "all", "layerdrop": 0.3"# + options, samples: samples)
            let loss = model.forward(x, .training(RandomGenerator(seed: 6))).masked.square().mean()
            let gradients = loss.backward()
            return [[loss.item()]] + model.parameters.map { gradients[$0]?.array ?? [] }
        }
        for options in ["", #", "lora": {"dropout": 0.1}"#, #", "adapters": {}"#] {
            #expect(try gradients(options) == gradients(options + #", "gradient_checkpointing": true"#))
        }
    }

    // MARK: Export

    /// `Tests/Interop/check_finetuning.py` runs such files.
    @Test(arguments: EncoderGoldenTests.names) func layersAreTranslatedToONNX(_ name: String) throws {
        let samples = name == "whisper" ? 3000 : 300
        for options in [
            #", "layers": "all""#, #", "adapters": {"size": 3}"#, #", "lora": {}, "layers": [1]"#,
        ] {
            let model = try model(name, options, samples: samples)
            guard name != "whisper" else {
                let problem = try #require(throws: LayerError.self) { try model.encodeONNX() }
                #expect(problem.message.contains("log-mel spectrogram of Whisper"))
                continue
            }
            #expect(try model.encodeONNX().count > 4 * model.parameterCount)
            var dynamic = ONNXOptions()
            dynamic.anySteps = true
            #expect(throws: LayerError.self) { try model.encodeONNX(options: dynamic) }
        }
    }

    // MARK: Threads

    /// In a process of its own, where no other test uses the threads.
    @Test(arguments: ["wavlm", "data2vec", "whisper"])
    func anyNumberOfThreadsGivesTheSameBits(_ name: String) async {
        await #expect(processExitsWith: .success) { [name] in
            EncoderKinds.register()
            let tests = EncoderLayerTests()
            let samples = name == "whisper" ? 3000 : 6000
            let lengths = [samples, samples / 2, samples / 3]
            let x = Signal(EncoderLayerTests.waves(lengths, samples: samples), lengths: lengths)
            var reference: [[Real]]?
            for threads in [1, 2, 3, 7] {
                Parallel.threads = threads
                let model = try tests.model(name, #", "freeze_feature_encoder": false"#, samples: samples)
                let loss = model.forward(x, .training(RandomGenerator(seed: 6))).masked.square().mean()
                let gradients = loss.backward()
                let found = [[loss.item()]] + model.parameters.map { gradients[$0]?.array ?? [] }
                let expected = reference ?? found
                reference = expected
                #expect(found == expected, "\(threads) threads")
            }
        }
    }
}
