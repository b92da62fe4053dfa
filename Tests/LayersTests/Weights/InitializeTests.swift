import Autograd
import Configuration
import Foundation
import Layers
import TestSupport
import Testing

/// Models that start from weights of other models.
@Suite struct InitializeTests {
    private static let layers = """
        {"type": "conv1d", "filters": 4, "kernel_size": 3}, {"type": "batch_norm"},
        {"type": "gru", "units": 3}, {"type": "attention", "units": 2}
        """

    private func model(classes: Int = 2, seed: UInt64 = 1, _ layers: String = layers) throws -> Model {
        try Model(
            text: "[\(layers), {\"type\": \"dense\", \"units\": \(classes)}]", input: [9, 2],
            generator: RandomGenerator(seed: seed))
    }

    private func values(_ model: Model) -> [String: [Real]] {
        Dictionary(model.namedTensors.map { ($0.0, $0.1.array) }) { first, _ in first }
    }

    private func selection(_ edit: (inout WeightSelection) -> Void) -> WeightSelection {
        var selection = WeightSelection()
        edit(&selection)
        return selection
    }

    private func lines(_ body: () throws -> Void) -> [String] {
        do { try body() } catch {
            return "\(error)".split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        return []
    }

    @Test func aModelFile() throws {
        try Toy.inFolder { folder in
            let (source, path) = (try model(seed: 2), folder + "/a.safetensors")
            try ModelFile.write(source, to: path)
            let target = try model()
            let transfer = try target.initialize(from: path)
            #expect(values(target) == values(source) && transfer.new.isEmpty && !transfer.resetsHead)
            // Other classes.
            let other = try model(classes: 3)
            let before = values(other)
            let partial = try other.initialize(from: path)
            #expect(partial.resetsHead && partial.new == ["4.weight", "4.bias"])
            for (name, value) in values(other) {
                #expect(value == (name.hasPrefix("4.") ? before[name] : values(source)[name]), "\(name)")
            }
            let said = lines { try other.initialize(from: path, selection { $0.resetHead = false }) }
            #expect(
                said.dropFirst() == [
                    "4.weight: found shape [3, 2], expected [3, 3]", "4.bias: found shape [2], expected [3]",
                ])
            // The same classes, but a new head.
            let fresh = try model()
            #expect(try fresh.initialize(from: path, selection { $0.resetHead = true }).new.count == 2)
            #expect(values(fresh)["4.weight"] == values(try model())["4.weight"])
        }
    }

    @Test func patternsAndNames() throws {
        try Toy.inFolder { folder in
            let path = folder + "/a.safetensors"
            let source = try model(seed: 2)
            // Names as in a larger model of another program.
            let named = source.namedTensors.map { ("encoder.layers." + $0.0, $0.1) }
            try SafeTensors.write(named + [("decoder.weight", .ones([2]))], metadata: [:], to: path)
            let target = try model()
            let chosen = selection {
                $0.format = .prosody
                $0.rename = [("encoder.layers.2.bias", "2.0.forward.bias"), ("encoder.layers.*", "*")]
                $0.exclude = ["decoder.*"]
            }
            // The first rule takes nothing.
            let said = lines { try target.initialize(from: path, chosen) }
            #expect(
                said == [
                    "\(path): the weights do not fit the model:",
                    #"the pattern "encoder.layers.2.bias" in "rename": no name in the file matches"#,
                ])
            var fixed = chosen
            fixed.rename.removeFirst()
            try target.initialize(from: path, fixed)
            #expect(values(target) == values(source))
            for patterns in [NamePatterns(["0.*", "1.*"]), ["encoder.layers.0.*", "encoder.layers.1.*"]] {
                let part = try model()
                var some = fixed
                some.include = patterns
                let transfer = try part.initialize(from: path, some)
                #expect(
                    transfer.loaded.sorted() == [
                        "0.bias", "0.weight", "1.bias", "1.running_mean", "1.running_variance", "1.weight",
                    ])
                #expect(values(part)["2.0.forward.weight"] == values(try model())["2.0.forward.weight"])
            }
        }
    }

    @Test func everyMismatchIsListedAtOnce() throws {
        try Toy.inFolder { folder in
            let path = folder + "/a.safetensors"
            var tensors = try model(seed: 2).namedTensors
            tensors.removeAll { $0.0 == "1.weight" }
            tensors[0].1 = .ones([5, 2, 4])
            try SafeTensors.write(tensors + [("extra", .ones([2]))], metadata: [:], to: path)
            let target = try model()
            let before = values(target)
            let said = lines {
                try target.initialize(
                    from: path,
                    selection {
                        $0.format = .prosody
                        $0.exclude = ["9.*"]
                    })
            }
            #expect(
                said == [
                    "\(path): the weights do not fit the model:", "1.weight: missing",
                    "extra: not in the model",
                    "0.weight: found shape [5, 2, 4], expected [3, 2, 4]",
                    #"the pattern "9.*" in "exclude": no name in the file or the model matches"#,
                ])
            #expect(values(target) == before)
        }
    }

    /// A `state_dict` that PyTorch wrote, with its input and output.
    @Test func pyTorch() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Fixtures/torch-mbconv.safetensors").standardized.path
        let tensors = try SafeTensors(contentsOf: path)
        let (x, y) = (try tensors.tensor("x"), try tensors.tensor("y"))
        let text = """
            [{"type": "mbconv", "filters": 16, "kernel_size": 5, "stride": 2},
             {"type": "mbconv", "filters": 16, "expansion": 2}]
            """
        let target = try Model(
            text: text, input: Array(x.shape.dropFirst()), generator: RandomGenerator(seed: 1))
        let chosen = selection {
            $0.format = .pytorch
            $0.rename = [("model.*", "*")]
            $0.exclude = ["x", "y"]
        }
        #expect(try target.initialize(from: path, chosen).new.isEmpty)
        let scale = y.abs().max().item()
        #expect((target(x) - y).abs().max().item() < 1e-5 * scale)
    }

    /// torchvision's names, with the network as one of several layers and with classes of its own.
    @Test func torchvision() throws {
        try Toy.inFolder { folder in
            let path = folder + "/b0.safetensors"
            func make(_ text: String, _ seed: UInt64) throws -> Model {
                try Model(text: text, input: [32, 32, 3], generator: RandomGenerator(seed: seed))
            }
            let source = try make(#"{"type": "efficientnet", "variant": "b0", "classes": 10}"#, 1)
            let state = source.namedTensors.map { name, tensor -> (String, Tensor) in
                let name = name.replacing("running_variance", with: "running_var")
                // Squeeze-and-excitation has pointwise convolutions in torchvision, and dense layers here.
                let isPointwise = name.contains(".fc") && tensor.rank == 2
                let torch =
                    tensor.rank == 4
                    ? tensor.permuted([3, 2, 0, 1]) : tensor.rank == 2 ? tensor.transposed() : tensor
                return (name, isPointwise ? torch.reshaped(torch.shape + [1, 1]) : torch)
            }
            let counter = ("features.0.1.num_batches_tracked", Tensor.ones([]))
            try SafeTensors.write(state + [counter], metadata: ["format": "pt"], to: path)
            let chosen = selection { $0.format = .torchvision }
            let plain = try make(
                #"[{"type": "efficientnet", "variant": "b0"}, {"type": "dense", "units": 2}]"#, 2)
            let transfer = try plain.initialize(from: path, chosen)
            #expect(transfer.new == ["1.weight", "1.bias"] && !transfer.resetsHead)
            let x = Tensor.normal([2, 32, 32, 3], using: RandomGenerator(seed: 3))
            let features = source.layerOutputs(Signal(x), of: "pool")[0].output.tensor.array
            #expect(plain.layerOutputs(Signal(x), of: "0")[0].output.tensor.array == features)
            let own = try make(#"[{"type": "efficientnet", "variant": "b0", "classes": 2}]"#, 2)
            let reset = try own.initialize(from: path, chosen)
            #expect(reset.resetsHead && reset.new == ["0.classifier.1.weight", "0.classifier.1.bias"])
            let said = lines { try model().initialize(from: path, chosen) }
            #expect(said[0].contains("0 layers of type efficientnet"))
            let larger = try make(#"{"type": "efficientnet", "variant": "b1"}"#, 2)
            #expect(lines { try larger.initialize(from: path, chosen) }.count > 100)
        }
    }

    @Test func kerasWeightsInOrder() throws {
        try Toy.inFolder { folder in
            let path = folder + "/a.npz"
            let layers = #"{"type": "dense", "units": 3}"#
            func make(_ classes: Int, _ seed: UInt64) throws -> Model {
                try Model(
                    text: "[\(layers), {\"type\": \"dense\", \"units\": \(classes)}]", input: [2],
                    generator: RandomGenerator(seed: seed))
            }
            let source = try make(2, 2)
            let names = ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"]
            try Npz.write(zip(names, source.namedTensors).map { ($0, $1.1) }, to: path)
            let target = try make(2, 1)
            try target.initialize(from: path)
            #expect(values(target) == values(source))
            let other = try make(4, 1)
            let transfer = try other.initialize(from: path)
            #expect(transfer.resetsHead && transfer.loaded == ["0.weight", "0.bias"])
            let said = lines { try other.initialize(from: path, selection { $0.resetHead = false }) }
            #expect(
                said.dropFirst().first == "dense_1/kernel for 1.weight: found shape [3, 2], expected [3, 4]")
            // Also if the format is inferred.
            let renamed = lines {
                try target.initialize(from: path, selection { $0.rename = [("dense*", "d*")] })
            }
            #expect(renamed.count == 2 && renamed[1].hasPrefix(#""rename": has no effect on Keras weights"#))
        }
    }

    @Test func theFormatOfPyTorchIsInferred() throws {
        try Toy.inFolder { folder in
            let path = folder + "/a.safetensors"
            func make(_ seed: UInt64) throws -> Model {
                try Model(
                    text: #"[{"type": "dense", "units": 3}]"#, input: [2],
                    generator: RandomGenerator(seed: seed))
            }
            let (source, target) = try (make(2), make(1))
            let state = source.namedTensors.map { ($0, $1.rank == 2 ? $1.transposed() : $1) }
            try SafeTensors.write(state, metadata: ["format": "pt"], to: path)
            try target.initialize(from: path)
            #expect(values(target) == values(source))
            try SafeTensors.write(state, to: path)
            #expect(lines { try target.initialize(from: path) }[0].contains(#"a "format" in "initialize""#))
        }
    }

    @Test func otherFilesAreErrors() throws {
        try Toy.inFolder { folder in
            func said(_ name: String, _ bytes: [UInt8]) throws -> String {
                let path = folder + "/" + name
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                return lines { try model().initialize(from: path) }.joined(separator: " ")
            }
            #expect(try said("a.h5", [0x89, 0x48, 0x44, 0x46, 13, 10]).contains("np.savez"))
            #expect(try said("a.pth", [0x50, 0x4b, 3, 4, 0]).contains("safetensors.torch.save_file"))
            #expect(try said("b.pth", [0x80, 0x02, 3, 4, 0]).contains("safetensors.torch.save_file"))
            #expect(try said("a.safetensors", [1, 2, 3]).contains("a.safetensors"))
            #expect(try said("a.npz", [1, 2, 3]).contains("a.npz"))
            let path = folder + "/plain.safetensors"
            try model().saveWeights(to: path)
            #expect(lines { try model().initialize(from: path) }[0].contains(#""pytorch", "torchvision""#))
            // Every shortened file.
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            for count in stride(from: 0, to: bytes.count, by: 37) {
                #expect(try said("short.safetensors", Array(bytes[..<count])) != "")
            }
        }
    }
}
