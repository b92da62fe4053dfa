import Autograd
import Foundation
import Lab

extension Command {
    private static let out = Option.path(
        "out", "FOLDER", help: "Where the files go; the folder \"export\" of the run unless given.")
    private static let anySteps = Switch(
        name: "any-steps", help: "Lets sequences in ONNX have any number of frames, where the model can.")

    /// Writes a run's model for other programs.
    static let export: Command = Command(
        name: "export",
        summary: "Writes a run's model for other programs: safetensors with its config, and ONNX.",
        argument: Argument(
            placeholder: "RUN", help: "The folder of a run, or a model file.", completion: .files),
        options: [out, anySteps],
        examples: [
            (
                "Train export runs/quickstart",
                "Writes model.safetensors, model.json and model.onnx into runs/quickstart/export."
            )
        ],
        run: { arguments in
            let path = try arguments.required("run or model file")
            let isRun = !path.hasSuffix(".safetensors")
            if isRun { _ = try RunRecord(path).requireEnd() }
            let (model, card) = try ModelFile.read(isRun ? path + "/" + RunFile.model : path)
            let folder = arguments[out] ?? (isRun ? path + "/export" : "export")
            try FolderMaker.make(folder)
            var options = ONNXOptions()
            options.anySteps = arguments[anySteps]
            try ModelFile.write(model, card: card, to: folder + "/model.safetensors")
            try model.writeONNX(to: folder + "/model.onnx", card: card, options: options)
            for name in ["model.safetensors", "model.json", "model.onnx"] { print("\(folder)/\(name)") }
            if let views = card.views?.elements?.count {
                Terminal.error(
                    "This model is asked about each sound and \(views) changed forms of it, \"views\" in model.json, made of the prepared sound; ONNX takes one form at a time, and the mean of the logarithms of its probabilities, then softmax, is the answer."
                )
            }
        })
}

/// Makes folders.
enum FolderMaker {
    /// Throws a `FileError` where there can be no such folder.
    static func make(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw FileError(
                file: path, place: "making the folder", found: "\"\(error.localizedDescription)\"",
                allowed: "a place that can be written to")
        }
    }
}
