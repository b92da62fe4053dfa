import Autograd
import Configuration
import Foundation
import Lab

extension Command {
    private static let from = Option.choice(
        "from", StartingConfig.allCases.map(\.rawValue),
        help: "What it begins with: speech, which has remarks, unless given.")

    /// Writes a config to start from.
    static let new: Command = Command(
        name: "new",
        summary: "Writes a config to start an experiment of one's own from.",
        argument: Argument(
            placeholder: "FILE", help: "The file to write, such as mine.json.", completion: .files),
        options: [from],
        examples: [
            ("Train new mine.json", "A recurrent network with attention for RAVDESS or a corpus like it."),
            ("Train new tiny.json --from quickstart", "The quickstart, which needs no data."),
        ],
        run: { arguments in
            let file = try arguments.required("file")
            guard !FileManager.default.fileExists(atPath: file) else {
                throw UsageError("\(file) is there already; name another file, or remove it")
            }
            let start = arguments[from].flatMap { StartingConfig(rawValue: $0) } ?? .speech
            try AtomicFile.write(Array(start.text.utf8), to: file)
            print("\(file)")
            print("Check it with: Train check \(file)")
        })
}

/// Configs to start from.
enum StartingConfig: String, CaseIterable {
    case speech, quickstart

    var text: String {
        switch self {
        case .quickstart: Quickstart.json
        case .speech:
            #"""
            {
                "//": "Keys that begin with two slashes are remarks. Every key with its default: Train schema",
                "name": "mine",
                "description": "What this experiment is for.",
                "seed": 1,

                "// data": "Kinds: ravdess, emodb, tess, savee, crema_d, iemocap, folders, manifest, synthetic. ${RAVDESS} is taken from the environment.",
                "data": {"source": {"type": "ravdess", "folder": "${RAVDESS}", "channels": ["speech"]}},

                "// split": "Speakers of the test part are not heard in training; \"stratified\" draws single clips.",
                "split": {"type": "grouped", "by": "speaker", "test": 0.2, "validation": 0.2},

                "// features": "What a model gets of a sound. Try: Train features some.wav --describe",
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

                "// augmentation": "\"rows\" are made once, so many for each clip; \"features\" is drawn anew in every epoch.",
                "augmentation": {
                    "copies": [
                        [],
                        [{"type": "pitch_shift", "semitones": [-2, 2]}, {"type": "noise", "snr": [10, 40]}],
                        [{"type": "time_stretch", "rate": [0.8, 1.25]}]
                    ],
                    "features": [{"type": "spec_augment"}]
                },

                "// model": "A list of layers. Train check shows the shapes between them. \"classes\" stands for the number of classes in the data.",
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

                "// training": "The weights of the epoch with the best validation figure are tested.",
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
