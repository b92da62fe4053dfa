import Autograd
import Foundation
import Lab
import Layers
import Reports

extension Command {
    private static let out = Option.path("out", "FILE", help: "Model file to write, ending in .safetensors.")

    /// Creates an ensemble.
    static let combine: Command = Command(
        name: "combine",
        summary:
            "Combine several models, classical or neural, into an ensemble that averages their outputs.",
        argument: Argument(
            placeholder: "RUN",
            help:
                "Run or cross-validation folders (FOLDER:MEMBER selects a member of an ablation), or model files. Features, classes and test-time augmentation must be the same. For models with different features, pass the runs to Train evaluate --voting soft.",
            isRepeated: true, completion: .files),
        options: [out, VotingOptions.voting, VotingOptions.weights],
        examples: [
            (
                "Train combine runs/seed1 runs/seed2 runs/seed3 --out ensemble.safetensors",
                "Write an ensemble that predicts and exports like any other model. To evaluate it, pass the same runs to Train evaluate."
            ),
            (
                "Train combine runs/forest runs/svm runs/network --voting soft --weights 2,1,1 --out vote.safetensors",
                "Average the class probabilities of different models on the same features; the first model has twice the weight."
            ),
            (
                "Train combine runs/my-folds --out folds.safetensors",
                "Combine the models of all folds of a cross-validation."
            ),
        ],
        run: { arguments in
            let paths = try arguments.all.flatMap { path in
                path.hasSuffix(".safetensors") ? [path] : try RunSet.reportedOne(path).records.map(\.path)
            }
            guard paths.count > 1 else {
                throw UsageError("missing argument: two or more runs or model files")
            }
            guard let file = arguments[out] else {
                throw UsageError("specify the output with --out FILE, such as --out ensemble.safetensors")
            }
            for name in try [file, ModelFile.configPath(file)]
            where FileManager.default.fileExists(atPath: name) {
                throw FileError(
                    file: name, place: "--out", found: "an existing file",
                    allowed:
                        "a new name; the .safetensors file and its .json must not exist yet"
                )
            }
            let (model, card) = try Ensemble.combine(paths, vote: arguments.vote(paths.count))
            try ModelFile.write(model, card: card, to: file)
            for path in repeated(paths) {
                Terminal.error(
                    "note: \(path) is given more than once; each occurrence counts as a separate model")
            }
            if let note = try Ensemble.decisionNote(paths) { Terminal.error("note: \(note)") }
            let parameters = model.plan.parameters
            print(
                "\(file): an ensemble of \(paths.count) models"
                    + (parameters > 0 ? ", \(NumberText.count(parameters, "parameter"))" : ""))
        })

    /// The models that are given more than once, each of them once: for example, a run of a cross-validation that is given
    /// as well.
    private static func repeated(_ paths: [String]) -> [String] {
        var counts: [String: Int] = [:]
        return paths.filter { path in
            let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            counts[resolved, default: 0] += 1
            return counts[resolved] == 2
        }
    }
}
