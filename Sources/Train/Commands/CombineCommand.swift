import Autograd
import Foundation
import Lab

extension Command {
    private static let out = Option.path("out", "FILE", help: "The model file, ending in .safetensors.")

    /// Makes one model of several.
    static let combine: Command = Command(
        name: "combine",
        summary: "Makes one model of several: the mean of what they say.",
        argument: Argument(
            placeholder: "RUN",
            help: "Folders of runs or model files, with the same features, classes and views.",
            isRepeated: true, completion: .files),
        options: [out],
        examples: [
            (
                "Train combine runs/seed1 runs/seed2 runs/seed3 --out together.safetensors",
                "A model that predicts and exports like any other; Train evaluate with the same runs tells what it is worth."
            )
        ],
        run: { arguments in
            guard arguments.all.count > 1 else { throw UsageError("which runs? Give two or more") }
            guard let file = arguments[out] else {
                throw UsageError("where to? Give --out FILE, such as --out together.safetensors")
            }
            for name in try [file, ModelFile.configPath(file)]
            where FileManager.default.fileExists(atPath: name) {
                throw FileError(
                    file: name, place: "--out", found: "a file that is there already",
                    allowed:
                        "a new name: the model takes one that ends in .safetensors and one in .json, and overwrites nothing"
                )
            }
            for path in arguments.all where !path.hasSuffix(".safetensors") {
                _ = try RunRecord(path).requireEnd()
            }
            let (model, card) = try Ensemble.combine(arguments.all)
            try ModelFile.write(model, card: card, to: file)
            print(
                "\(file): \(arguments.all.count) models as one, \(NumberText.count(model.plan.parameters, "weight"))"
            )
        })
}
