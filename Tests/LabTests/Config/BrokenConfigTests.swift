import TestSupport
import Configuration
import Foundation
import Lab
import SpeechEmotion
import Testing

/// Configs with a mistake each, and exactly what is said of them.
@Suite struct BrokenConfigTests {
    /// A mistake: a part of the text, what stands there instead, and each message without the name of the file.
    typealias Case = (part: String, instead: String, messages: [String])

    static let base = """
        {
            "name": "broken",
            "seed": 1,
            "data": {"source": {"type": "ravdess", "folder": "/data/RAVDESS"}},
            "split": {"type": "grouped", "by": "speaker", "test": 0.2, "validation": 0.2},
            "features": {
                "sample_rate": 16000,
                "preprocessing": [{"type": "trim", "top_db": 30}],
                "layout": {
                    "type": "sequence",
                    "features": [{"type": "mfcc", "n_mfcc": 40, "n_fft": 512, "hop_length": 256, "n_mels": 64}],
                    "frames": 200
                }
            },
            "augmentation": {
                "copies": [[], [{"type": "noise", "snr": [10, 40]}]],
                "features": [{"type": "spec_augment"}]
            },
            "model": [
                {"type": "conv1d", "filters": 64, "kernel_size": 5, "padding": "same"},
                {"type": "pool1d", "size": 2},
                {"type": "gru", "units": 96},
                {"type": "attention", "units": 64},
                {"type": "dense", "units": 8}
            ],
            "loss": {"type": "cross_entropy"},
            "optimizer": {"type": "adam", "learning_rate": 0.001},
            "schedule": {"type": "cosine"},
            "training": {"batch_size": 32, "epochs": 40, "selection": {"monitor": "validation_uar"}},
            "evaluation": {"metrics": ["accuracy", "uar"]}
        }

        """

    /// The list of layers in it.
    private static let model = base.components(separatedBy: "    \"model\": ")[1].components(
        separatedBy: ",\n    \"loss\"")[0]

    /// What is said of a layer for words.
    private static let wholeNumbers =
        "embedding expects integers, such as token indices, but its input is real-valued; "
        + "use a layer such as dense or conv1d instead"

    /// What is no JSON.
    static let syntax: [Case] = [
        (#""seed": 1,"#, #""seed": 1"#, ["4:5: missing comma; add it"]),
        (#""seed": 1,"#, #""seed": 1,,"#, ["3:15: duplicate comma; remove it"]),
        (#""seed": 1,"#, "'seed': 1,", [#"3:5: strings need double quotes; write "seed""#]),
        (#""seed": 1,"#, "seed: 1,", [#"3:5: keys need double quotes; write "seed""#]),
        (#""seed": 1,"#, #""seed" 1,"#, [#"3:12: missing colon after the key "seed"; add it"#]),
        (
            #""seed": 1,"#, #""seed": NaN,"#,
            ["3:13: NaN is not a JSON number; write a finite number, or null if the key allows it"]
        ),
        (#""seed": 1,"#, #""seed": 01,"#, ["3:13: 01 is not a JSON number; write 1"]),
        (
            #""seed": 1,"#, #""seed": 1, // the first"#,
            ["3:16: JSON does not allow comments; remove this one"]
        ),
        (
            #""seed": 1,"#, #""seed": 1, "seed": 2,"#,
            [#"3:16: duplicate key "seed" (first in line 3); remove one"#]
        ),
        (
            #""name": "broken","#, #""name": "broken,"#,
            [#"2:13: the string does not end on its line; add a double quote, or write \n for a line break"#]
        ),
        (
            #""units": 8}\#n    ]"#, #""units": 8},\#n    ]"#,
            [#"24:38: trailing comma before the closing "]"; remove it"#]
        ),
        (
            #"["accuracy", "uar"]}\#n}\#n"#, #"["accuracy", "uar"]}\#n"#,
            [#"1:1: this "{" is never closed; add "}""#]
        ),
        (
            #"["accuracy", "uar"]}\#n}\#n"#, #"["accuracy", "uar"]}\#n}}\#n"#,
            [#"31:2: found "}" after the end of the document; remove it"#]
        ),
        (
            #""name": "broken","#, #""name": "a\qb","#,
            [#"2:15: unknown escape \q; write \\ for a backslash"#]
        ),
        (base, "", ["1:1: the document is empty; write at least {}"]),
        (base, "[]", ["1:1: expected an object with keys such as name, description, seed, data, found []"]),
        (base, "3", ["1:1: expected an object with keys such as name, description, seed, data, found 3"]),
    ]

    /// Values of another type.
    static let types: [Case] = [
        (
            #""epochs": 40"#, #""epochs": "40""#,
            [
                #"29:46: training.epochs: expected an integer from 1 to 1073741824, found "40"; write it without quotes"#
            ]
        ),
        (
            #""epochs": 40"#, #""epochs": 40.5"#,
            ["29:46: training.epochs: expected an integer from 1 to 1073741824, found 40.5"]
        ),
        (
            #""epochs": 40"#, #""epochs": null"#,
            ["29:46: training.epochs: expected an integer from 1 to 1073741824, found null"]
        ),
        (
            #""epochs": 40"#, #""epochs": true"#,
            ["29:46: training.epochs: expected an integer from 1 to 1073741824, found true"]
        ),
        (
            #""name": "broken""#, #""name": 7"#,
            [
                #"2:13: name: expected a string with 1 or more characters that is a valid folder name, without "/", found 7; write "7""#
            ]
        ),
        (
            #""model": ["#, #""model": 3, "description": ["#,
            [
                #"19:14: model: expected a layer such as {"type": "dense"}, found 3"#,
                #"19:32: description: expected a string, found [{"type": "conv1d", "filters": 64, "kernel_size": 5, "paddi…"#,
            ]
        ),
        (
            #"{"type": "cosine"}"#, #""cosine""#,
            [
                #"28:17: schedule: expected a schedule such as {"type": "constant"}, found "cosine"; did you mean {"type": "cosine"}?"#
            ]
        ),
        (
            #"{"type": "adam", "learning_rate": 0.001}"#, #""adma""#,
            [
                #"27:18: optimizer: expected an optimizer such as {"type": "adam"}, found "adma"; did you mean {"type": "adam"}?"#
            ]
        ),
        (
            #""metrics": ["accuracy", "uar"]"#, #""metrics": "accuracy""#,
            [
                #"30:31: evaluation.metrics: expected a list of values out of "accuracy", "uar", "macro_f1", "weighted_f1", "macro_precision", "kappa", "matthews", "top2_accuracy", "top3_accuracy", "log_loss", "brier", "ece", "auc", "quadratic_kappa", "rank_error", "ccc", "pearson", "spearman", "mae", "rmse", "r2", "label_macro_f1", "label_micro_f1", "mean_average_precision", "label_auc", "hamming_loss", "vote_divergence", "entropy_correlation", "label_error_rate", "exact_matches" or "segment_f1", found "accuracy"; write ["accuracy"]"#
            ]
        ),
        (
            #""copies": [[], [{"type": "noise", "snr": [10, 40]}]]"#, #""copies": [{"type": "noise"}]"#,
            [
                #"16:20: augmentation.copies[0]: expected a list of waveform augmentations, found {"type": "noise"}; write [{"type": "noise"}]"#
            ]
        ),
        (
            #""training": {"#, #""training": [], "description": {"#,
            [
                "29:17: training: expected an object with keys such as batch_size, epochs, accumulation_steps, weight_average, found []",
                #"29:36: description: expected a string, found {"batch_size": 32, "epochs": 40, "selection": {"monitor": "…"#,
            ]
        ),
        (
            #""snr": [10, 40]"#, #""snr": [10, 40, 50]"#,
            [
                "16:50: augmentation.copies[1][0].snr: expected a number or a list of two, each from -100 to 200, found [10, 40, 50]"
            ]
        ),
    ]

    /// Numbers and words out of range.
    static let ranges: [Case] = [
        (
            #""batch_size": 32"#, #""batch_size": 0"#,
            ["29:32: training.batch_size: expected an integer from 1 to 1048576, found 0"]
        ),
        (
            #""epochs": 40"#, #""epochs": -1"#,
            ["29:46: training.epochs: expected an integer from 1 to 1073741824, found -1"]
        ),
        (#""seed": 1"#, #""seed": -1"#, ["3:13: seed: expected an integer of at least 0, found -1"]),
        (
            #""name": "broken""#, #""name": """#,
            [
                #"2:13: name: expected a string with 1 or more characters that is a valid folder name, without "/", found """#
            ]
        ),
        (
            #""sample_rate": 16000"#, #""sample_rate": 10"#,
            ["7:24: features.sample_rate: expected an integer from 100 to 1000000, found 10"]
        ),
        (
            #""learning_rate": 0.001"#, #""learning_rate": -0.001"#,
            ["27:52: optimizer.learning_rate: expected a number of at least 0, found -0.001"]
        ),
        (
            #""units": 96"#, #""units": 0"#,
            ["22:34: model[2].units: expected an integer of at least 1, found 0"]
        ),
        (
            #""units": 96"#, #""units": 12.5"#,
            ["22:34: model[2].units: expected an integer of at least 1, found 12.5"]
        ),
        (
            #""units": 96"#, #""units": 1e30"#,
            [
                "22:34: model[2].units: expected an integer of at least 1, found 1e+30, which exceeds 64 bits"
            ]
        ),
        (
            #""padding": "same""#, #""padding": "sane""#,
            [
                #"20:72: model[0].padding: expected "valid", "same", "causal" or "symmetric", found "sane"; did you mean "same"?"#
            ]
        ),
        (
            #""metrics": ["accuracy", "uar"]"#, #""metrics": ["accuracy", "uarr"]"#,
            [
                #"30:44: evaluation.metrics[1]: expected "accuracy", "uar", "macro_f1", "weighted_f1", "macro_precision", "kappa", "matthews", "top2_accuracy", "top3_accuracy", "log_loss", "brier", "ece", "auc", "quadratic_kappa", "rank_error", "ccc", "pearson", "spearman", "mae", "rmse", "r2", "label_macro_f1", "label_micro_f1", "mean_average_precision", "label_auc", "hamming_loss", "vote_divergence", "entropy_correlation", "label_error_rate", "exact_matches" or "segment_f1", found "uarr"; did you mean "uar"?"#
            ]
        ),
        (
            #""epochs": 40"#, #""epochs": 40, "mixup": 0"#,
            ["29:59: training.mixup: expected a number above 0, found 0"]
        ),
        (
            #""epochs": 40"#, #""epochs": 40, "weight_average": {"decay": 2}"#,
            ["29:78: training.weight_average.decay: expected a number of at least 0 and below 1, found 2"]
        ),
        (
            #""epochs": 40"#, #""epochs": 40, "save_every_seconds": -1"#,
            ["29:72: training.save_every_seconds: expected a number of at least 0, found -1"]
        ),
        (
            #""metrics": ["accuracy""#, #""confidence_level": 1, "metrics": ["accuracy""#,
            ["30:40: evaluation.confidence_level: expected a number above 0 and below 1, found 1"]
        ),
        (
            #""metrics": ["accuracy", "uar"]"#, #""metrics": ["uar", "uar"]"#,
            [#"30:39: evaluation.metrics[1]: "uar" is listed twice; remove one"#]
        ),
        (
            #""copies": [[], [{"type": "noise", "snr": [10, 40]}]]"#, #""copies": []"#,
            [
                "16:19: augmentation.copies: expected a list of lists of waveform augmentations with 1 or more elements, found []"
            ]
        ),
        (
            #"{"monitor": "validation_uar"}"#, #"{"monitor": "validation_uar", "mode": "maximum"}"#,
            [#"29:101: training.selection.mode: expected "min" or "max", found "maximum""#]
        ),
        (
            #"{"type": "pool1d", "size": 2}"#, #"{"type": "dropout", "rate": 1.5}"#,
            ["21:37: model[1].rate: expected a number of at least 0 and below 1, found 1.5"]
        ),
        (
            #""type": "adam", "#, #""type": "adam", "beta1": 1, "#,
            ["27:44: optimizer.beta1: expected a number of at least 0 and below 1, found 1"]
        ),
        (
            #""type": "cosine""#, #""type": "cosine", "warmup": -1"#,
            ["28:46: schedule.warmup: expected an integer of at least 0, found -1"]
        ),
        (
            #""type": "cosine""#, #""type": "cosine", "warmup": 40"#,
            ["28:46: schedule.warmup: must be below the 40 epochs of training, found 40"]
        ),
        (
            #"{"type": "cross_entropy"}"#, #"{"type": "focal", "gamma": -1}"#,
            ["26:40: loss.gamma: expected a number from 0 to 100, found -1"]
        ),
    ]

    /// Keys that are unknown or missing.
    static let keys: [Case] = [
        (#""epochs": 40"#, #""epoch": 40"#, [#"29:36: training.epoch: unknown key; did you mean "epochs"?"#]),
        (#""seed": 1"#, #""seeds": 1"#, [#"3:5: seeds: unknown key; did you mean "seed"?"#]),
        (#""training":"#, #""trainings":"#, [#"29:5: trainings: unknown key; did you mean "training"?"#]),
        (#""seed": 1"#, #""epochs": 1"#, [#"3:5: epochs: unknown key; it belongs in "training""#]),
        (
            #""seed": 1"#, #""zzz": 1"#,
            [
                "3:5: zzz: unknown key; allowed keys: name, description, seed, data, split, fold, features, augmentation, model, initialize, freeze, targets, frame_labels, target_weighting, loss, optimizer, schedule, training, evaluation, logging, search, sweep"
            ]
        ),
        (
            #""kernel_size": 5"#, #""kernal_size": 5"#,
            [#"20:43: model[0].kernal_size: unknown key; did you mean "kernel_size"?"#]
        ),
        (
            #"    "model": ["#, #"    "modell": ["#,
            [
                "1:1: model: missing; expected a list of layers, or one layer",
                #"19:5: modell: unknown key; did you mean "model"?"#,
            ]
        ),
        (
            #"{"type": "pool1d", "size": 2}"#, #"{"type": "flatten", "size": 2}"#,
            ["21:29: model[1].size: unknown key; no keys are allowed here"]
        ),
        (
            #""filters": 64, "#, "",
            ["20:9: model[0].filters: missing; expected an integer of at least 1"]
        ),
        (
            #""data": {"source": {"type": "ravdess", "folder": "/data/RAVDESS"}}"#, #""data": {}"#,
            [#"4:13: data.source: missing; expected a corpus such as {"type": "ravdess"}"#]
        ),
        (
            #""folder": "/data/RAVDESS""#, #""path": "/data/RAVDESS""#,
            [
                "4:24: data.source.folder: missing; expected a string with 1 or more characters",
                "4:44: data.source.path: unknown key; allowed keys: folder, channels",
            ]
        ),
        (
            #""learning_rate": 0.001"#, #""lr": 0.001"#,
            [
                "27:35: optimizer.lr: unknown key; allowed keys: defaults, learning_rate, weight_decay, clip_norm, clip_value, groups, beta1, beta2, epsilon, epsilon_before_correction, amsgrad"
            ]
        ),
    ]

    /// Kinds that there are not.
    static let kinds: [Case] = [
        (
            #""type": "gru""#, #""type": "gur""#,
            [#"22:18: model[2].type: unknown layer "gur"; did you mean "gru"?"#]
        ),
        (
            #""type": "adam""#, #""type": "adamax""#,
            [#"27:27: optimizer.type: unknown optimizer "adamax"; did you mean "adam"?"#]
        ),
        (
            #""type": "cosine""#, #""type": "cosin""#,
            [#"28:26: schedule.type: unknown schedule "cosin"; did you mean "cosine"?"#]
        ),
        (
            #""type": "cross_entropy""#, #""type": "crossentropy""#,
            [#"26:22: loss.type: unknown loss "crossentropy"; did you mean "cross_entropy"?"#]
        ),
        (
            #""type": "ravdess""#, #""type": "ravdes""#,
            [#"4:33: data.source.type: unknown corpus "ravdes"; did you mean "ravdess"?"#]
        ),
        (
            #""type": "grouped""#, #""type": "group""#,
            [#"5:23: split.type: unknown split "group"; did you mean "grouped"?"#]
        ),
        (
            #""type": "mfcc""#, #""type": "mfc""#,
            [#"11:35: features.layout.features[0].type: unknown feature "mfc"; did you mean "mfcc"?"#]
        ),
        (
            #""type": "trim""#, #""type": "trimm""#,
            [
                #"8:36: features.preprocessing[0].type: unknown preprocessing step "trimm"; did you mean "trim"?"#
            ]
        ),
        (
            #""type": "noise""#, #""type": "nosie""#,
            [
                #"16:34: augmentation.copies[1][0].type: unknown waveform augmentation "nosie"; did you mean "noise"?"#
            ]
        ),
        (
            #""type": "spec_augment""#, #""type": "noise""#,
            [
                #"17:31: augmentation.features[0].type: expected the name of a feature augmentation, one of "time_mask", "frequency_mask", "spec_augment", "vtlp", "feature_noise", "horizontal_flip", "affine" or "color_jitter", found "noise""#
            ]
        ),
        (
            #""type": "sequence""#, #""type": "picture""#,
            [
                #"10:21: features.layout.type: expected the name of a layout, one of "sequence", "summary", "image", "egemaps" or "table", found "picture""#
            ]
        ),
        (
            #""type": "grouped""#, #""type": "by_speaker""#,
            [
                #"5:23: split.type: expected the name of a split, one of "random", "stratified", "grouped", "k_fold", "leave_one_speaker_out", "leave_one_corpus_out", "ravdess_actors", "listed", "listed_folds" or "file", found "by_speaker""#
            ]
        ),
    ]

    /// Shapes that do not fit, with the shapes before them.
    static let shapes: [Case] = [
        (
            #"{"type": "attention", "units": 64},\#n"#, #"{"type": "flatten"}, {"type": "attention"},\#n"#,
            [
                "23:30: model[4]: attention expects an input of shape [time, channels], found [9600]; preceding shapes: [200, 40], conv1d [200, 64], pool1d [100, 64], gru [100, 96], flatten [9600]"
            ]
        ),
        (
            #"{"type": "pool1d", "size": 2}"#, #"{"type": "pool1d", "size": 500}"#,
            [
                #"21:9: model[1]: pool1d: the window of 500 does not fit into 200 steps; use a smaller window or "padding": "same"; preceding shapes: [200, 40], conv1d [200, 64]"#
            ]
        ),
        (
            #"{"type": "pool1d", "size": 2}"#, #"{"type": "conv2d", "filters": 8, "kernel_size": 3}"#,
            [
                "21:9: model[1]: conv2d expects an input of shape [height, width, channels], found [200, 64]; preceding shapes: [200, 40], conv1d [200, 64]"
            ]
        ),
        (
            #"{"type": "gru", "units": 96}"#, #"{"type": "multi_head_attention", "num_heads": 7}"#,
            [
                #"22:9: model[2]: multi_head_attention cannot divide 64 channels among 7 heads; change "num_heads" or set "head_size"; preceding shapes: [200, 40], conv1d [200, 64], pool1d [100, 64]"#
            ]
        ),
        (
            #"{"type": "gru", "units": 96}"#, #"{"type": "reshape", "shape": [7, 7]}"#,
            [
                "22:9: model[2]: reshape cannot convert [100, 64] to [7, 7]: the product of the sizes must remain 6400; preceding shapes: [200, 40], conv1d [200, 64], pool1d [100, 64]"
            ]
        ),
        (
            #"{"type": "pool1d", "size": 2}"#,
            #"{"type": "residual", "layers": [{"type": "pool1d", "size": 2}]}"#,
            [
                "21:9: model[1].body: missing; expected a list of layers with 1 or more elements",
                "21:30: model[1].layers: unknown key; allowed keys: body, projection, scale, drop_path, activation",
            ]
        ),
        (
            #""padding": "same""#, #""padding": "valid", "dilation": 100"#,
            [
                #"20:9: model[0]: conv1d: the window of 401 does not fit into 200 steps; use a smaller window or "padding": "same""#
            ]
        ),
        (
            #"        {"type": "attention", "units": 64},\#n"#, "",
            ["19:14: model: outputs [100, 8], expected [classes], one logit per class"]
        ),
        (model, #"[]"#, ["19:14: model: outputs [200, 40], expected [classes], one logit per class"]),
        (
            model,
            #"[{"type": "flatten"}, {"type": "dense", "units": 1000000000000}, {"type": "dense", "units": 10000000000000}]"#,
            [
                "19:36: model[1]: dense has 8001000000000000 weights, but at most 2147483648 are allowed; use fewer units, filters or layers; preceding shapes: [200, 40], flatten [8000]"
            ]
        ),
        (
            model,
            #"[{"type": "flatten"}, {"type": "dense", "units": 200000}, {"type": "dense", "units": 8000}, {"type": "dense", "units": 8}]"#,
            [
                #"19:14: model: sequential has 3200272008 weights, but at most 2147483648 are allowed; use fewer units, filters or layers; the largest sublayer, "1" (dense), has 1600200000"#
            ]
        ),
        (
            model,
            #"[{"type": "flatten"}, {"type": "embedding", "vocabulary_size": 9, "units": 4}, {"type": "gru", "units": 4, "output": "last"}, {"type": "dense", "units": 8}]"#,
            ["19:36: model[1]: " + wholeNumbers]
        ),
        (
            model,
            #"[{"type": "flatten"}, {"type": "sequential", "layers": [{"type": "dense", "units": 3}, {"type": "embedding", "vocabulary_size": 9, "units": 4}]}, {"type": "flatten"}, {"type": "dense", "units": 8}]"#,
            ["19:101: model[1].layers[1]: " + wholeNumbers]
        ),
        (
            model,
            #"[{"type": "flatten"}, {"type": "parallel", "branches": [{"type": "dense", "units": 8}, {"type": "residual", "body": [{"type": "embedding", "vocabulary_size": 9, "units": 4}, {"type": "flatten"}, {"type": "dense", "units": 8000}]}]}, {"type": "dense", "units": 8}]"#,
            ["19:131: model[1].branches[1].body[0]: " + wholeNumbers]
        ),
        (
            model,
            #"{"type": "graph", "parts": {"a": {"inputs": ["input"], "layers": [{"type": "flatten"}, {"type": "embedding", "vocabulary_size": 9, "units": 4}]}, "b": {"layers": [{"type": "global_pool"}, {"type": "dense", "units": 8}]}}}"#,
            ["19:101: model.parts.a.layers[1]: " + wholeNumbers]
        ),
        (
            #"{"type": "cross_entropy"}"#, #"{"type": "supervised_contrastive"}"#,
            [
                "26:13: loss: the loss supervised_contrastive does not assign outputs to classes, as the metrics require; use one of cross_entropy, focal, binary_cross_entropy, kl_divergence, mean_squared_error, mean_absolute_error, huber"
            ]
        ),
        (
            #"{"type": "cross_entropy"}"#, #"{"type": "cross_entropy", "class_weights": [1, 2]}"#,
            ["26:13: loss: the loss cross_entropy has 2 class weights, but the model has 8 outputs"]
        ),
        (
            #""folder": "/data/RAVDESS"}"#,
            #""folder": "/data/RAVDESS"}, "classes": ["angry", "happy", "sad"]"#,
            [
                #"19:14: model: outputs [8], expected [3], one logit per class: angry, happy, sad; use "units": "classes" in the last dense layer to take the number from the data"#
            ]
        ),
        (
            #"{"type": "gru", "units": 96}"#,
            #"{"type": "residual", "body": [{"type": "pool1d", "size": 2}, {"type": "flatten"}]}"#,
            [
                #"22:9: model[2]: residual cannot add its input of shape [100, 64] to the body's output of shape [3200]; the body must keep the sizes or divide them by its stride, as with "padding": "same"; preceding shapes: [200, 40], conv1d [200, 64], pool1d [100, 64]"#
            ]
        ),
        (
            #"{"type": "gru", "units": 96}"#,
            #"{"type": "residual", "body": [{"type": "flatten"}, {"type": "lstm", "units": 2}]}"#,
            [
                "22:60: model[2].body[1]: lstm expects an input of shape [time, features], found [6400]; preceding shapes: [100, 64], flatten [6400]"
            ]
        ),
        (
            #""padding": "same"}"#, #""padding": "same", "groups": 3}"#,
            ["20:90: model[0].groups: 64 filters cannot be split into 3 groups of equal size"]
        ),
        (
            #"{"type": "gru", "units": 96}"#, #"{"type": "parallel", "branches": []}"#,
            ["22:42: model[2].branches: expected a list of layers with 1 or more elements, found []"]
        ),
    ]

    /// Parts of a graph.
    static let graph: [Case] = [
        (
            model,
            #"{"type": "graph", "parts": {"a": {"layers": [{"type": "gru", "units": 8}], "inputs": ["b"]}, "b": {"layers": []}}}"#,
            [
                #"19:100: model.parts.a.inputs[0]: "b" comes after this part; inputs must be defined before they are used"#
            ]
        ),
        (
            model,
            #"{"type": "graph", "parts": {"a": {"layers": []}, "b": {"inputs": ["aa"], "layers": []}}}"#,
            [#"19:80: model.parts.b.inputs[0]: "aa" is not a part"#]
        ),
        (
            model,
            #"{"type": "graph", "parts": {"a": {"layers": []}, "b": {"inputs": ["input"], "layers": []}}}"#,
            ["19:47: model.parts.a: is unused: no part has it as an input, and it is not the output"]
        ),
        (
            model, #"{"type": "graph", "parts": {"a": {"layers": []}}, "output": "c"}"#,
            [#"19:74: model.output: there is no part "c""#]
        ),
        (
            model, #"{"type": "graph", "parts": {}}"#,
            ["19:41: model.parts: expected an object of named objects with 1 or more keys, found {}"]
        ),
        (
            model, #"{"type": "graph", "parts": {"input": {"layers": []}}}"#,
            [
                #"19:51: model.parts.input: the name of a part must consist of letters, digits, _ and -, and must not be "input""#
            ]
        ),
        (
            model,
            #"{"type": "graph", "parts": {"a": {"layers": [{"type": "pool1d", "size": 2}]}, "b": {"inputs": ["a", "input"], "join": "add", "layers": []}}}"#,
            [
                #"19:132: model.parts.b.join: expected "concatenate", "sum", "product" or "average", found "add""#
            ]
        ),
        (
            model, #"{"type": "graph", "parts": {"a": {"layers": [{"type": "gru", "units": 0}]}}}"#,
            ["19:84: model.parts.a.layers[0].units: expected an integer of at least 1, found 0"]
        ),
        (
            model,
            #"{"type": "graph", "parts": {"a": {"layers": [{"type": "flatten"}, {"type": "gru", "units": 3}]}}}"#,
            [
                "19:80: model.parts.a.layers[1]: gru expects an input of shape [time, features], found [8000]; preceding shapes: [200, 40], flatten [8000]"
            ]
        ),
    ]

    /// Metrics that no epoch has.
    static let metrics: [Case] = [
        (
            #""monitor": "validation_uar""#, #""monitor": "validation_urr""#,
            [
                #"29:75: training.selection.monitor: unknown metric "validation_urr"; did you mean "validation_uar"? Available: train_loss, train_accuracy, validation_loss, validation_accuracy, validation_uar, learning_rate, gradient_norm"#
            ]
        ),
        (
            #""monitor": "validation_uar""#, #""monitor": "uar""#,
            [
                #"29:75: training.selection.monitor: unknown metric "uar"; did you mean "validation_uar"? Available: train_loss, train_accuracy, validation_loss, validation_accuracy, validation_uar, learning_rate, gradient_norm"#
            ]
        ),
        (
            #""monitor": "validation_uar""#, #""monitor": "validation_macro_f1""#,
            [
                #"29:75: training.selection.monitor: unknown metric "validation_macro_f1"; add "macro_f1" to evaluation.metrics"#
            ]
        ),
        (
            #""epochs": 40"#, #""epochs": 40, "early_stopping": {"monitor": "val_loss"}"#,
            [
                #"29:80: training.early_stopping.monitor: unknown metric "val_loss"; did you mean "validation_loss"? Available: train_loss, train_accuracy, validation_loss, validation_accuracy, validation_uar, learning_rate, gradient_norm"#
            ]
        ),
        (
            #"{"type": "cosine"}"#, #"{"type": "plateau", "monitor": "validation_los"}"#,
            [
                #"28:48: schedule.monitor: unknown metric "validation_los"; did you mean "validation_loss"? Available: train_loss, train_accuracy, validation_loss, validation_accuracy, validation_uar, learning_rate, gradient_norm"#
            ]
        ),
        (
            #", "validation": 0.2}"#, "}",
            [
                #"29:75: training.selection.monitor: "validation_uar" is not available, because the split has no validation set; add "validation" to the split, or use the last epoch: "selection": {"weights": "last"}"#
            ]
        ),
        (
            #""metrics": ["accuracy", "uar"]"#, #""subset": "train""#,
            [#"30:30: evaluation.subset: expected "test" or "validation", found "train""#]
        ),
        (
            #"{"monitor": "validation_uar"}"#, #"{"monitor": "test_uar"}"#,
            [
                #"29:75: training.selection.monitor: unknown metric "test_uar"; available: train_loss, train_accuracy, validation_loss, validation_accuracy, validation_uar, learning_rate, gradient_norm"#
            ]
        ),
    ]

    /// Splits and folds.
    static let splits: [Case] = [
        (
            #""test": 0.2"#, #""test": 1.5"#,
            ["5:59: split.test: expected a fraction such as 0.2 or an integer above 0, found 1.5"]
        ),
        (
            #""test": 0.2"#, #""test": 0"#,
            ["5:59: split.test: expected a fraction such as 0.2 or an integer above 0, found 0"]
        ),
        (
            #""test": 0.2"#, #""test": "0.2""#,
            [#"5:59: split.test: expected a fraction such as 0.2 or an integer above 0, found "0.2""#]
        ),
        (#""seed": 1"#, #""fold": 0"#, ["3:13: fold: expected an integer of at least 1, found 0"]),
        (#""seed": 1"#, #""fold": 2"#, ["3:13: fold: expected 1, found 2: the split has a single fold"]),
        (
            #""split": {"type": "grouped", "by": "speaker", "test": 0.2,"#,
            #""fold": 6, "split": {"type": "k_fold", "folds": 5,"#,
            ["5:13: fold: expected 1 to 5, found 6: the split has 5 folds"]
        ),
        (
            #""split": {"type": "grouped", "by": "speaker", "test": 0.2,"#,
            #""fold": 7, "split": {"type": "ravdess_actors","#,
            ["5:13: fold: expected 1 to 6, found 7: the split has 6 folds"]
        ),
        (
            #""split": {"type": "grouped", "by": "speaker", "test": 0.2,"#,
            #""split": {"type": "k_fold", "folds": 1,"#,
            ["5:42: split.folds: expected an integer from 2 to 1000, found 1"]
        ),
        (
            #""split": {"type": "grouped", "by": "speaker", "test": 0.2, "validation": 0.2}"#,
            #""split": {"type": "file"}"#,
            ["5:14: split.file: missing; expected a string with 1 or more characters"]
        ),
    ]

    /// Features and augmentation.
    static let features: [Case] = [
        (
            #""n_fft": 512"#, #""n_fft": 0"#,
            ["11:66: features.layout.features[0].n_fft: expected an integer from 1 to 131072, found 0"]
        ),
        (
            #""n_fft": 512"#, #""n_fft": 4096000"#,
            [
                "11:66: features.layout.features[0].n_fft: expected an integer from 1 to 131072, found 4096000"
            ]
        ),
        (
            #""n_mfcc": 40"#, #""n_mfcc": 80"#,
            [
                "11:53: features.layout.features[0].n_mfcc: 80 coefficients need at least as many mel bands, not 64"
            ]
        ),
        (
            #""hop_length": 256"#, #""hop_length": 0"#,
            [
                "11:85: features.layout.features[0].hop_length: expected an integer from 1 to 16777216, found 0"
            ]
        ),
        (
            #""n_mels": 64}"#, #""n_mels": 64}, {"type": "rms", "hop_length": 128}"#,
            [
                "11:25: features.layout.features: concatenated features need equal hop lengths, found 256 and 128"
            ]
        ),
        (
            #""features": [{"type": "mfcc", "n_mfcc": 40, "n_fft": 512, "hop_length": 256, "n_mels": 64}]"#,
            #""features": []"#,
            ["11:25: features.layout.features: expected a list of features with 1 or more elements, found []"]
        ),
        (
            #""frames": 200"#, #""frames": 0"#,
            ["12:23: features.layout.frames: expected an integer from 1 to 1000000, found 0"]
        ),
        (
            #"{"type": "spec_augment"}"#, #"{"type": "horizontal_flip"}"#,
            [
                "17:22: augmentation.features[0]: horizontal_flip: found features of shape [200, 40]; allowed: an image, [height, width, 3]"
            ]
        ),
        (
            #""snr": [10, 40]"#, #""snr": [40, 10]"#,
            [
                "16:50: augmentation.copies[1][0].snr: the first value must be the lower bound, found [40.0, 10.0]"
            ]
        ),
        (
            #""snr": [10, 40]"#, #""snr": [10, 40], "amplitude": 0.1"#,
            ["16:50: augmentation.copies[1][0].snr: conflicts with \"amplitude\"; remove one of them"]
        ),
        (
            #"{"type": "noise", "snr": [10, 40]}"#, #"{"type": "time_stretch", "rate": [0, 2]}"#,
            ["16:59: augmentation.copies[1][0].rate[0]: expected a number from 0.1 to 10, found 0"]
        ),
        (
            #"{"type": "noise", "snr": [10, 40]}"#, #"{"type": "pitch_shift", "semitones": [-200, 2]}"#,
            ["16:63: augmentation.copies[1][0].semitones[0]: expected a number from -36 to 36, found -200"]
        ),
        (
            #""top_db": 30"#, #""top_db": -1"#,
            [
                "8:54: features.preprocessing[0].top_db: expected a number above 0 and up to 1000000, found -1"
            ]
        ),
        (
            #"{"type": "trim", "top_db": 30}"#, #"{"type": "crop", "duration": 0}"#,
            [
                "8:56: features.preprocessing[0].duration: expected a number above 0 and up to 1000000, found 0"
            ]
        ),
        (
            #""n_mels": 64"#, #""n_mels": 64, "fmin": 5000, "fmax": 4000"#,
            ["11:126: features.layout.features[0].fmax: 4000.0 Hz is not above fmin, 5000.0 Hz"]
        ),
        (
            #""features": [{"type": "mfcc", "n_mfcc": 40, "n_fft": 512, "hop_length": 256, "n_mels": 64}]"#,
            #""features": {"type": "mfcc"}"#,
            [
                #"11:25: features.layout.features: expected a list of features with 1 or more elements, found {"type": "mfcc"}; write [{"type": "mfcc"}]"#
            ]
        ),
        (
            #""frames": 200"#, #""frames": 200, "deltas": 3"#,
            ["12:38: features.layout.deltas: expected an integer from 0 to 2, found 3"]
        ),
    ]

    /// Groups of the optimiser whose patterns fit no parameter of the model.
    static let groups: [Case] = [
        (
            #""learning_rate": 0.001"#, #""groups": [{"parameters": ["*.bias", "0.wieght"]}]"#,
            [
                #"27:72: optimizer.groups[0].parameters[1]: no parameter matches "0.wieght"; did you mean "0.weight"?"#
            ]
        ),
        (
            #""learning_rate": 0.001"#,
            #""groups": [{"parameters": ["0.*"]}, {"parameters": ["*.weigth", "zzz*"], "learning_rate_factor": 0.1}]"#,
            [
                #"27:87: optimizer.groups[1].parameters[0]: no parameter matches "*.weigth"; did you mean "*.weight"?"#,
                #"27:99: optimizer.groups[1].parameters[1]: no parameter matches "zzz*"; the names are 0.weight, 0.bias, 2.0.forward.weight, 2.0.forward.recurrent_weight, 2.0.forward.bias, 2.0.forward.recurrent_bias, 3.weight, 3.bias and 3 more"#,
            ]
        ),
    ]

    /// Names, and texts from the environment.
    static let environment: [Case] = [
        (
            "/data/RAVDESS", "${RAVDESS",
            [
                #"4:54: data.source.folder: "${" is never closed; write ${NAME}, or $${ for a literal ${"#
            ]
        ),
        ("/data/RAVDESS", "${}", [#"4:54: data.source.folder: missing name in "${}"; write ${NAME}"#]),
        (
            #""name": "broken""#, #""name": "a/b""#,
            [
                #"2:13: name: expected a string with 1 or more characters that is a valid folder name, without "/", found "a/b""#
            ]
        ),
        (
            #""name": "broken""#, #""name": "..""#,
            [
                #"2:13: name: expected a string with 1 or more characters that is a valid folder name, without "/", found "..""#
            ]
        ),
    ]

    @Test(
        arguments: [
            syntax, types, ranges, keys, kinds, shapes, graph, metrics, splits, features, groups,
            environment,
        ].joined())
    func aMistakeIsSaid(_ mistake: Case) {
        #expect(Self.base.components(separatedBy: mistake.part).count == 2, "\(mistake.part)")
        let text = Self.base.replacing(mistake.part, with: mistake.instead)
        #expect(Self.messages(text) == mistake.messages.map { "a.json:" + $0 })
    }

    @Test func theBaseHasNoMistake() {
        #expect(Self.messages(Self.base) == [])
    }

    /// All that is wrong with a text and what is set in it.
    private static func messages(_ text: String, _ settings: [String] = []) -> [String] {
        do throws(ConfigurationError) {
            var json = try JSONValue.parse(text, source: "a.json")
            for setting in settings { try json.set(setting) }
            let experiment = try Experiment.decode(json, environment: ["RAVDESS": "/data/RAVDESS"])
            _ = try ValidatedExperiment(experiment, json: json)
            return []
        } catch { return error.problems.map(\.description) }
    }

    @Test(arguments: [
        ("training.epoch=3", #"training.epoch: unknown key; did you mean "epochs"?"#),
        (
            "training.epochs=many",
            #"training.epochs: expected an integer from 1 to 1073741824, found "many""#
        ),
        ("model[9].units=3", "model[9]: the list has 5 elements, the last is [4]"),
        ("model.units=3", "model.units: expected an index such as [0], because this is a list"),
        ("model[x]=3", #"expected an index such as [2] or a quoted key such as ["a.b"] in brackets"#),
        ("training.epochs", "missing value; write training.epochs=value"),
        ("=3", "missing key in the path; write it as model.layers[2].units"),
        ("training..epochs=3", "missing key in the path; write it as model.layers[2].units"),
        ("seed.x=1", "seed: expected an object, found 1"),
        ("model[2].units=0", "model[2].units: expected an integer of at least 1, found 0"),
        (#"model[2]={"type": "gur"}"#, #"model[2].type: unknown layer "gur"; did you mean "gru"?"#),
        (
            #"training={"epochs": "#,
            #"character 12 of the value: the document ends after the key "epochs"; write "epochs": value and close it"#
        ),
        ("loss.type=focl", #"loss.type: unknown loss "focl"; did you mean "focal"?"#),
        ("--", "missing value; write --=value"),
        (
            "data.source.folder=",
            #"data.source.folder: expected a string with 1 or more characters, found """#
        ),
    ])
    func aSettingThatIsWrongIsSaid(_ setting: String, _ message: String) {
        #expect(Self.messages(Self.base, [setting]) == ["--set \(setting): \(message)"])
    }

    @Test(arguments: [
        (
            ["a": #"{"extends": "b.json"}"#],
            #"a.json:1:13: extends: cannot read "b.json": no such file or directory"#
        ),
        (
            ["a": #"{"extends": "b.json"}"#, "b": #"{"extends": "a.json"}"#],
            "b.json:1:13: extends: a file cannot extend itself: a.json extends b.json extends a.json"
        ),
        (
            ["a": #"{"extends": "./a.json"}"#],
            "a.json:1:13: extends: a file cannot extend itself: a.json extends a.json"
        ),
        (["a": #"{"extends": 3}"#], "a.json:1:13: extends: expected the name of a file, found 3"),
        (
            ["a": #"{"extends": []}"#, "b": ""],
            "a.json:1:1: data: missing; expected an object with keys such as source, include, exclude, labels"
        ),
        (
            ["a": #"{"extends": "b.json"}"#, "b": "{,}"],
            "b.json:1:2: comma before the first element; remove it"
        ),
        (
            ["a": #"{"extends": "base.json", "training": {"epochs": 0}}"#],
            "a.json:1:49: training.epochs: expected an integer from 1 to 1073741824, found 0"
        ),
        (
            ["a": #"{"extends": "b.json"}"#, "b": #"{"extends": ["base.json"], "seed": -1}"#],
            "b.json:1:36: seed: expected an integer of at least 0, found -1"
        ),
    ])
    func aMistakeInAFileThatIsExtendedHasItsPlace(_ files: [String: String], _ message: String) throws {
        try Toy.inFolder { folder in
            for (name, text) in files.merging(["base": Self.base], uniquingKeysWith: { old, _ in old }) {
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).json"))
            }
            let error = #expect(throws: ConfigurationError.self) {
                _ = try Experiment.load(folder + "/a.json", environment: [:])
            }
            let messages = error?.problems.map {
                $0.description.replacing(folder.dropFirst(0) + "/", with: "")
            }
            #expect(messages?.first == message)
        }
    }

    @Test func textsFromTheEnvironment() throws {
        let json = try JSONValue.parse(Self.base.replacing("/data", with: "${DATA}"), source: "a.json")
        func folder(_ environment: [String: String], keepsUnset: Bool = false) throws -> String? {
            let experiment = try Experiment.decode(json, environment: environment, keepsUnset: keepsUnset)
            return experiment.data.source.encode()["folder"]?.text
        }
        #expect(try folder(["DATA": "/mnt"]) == "/mnt/RAVDESS")
        #expect(try folder([:], keepsUnset: true) == "${DATA}/RAVDESS")
        let unset = #expect(throws: ConfigurationError.self) { try folder([:]) }
        #expect(
            unset?.description
                == #"a.json:4:54: data.source.folder: the environment variable "DATA" is not set"#)
        let near = #expect(throws: ConfigurationError.self) { try folder(["DATTA": "/mnt"]) }
        #expect(
            near?.description.hasSuffix(#"the environment variable "DATA" is not set; did you mean "DATTA"?"#)
                == true)
    }
}
