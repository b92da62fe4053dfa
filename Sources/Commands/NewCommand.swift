import Autograd
import Configuration
import Foundation
import Lab

extension Command {
    private static let from = Option.choice(
        "from", StartingConfig.allCases.map(\.rawValue),
        help: "Template (default: speech, with comments).")

    /// Writes a new config.
    static let new: Command = Command(
        name: "new",
        summary: "Write a commented config as the starting point of a new experiment.",
        argument: Argument(
            placeholder: "FILE", help: "File to write, such as mine.json.", completion: .files),
        options: [from],
        examples: [
            ("Train new mine.json", "Start from a CNN-GRU with attention for RAVDESS or a similar corpus."),
            ("Train new tiny.json --from quickstart", "Start from the quickstart, which needs no data."),
        ],
        run: { arguments in
            let file = try arguments.required("the name of the new file")
            guard !FileManager.default.fileExists(atPath: file) else {
                throw UsageError("\(file) already exists; choose another name, or remove it")
            }
            let start = arguments[from].flatMap { StartingConfig(rawValue: $0) } ?? .speech
            try AtomicFile.write(Array(start.text.utf8), to: file)
            print("\(file)")
            print("To check it, run: \(arguments.program.name) check \(file)")
        })
}

/// Config templates.
enum StartingConfig: String, CaseIterable {
    case speech, quickstart

    var text: String {
        switch self {
        case .quickstart: Quickstart.json
        case .speech:
            #"""
            {
                "//": "Keys that begin with // are comments. Train schema lists every key with its default.",
                "name": "mine",
                "description": "The purpose of this experiment.",
                "seed": 1,

                "// data": "Types: ravdess, emodb, tess, savee, crema_d, iemocap, folders, manifest, synthetic. ${RAVDESS} is an environment variable.",
                "data": {"source": {"type": "ravdess", "folder": "${RAVDESS}", "channels": ["speech"]}},

                "// split": "Speaker-independent: test speakers are not in the training set. \"stratified\" splits by clips instead.",
                "split": {"type": "grouped", "by": "speaker", "test": 0.2, "validation": 0.2},

                "// features": "The model's input. To show all defaults, run: Train features --describe --pipeline mine.json",
                "features": {
                    "sample_rate": 16000,
                    "preprocessing": [{"type": "trim", "top_db": 30}, {"type": "normalize_peak"}],
                    "layout": {
                        "type": "sequence",
                        "features": [{"type": "mel", "scale": "db", "n_fft": 512, "hop_length": 256, "n_mels": 64}],
                        "deltas": 1,
                        "frames": 256
                    }
                },

                "// augmentation": "\"copies\" are created once per clip; \"features\" is applied anew in every epoch.",
                "augmentation": {
                    "copies": [
                        [],
                        [{"type": "pitch_shift", "semitones": [-2, 2]}, {"type": "noise", "snr": [10, 40]}],
                        [{"type": "time_stretch", "rate": [0.8, 1.25]}]
                    ],
                    "features": [{"type": "spec_augment"}]
                },

                "// model": "A list of layers; Train check shows their output shapes. \"classes\" is replaced by the number of classes in the data.",
                "model": [
                    {"type": "feature_norm"},
                    {"type": "conv1d", "filters": 64, "kernel_size": 5, "padding": "same", "activation": "relu"},
                    {"type": "batch_norm", "momentum": 0.9},
                    {"type": "pool1d", "size": 2},
                    {"type": "dropout", "rate": 0.3},
                    {"type": "gru", "units": 96, "bidirectional": true},
                    {"type": "dropout", "rate": 0.4},
                    {"type": "attention", "units": 64},
                    {"type": "dense", "units": "classes"}
                ],

                "loss": {"type": "cross_entropy", "label_smoothing": 0.1},
                "optimizer": {"type": "adamw", "learning_rate": 0.001, "weight_decay": 0.01},
                "schedule": {"type": "cosine"},

                "// training": "The weights of the epoch with the best validation UAR are evaluated.",
                "training": {
                    "batch_size": 32,
                    "epochs": 40,
                    "selection": {"weights": "best", "monitor": "validation_uar"}
                },
                "evaluation": {"metrics": ["accuracy", "uar", "macro_f1"]}
            }

            """#
        }
    }
}
