import Autograd
import Configuration
import Foundation
import Lab
import Layers
import ONNXExport
import SpeechEmotion

extension Command {
    private static let featureSource = Option.path(
        "features", "SOURCE",
        help:
            "Source of the model's input features: an experiment (JSON file), a run folder, a model file, a feature pipeline (JSON file), or a table FILE.npy or FILE.csv with one row per clip."
    )
    private static let out = Option.path(
        "out", "FILE|FOLDER",
        help:
            "FILE.safetensors writes a model file, or the converted encoder. FOLDER writes a run folder with the model's results on the test set of the experiment or run given by --features."
    )
    private static let labels = Option.text(
        "labels", "JSON",
        help:
            #"Names of the model's classes: a list in the order of its labels, such as ["angry", "sad"], or a mapping such as {"0": "angry", "1": "sad"} (default: the labels in the file)."#
    )

    /// Imports a scikit-learn model, or a pretrained speech encoder.
    static let importing: Command = Command(
        name: "import",
        summary:
            "Import a scikit-learn model or pipeline from an ONNX file written by skl2onnx, or check and convert a pretrained speech encoder.",
        argument: Argument(
            placeholder: "MODEL.onnx|FOLDER",
            help:
                "ONNX file, such as the output of skl2onnx.to_onnx; or the folder of a speech encoder with config.json and model.safetensors or pytorch_model.bin, as on the Hugging Face Hub.",
            completion: .files),
        options: [
            featureSource, out, labels, Common.set, Common.threads, Common.cache, Common.cacheLimit,
            Common.noCache, Common.quiet,
        ],
        examples: [
            (
                "Train import forest.onnx --features experiment.json --out runs/forest",
                "Evaluate the model on the test set of the experiment's split, and write a run folder that other commands accept like any other run."
            ),
            (
                "Train import svm.onnx --features runs/quickstart --out svm.safetensors",
                "Write a model file for predict, export and combine that uses the feature pipeline of a run."
            ),
            (
                #"Train import svm.onnx --features embeddings.npy --labels '["angry", "happy", "sad"]' --out svm.safetensors"#,
                "The same for precomputed embeddings; embeddings.csv identifies the clip of each row."
            ),
            (
                "Train import encoders/wavlm-base",
                "Check a pretrained speech encoder, and print its architecture and fingerprint."
            ),
            (
                "Train import encoders/wavlm-base --out wavlm-base.safetensors",
                "Also convert it to a single file without a head, which the feature encoder accepts like the folder."
            ),
        ],
        run: runImport)

    private static func runImport(_ arguments: Arguments) throws {
        Interrupt.watch()
        arguments.applyThreads()
        let path = try arguments.required("the ONNX file or the folder")
        if ImportEncoder.isEncoder(path) {
            return try ImportEncoder(path).run(out: arguments[out])
        }
        guard FileManager.default.fileExists(atPath: path) else {
            throw FileError(
                file: path, place: "the path", found: "no such file or folder",
                allowed: "an ONNX file, or the folder or .safetensors file of a speech encoder")
        }
        try ImportEncoder.checkIsNoPart(path)
        guard let source = arguments[featureSource] else {
            throw UsageError(
                "specify the source of the model's input with --features, such as --features experiment.json")
        }
        guard let out = arguments[out] else {
            throw UsageError(
                "specify the output with --out: a model file such as --out model.safetensors, or a new run folder such as --out runs/imported"
            )
        }
        let isFile = out.hasSuffix(".safetensors")
        try checkFree(out, isFile: isFile)
        let imported = try ImportedModel(onnx: path)
        let model = try imported.model()
        let classes = try names(imported.classes, arguments[labels])
        let features = try ImportFeatures.read(
            source, columns: imported.inputNames, settings: arguments.every(Common.set))
        try features.check(imported, path)
        if let experiment = features.experiment { try check(classes, experiment, source, path) }
        if isFile {
            var card = ModelCard()
            card.classes = classes
            card.features = features.pipeline.encode()
            card.sampleRate = features.pipeline.sampleRate
            card.tta = features.tta
            try ModelFile.write(model, card: card, to: out)
            return print("\(out): \(describe(imported)), classes \(classes.joined(separator: ", "))")
        }
        guard var experiment = features.experiment else {
            throw UsageError(
                "--out \(out): a run folder requires the data of an experiment or a run; pass one with --features, or write a model file with --out \(out).safetensors"
            )
        }
        experiment.name = (out as NSString).lastPathComponent
        experiment.description = "Imported from \((path as NSString).lastPathComponent)."
        experiment.model = ModelDescription(model.spec)
        experiment.data.classes = classes
        experiment.augmentation = AugmentationPlan()
        (experiment.search, experiment.sweep) = (nil, nil)
        let progress = TerminalProgress(isQuiet: arguments[Common.quiet])
        defer { progress.finish() }
        let run = try ExperimentRun(
            experiment, folder: RunFolder(out), cache: arguments.featureCache(), imported: model,
            observer: progress)
        let result = try run.run()
        progress.finish()
        print("\(describe(imported)), classes \(classes.joined(separator: ", "))")
        print(ResultText.metrics(result, try RunRecord(out).predictions))
        Terminal.error(
            "note: the training data of the model are unknown; the results are valid for unseen data only if no clip of the \(experiment.evaluation.subset.rawValue) set was among them"
        )
        print("\nResults: \(out)\nReport: \(out)/\(RunFile.report)")
    }

    /// The steps and the model, such as "standard_scaler, svc".
    private static func describe(_ imported: ImportedModel) -> String {
        imported.layerNames.joined(separator: ", ")
    }

    private static func checkFree(_ out: String, isFile: Bool) throws {
        for name in isFile ? try [out, ModelFile.configPath(out)] : [out]
        where FileManager.default.fileExists(atPath: name) {
            throw FileError(
                file: name, place: "--out", found: "an existing \(isFile ? "file" : "file or folder")",
                allowed: "a new name")
        }
    }

    /// The names of the classes: the labels of the file, or those that `--labels` gives.
    private static func names(_ labels: [String], _ text: String?) throws -> [String] {
        guard let text else { return labels }
        let json = try JSONValue.parse(text, source: "--labels")
        var names = labels
        if let list = json.elements {
            let given = list.compactMap(\.text)
            guard given.count == list.count, given.count == labels.count else {
                throw UsageError(
                    "--labels: expected \(labels.count) names for the labels \(labels.joined(separator: ", ")), found \(json.line)"
                )
            }
            names = given
        } else if let members = json.members {
            for member in members {
                guard let index = labels.firstIndex(of: member.key), let name = member.value.text else {
                    throw UsageError(
                        "--labels: found \"\(member.key)\": \(member.value.line), expected a name for one of the labels \(labels.joined(separator: ", "))"
                    )
                }
                names[index] = name
            }
        } else {
            throw UsageError("--labels: expected a list or a mapping, found \(json.line)")
        }
        guard Set(names).count == names.count else {
            throw UsageError(
                "--labels: found the classes \(names.joined(separator: ", ")), expected each once")
        }
        return names
    }

    /// Throws if the data lack a class of the model.
    private static func check(
        _ classes: [String], _ experiment: Experiment, _ source: String, _ path: String
    ) throws {
        var data = experiment.data
        data.classes = nil
        let known = try data.read().classes
        let missing = classes.filter { !known.contains($0) }
        guard missing.isEmpty else {
            throw UsageError(
                "\(path): the classes \(missing.joined(separator: ", ")) are not classes of the data in \(source): \(known.joined(separator: ", ")). Name the classes with --labels, such as --labels '{\"\(missing[0])\": \"\(known.first ?? "angry")\"}' (scikit-learn sorts labels, and LabelEncoder numbers them in alphabetical order)"
            )
        }
    }
}
