import ONNXExport
import Autograd
import Configuration
import Foundation
import TestSupport
import Layers
import Testing

/// Writes what `Tests/Interop/onnx_check.py` compares: ONNX files, and what comes out here for what goes in.
@Suite struct ONNXInteropFiles {
    private static let folder = ProcessInfo.processInfo.environment["ONNX_FILES"]

    @Test(.enabled(if: folder != nil)) func write() throws {
        let folder = try #require(Self.folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (number, example) in ExportExamples.all.enumerated() {
            let model = try example.model()
            let type = type(of: model.spec).type
            let name = (number < 100 ? number < 10 ? "00" : "0" : "") + "\(number)-\(type)"
            try Files(folder: folder, name: name, label: "\(example)", model: model, example: example, .none)
                .write()
        }
        for (name, input) in ExportExamples.models {
            let model = try ExportExamples.model(name, input)
            settle(model)
            let example = Example("", input, isFixed: name.contains("attention"))
            try Files(folder: folder, name: name, label: name, model: model, example: example, .softmax)
                .write()
        }
    }

    /// Statistics of batch norms as training leaves them. Without, numbers grow from layer to layer, and so do the
    /// last bits in which two programs always differ.
    private func settle(_ model: Model) {
        let x = Tensor.normal([4] + model.input, mean: 0, deviation: 1, using: RandomGenerator(seed: 5))
        let pass = Pass(isTraining: true, generator: nil)
        withoutRecording { for _ in 0..<20 { _ = model.forward(Signal(x), pass) } }
    }

    /// The files of one model.
    private struct Files {
        let folder: String, name: String, label: String
        let model: Model
        let example: Example
        let output: ONNXOptions.Output

        init(
            folder: String, name: String, label: String, model: Model, example: Example,
            _ output: ONNXOptions.Output
        ) {
            (self.folder, self.name, self.label) = (folder, name, label)
            (self.model, self.example, self.output) = (model, example, output)
        }

        func write() throws {
            try write(anySteps: false)
            if example.isSequence, !example.isFixed { try write(anySteps: true) }
        }

        private func write(anySteps: Bool) throws {
            var options = ONNXOptions()
            (options.output, options.anySteps, options.attention) = (output, anySteps, .all)
            let stem = "\(folder)/\(name)" + (anySteps ? "-any" : "")
            try model.writeONNX(to: stem + ".onnx", options: options)
            let steps = example.input[0] + (anySteps ? 5 : 0)
            var runs: [(batch: Int, lengths: [Int]?, hasZeros: Bool)] = [(3, nil, false), (1, nil, false)]
            if example.isSequence {
                runs += [
                    (3, [steps, steps - 2, 1], false), (2, [0, steps], false), (3, nil, true),
                    (3, [steps, steps - 1, 2], true),
                ]
            }
            for (index, run) in runs.enumerated() {
                let x = batch(run.batch, steps, run.lengths, hasZeros: run.hasZeros)
                try write(x, run.lengths, to: "\(stem).\(index).safetensors")
            }
        }

        private func write(_ x: Tensor, _ lengths: [Int]?, to path: String) throws {
            let signal = Signal(x, lengths: lengths)
            let y = withoutRecording { model.forward(signal, .inference) }
            var tensors = [
                ("features", x), (output.name, output == .softmax ? y.tensor.softmax(axis: -1) : y.tensor),
            ]
            if let attention = model.layer as? AdditiveAttention {
                tensors.append(("attention", attention.pool(signal).weights))
            }
            if lengths == nil, let attention = model.layer as? MultiHeadAttention {
                tensors.append(("attention", attention.attend(signal).weights))
            }
            var indices: [(String, Indices)] = []
            if let lengths { indices.append(("lengths", Indices(lengths))) }
            if let lengths = y.lengths { indices.append(("output_lengths", Indices(lengths))) }
            try SafeTensors.write(tensors, indices: indices, metadata: ["label": label], as: .f32, to: path)
        }

        /// Random numbers; large ones behind the lengths, or zeros at the end of all but the first sequence.
        private func batch(_ size: Int, _ steps: Int, _ lengths: [Int]?, hasZeros: Bool) -> Tensor {
            let shape = [size, steps] + example.input.dropFirst()
            let generator = RandomGenerator(seed: 7)
            let isWords = example.values == .wholeNumbers
            var numbers =
                isWords
                ? Tensor.uniform(shape, 0, 4.99, using: generator).array.map { $0.rounded(.down) }
                : Tensor.normal(shape, mean: 0, deviation: 1, using: generator).array
            let width = example.input.dropFirst().reduce(1, *)
            for row in 0..<size {
                let end = lengths?[row] ?? steps
                for step in 0..<steps {
                    for i in (row * steps + step) * width..<(row * steps + step + 1) * width {
                        if step >= end, !isWords { numbers[i] *= 1000 }
                        if hasZeros, row > 0, step >= row { numbers[i] = 0 }
                    }
                }
            }
            return Tensor(numbers, shape: shape)
        }
    }
}
