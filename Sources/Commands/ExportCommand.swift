import Autograd
import Foundation
import Lab
import Layers
import ONNXExport

extension Command {
    private static let out = Option.path(
        "out", "FOLDER", help: "Output folder (default: RUN/export).")
    private static let anySteps = Switch(
        name: "any-steps",
        help: "Allow ONNX input sequences with any number of frames, if the model supports it.")

    /// Exports a model.
    static let export: Command = Command(
        name: "export",
        summary:
            "Export a model as safetensors and ONNX, with a Python script that computes its features.",
        argument: Argument(
            placeholder: "RUN",
            help:
                "Run folder or model file. For a cross-validation (FOLDER:MEMBER selects a member of an ablation), the ensemble of its models is exported.",
            completion: .files),
        options: [out, anySteps],
        examples: [
            (
                "Train export runs/quickstart",
                "Write model.safetensors, model.json, model.onnx and features.py to runs/quickstart/export. Try: python features.py some.wav"
            )
        ],
        run: { arguments in
            let path = try arguments.required("a run folder or a model file")
            let isRun = !path.hasSuffix(".safetensors")
            let set = isRun ? try RunSet.reportedOne(path) : nil
            let runs = set?.records ?? []
            let (trained, card) =
                runs.count > 1
                ? try Ensemble.combine(runs.map(\.path))
                : try ModelFile.read(runs.first?.file(RunFile.model) ?? path)
            if runs.count > 1, let note = try Ensemble.decisionNote(runs.map(\.path)) {
                Terminal.error("note: \(note)")
            }
            let model = try trained.merged()
            if arguments[anySteps], !model.hasTimeAxis {
                throw UsageError(
                    "--any-steps requires a model of sequences; the input of this model has the shape \(model.input), without a time axis of variable length"
                )
            }
            let place = RunSet.ablationFolder(path) ?? path
            let member = set?.fileName.map { "/" + $0 } ?? ""
            let folder = arguments[out] ?? (isRun ? place + "/export" + member : "export")
            try FileError.makeFolder(folder, allowed: "a writable folder")
            var options = ONNXOptions()
            options.anySteps = arguments[anySteps]
            // Softmax would mix the outputs of different targets.
            if card.targets != nil { options.output = .none }
            try ModelFile.write(model, card: card, to: folder + "/model.safetensors")
            try model.writeONNX(to: folder + "/model.onnx", card: card, options: options)
            var names = ["model.safetensors", "model.json", "model.onnx"]
            if try writeScript(card, to: folder + "/features.py", program: arguments.program.name) {
                names.append("features.py")
            }
            for name in names { print("\(folder)/\(name)") }
        })

    /// Writes the program that computes the model's features, or prints why there is none. Removes an old one, which belongs to another model.
    private static func writeScript(
        _ card: ModelCard, to file: String, program: String
    ) throws -> Bool {
        let script = try FeatureScript(card)
        guard let text = script.text else {
            if FileManager.default.fileExists(atPath: file) {
                try FileManager.default.removeItem(atPath: file)
            }
            Terminal.error(
                "note: features.py was not written, because it cannot reproduce \(script.refusals.joined(separator: ", ")) exactly. Compute the input of model.onnx with: \(program) features FILES --model \(file.dropLast("features.py".count))model.safetensors --out x.npy"
            )
            return false
        }
        try AtomicFile.write(Array(text.utf8), to: file)
        return true
    }
}
