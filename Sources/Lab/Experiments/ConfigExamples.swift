import Configuration

/// An example of each type that a config can name, for the config reference.
package enum ConfigExamples {
    /// The example of a type, or nil if there is none. Two registries may use the same name: the definition tells them apart.
    package static func example(of type: String, definition: String) -> String? {
        switch definition {
        case "RandomGain": all["gain (augmentation)"]
        case "RandomMethod": all["random (search)"]
        case "EncoderLayer": all["encoder (layer)"]
        default: all[type]
        }
    }

    /// The examples by type, and by definition for sections without a type.
    package static let all: [String: String] = [
        // Corpora
        "ravdess": #"{"type": "ravdess", "folder": "data/ravdess", "channels": ["speech"]}"#,
        "emodb": #"{"type": "emodb", "folder": "data/emodb"}"#,
        "tess": #"{"type": "tess", "folder": "data/tess"}"#,
        "savee": #"{"type": "savee", "folder": "data/savee"}"#,
        "crema_d": #"{"type": "crema_d", "folder": "data/crema-d"}"#,
        "iemocap": #"{"type": "iemocap", "folder": "data/IEMOCAP_full_release"}"#,
        "folders": #"{"type": "folders", "folder": "data/my-corpus"}"#,
        "manifest": #"{"type": "manifest", "file": "data/clips.csv", "label": "emotion"}"#,
        "mapped":
            #"{"type": "mapped", "source": {"type": "emodb", "folder": "data/emodb"}, "labels": {"anger": "angry"}}"#,
        "combined":
            #"{"type": "combined", "sources": [{"type": "ravdess", "folder": "data/ravdess"}, {"type": "savee", "folder": "data/savee"}]}"#,
        "synthetic": #"{"type": "synthetic", "speakers": 8, "repetitions": 2}"#,
        // Splits
        "random": #"{"type": "random", "test": 0.2, "validation": 0.1}"#,
        "stratified": #"{"type": "stratified", "test": 0.2, "validation": 0.1}"#,
        "grouped": #"{"type": "grouped", "by": "speaker", "test": 0.2, "validation": 0.1}"#,
        "k_fold": #"{"type": "k_fold", "folds": 5, "by": "speaker"}"#,
        "leave_one_speaker_out": #"{"type": "leave_one_speaker_out"}"#,
        "leave_one_corpus_out": #"{"type": "leave_one_corpus_out", "validation": 0.1}"#,
        "ravdess_actors": #"{"type": "ravdess_actors"}"#,
        "listed": #"{"type": "listed", "by": "speaker", "test": ["01", "02"], "validation": ["03"]}"#,
        "listed_folds":
            #"{"type": "listed_folds", "by": "speaker", "folds": [[2, 5, 14], [3, 6, 7], [10, 11, 12]]}"#,
        "file": #"{"type": "file", "file": "splits/fold1.csv"}"#,
        // Targets
        "regression":
            #"{"type": "regression", "column": "arousal", "range": [1, 5], "loss": {"type": "concordance"}}"#,
        "classification":
            #"{"type": "classification", "votes": {"angry": "votes_angry", "sad": "votes_sad"}}"#,
        "multi_label":
            #"{"type": "multi_label", "labels": {"laughter": "has_laughter", "sigh": "has_sigh"}}"#,
        "ordinal": #"{"type": "ordinal", "column": "intensity", "levels": ["low", "medium", "high"]}"#,
        // Preprocessing
        "trim": #"{"type": "trim", "top_db": 30}"#,
        "voice_activity": #"{"type": "voice_activity", "open_db": 10, "close_db": 6}"#,
        "speech_segments": #"{"type": "speech_segments", "threshold": 0.5}"#,
        "voiced": #"{"type": "voiced", "top_db": 40}"#,
        "normalize_peak": #"{"type": "normalize_peak"}"#,
        "normalize_rms": #"{"type": "normalize_rms", "level": 0.1}"#,
        "gain": #"{"type": "gain", "decibels": 6}"#,
        "remove_offset": #"{"type": "remove_offset"}"#,
        "preemphasis": #"{"type": "preemphasis", "coefficient": 0.97}"#,
        "crop": #"{"type": "crop", "offset": 0.5, "duration": 3}"#,
        "length": #"{"type": "length", "seconds": 3}"#,
        "resample": #"{"type": "resample", "rate": 8000}"#,
        // Layouts
        "sequence":
            #"{"type": "sequence", "features": [{"type": "mfcc", "n_mfcc": 40}], "frames": 200}"#,
        "summary":
            #"{"type": "summary", "entries": [{"feature": {"type": "mfcc"}, "statistics": ["mean", "std"]}]}"#,
        "image": #"{"type": "image", "height": 300, "width": 300, "colormap": "viridis"}"#,
        "egemaps": #"{"type": "egemaps"}"#,
        "table": #"{"type": "table", "file": "data/wav2vec2.npy", "column": "path"}"#,
        // Features
        "mfcc": #"{"type": "mfcc", "n_mfcc": 40, "n_fft": 2048, "hop_length": 512}"#,
        "mel": #"{"type": "mel", "n_mels": 64, "scale": "db"}"#,
        "chroma": #"{"type": "chroma", "n_chroma": 12}"#,
        "centroid": #"{"type": "centroid"}"#,
        "bandwidth": #"{"type": "bandwidth"}"#,
        "rolloff": #"{"type": "rolloff", "roll_percent": 0.85}"#,
        "contrast": #"{"type": "contrast", "n_bands": 6}"#,
        "flatness": #"{"type": "flatness"}"#,
        "zcr": #"{"type": "zcr"}"#,
        "rms": #"{"type": "rms"}"#,
        "tonnetz": #"{"type": "tonnetz"}"#,
        "yin": #"{"type": "yin", "fmin": 65, "fmax": 600}"#,
        "egemaps_lld": #"{"type": "egemaps_lld", "sample_rate": 16000}"#,
        "pyin": #"{"type": "pyin", "fmin": 65, "fmax": 600}"#,
        "spectrogram": #"{"type": "spectrogram", "scale": "db"}"#,
        "delta": #"{"type": "delta", "of": {"type": "mfcc"}, "order": 1}"#,
        "waveform": #"{"type": "waveform"}"#,
        "encoder": #"{"type": "encoder", "weights": "encoders/wavlm-base", "layers": "all"}"#,
        // Waveform augmentation
        "noise": #"{"type": "noise", "snr": [10, 40]}"#,
        "background": #"{"type": "background", "folder": "data/noise", "snr": [5, 20]}"#,
        "time_stretch": #"{"type": "time_stretch", "rate": [0.8, 1.25]}"#,
        "pitch_shift": #"{"type": "pitch_shift", "semitones": [-2, 2]}"#,
        "speed": #"{"type": "speed", "factor": [0.9, 1.1]}"#,
        "gain (augmentation)": #"{"type": "gain", "decibels": [-6, 6]}"#,
        "polarity_inversion": #"{"type": "polarity_inversion", "probability": 0.5}"#,
        "time_shift": #"{"type": "time_shift", "seconds": [-0.5, 0.5]}"#,
        "filter": #"{"type": "filter", "low": 300, "high": 3400}"#,
        "reverb": #"{"type": "reverb", "seconds": [0.2, 0.8]}"#,
        "spoken_digits": #"{"type": "spoken_digits", "speakers": 24, "digits": [3, 6]}"#,
        "ctc": #"{"type": "ctc", "beam_width": 8}"#,
        "room": #"{"type": "room", "seconds": [0.2, 0.8], "distance": [0.5, 3]}"#,
        "impulse_response": #"{"type": "impulse_response", "folder": "data/rooms"}"#,
        "codec": #"{"type": "codec", "codecs": ["mu_law", "a_law", "gsm"]}"#,
        "babble": #"{"type": "babble", "voices": [3, 7], "snr": [5, 20]}"#,
        // Feature augmentation
        "time_mask": #"{"type": "time_mask", "width": 30, "count": 2}"#,
        "frequency_mask": #"{"type": "frequency_mask", "width": 8}"#,
        "spec_augment": #"{"type": "spec_augment"}"#,
        "vtlp": #"{"type": "vtlp", "factor": [0.9, 1.1]}"#,
        "feature_noise": #"{"type": "feature_noise", "std": 0.05}"#,
        "horizontal_flip": #"{"type": "horizontal_flip", "probability": 0.5}"#,
        "affine": #"{"type": "affine", "degrees": 5}"#,
        "color_jitter": #"{"type": "color_jitter", "brightness": 0.2}"#,
        // Layers
        "windows":
            #"{"type": "windows", "size": 100, "hop": 50, "layers": [{"type": "conv1d", "filters": 32}, {"type": "global_pool"}]}"#,
        "dense": #"{"type": "dense", "units": 64, "activation": "relu"}"#,
        "conv1d": #"{"type": "conv1d", "filters": 64, "kernel_size": 5, "padding": "same"}"#,
        "conv2d": #"{"type": "conv2d", "filters": 32, "kernel_size": 3, "stride": 2}"#,
        "activation": #"{"type": "activation", "function": "gelu"}"#,
        "separable_conv1d": #"{"type": "separable_conv1d", "filters": 64, "kernel_size": 5}"#,
        "separable_conv2d": #"{"type": "separable_conv2d", "filters": 32, "kernel_size": 3}"#,
        "pool1d": #"{"type": "pool1d", "kind": "max", "size": 2}"#,
        "pool2d": #"{"type": "pool2d", "kind": "average", "size": 2}"#,
        "global_pool": #"{"type": "global_pool", "kind": "average"}"#,
        "gru": #"{"type": "gru", "units": 128, "bidirectional": true}"#,
        "lstm": #"{"type": "lstm", "units": 128, "num_layers": 2, "dropout": 0.3}"#,
        "rnn": #"{"type": "rnn", "units": 64, "output": "last"}"#,
        "attention": #"{"type": "attention", "units": 64}"#,
        "multi_head_attention": #"{"type": "multi_head_attention", "num_heads": 4}"#,
        "positional_encoding": #"{"type": "positional_encoding", "kind": "sinusoidal"}"#,
        "transformer": #"{"type": "transformer", "num_heads": 4, "feedforward_units": 256}"#,
        "conformer": #"{"type": "conformer", "num_heads": 4, "kernel_size": 15}"#,
        "temporal_block": #"{"type": "temporal_block", "filters": 64, "kernel_size": 3, "dilation": 2}"#,
        "batch_norm": #"{"type": "batch_norm", "momentum": 0.9}"#,
        "layer_norm": #"{"type": "layer_norm"}"#,
        "encoder (layer)": #"{"type": "encoder", "weights": "encoders/wavlm-base", "frozen_layers": 6}"#,
        "x_vector": #"{"type": "x_vector", "units": 512}"#,
        "ecapa_tdnn": #"{"type": "ecapa_tdnn", "channels": 512}"#,
        "layer_sum": #"{"type": "layer_sum", "layers": 13}"#,
        "group_norm": #"{"type": "group_norm", "groups": 8}"#,
        "feature_norm": #"{"type": "feature_norm"}"#,
        "dropout": #"{"type": "dropout", "rate": 0.3}"#,
        "spatial_dropout": #"{"type": "spatial_dropout", "rate": 0.2}"#,
        "drop_path": #"{"type": "drop_path", "rate": 0.1}"#,
        "gaussian_noise": #"{"type": "gaussian_noise", "std": 0.1}"#,
        "gradient_reversal": #"{"type": "gradient_reversal", "scale": 0.1}"#,
        "flatten": #"{"type": "flatten"}"#,
        "reshape": #"{"type": "reshape", "shape": [200, 40, 1]}"#,
        "masking": #"{"type": "masking", "value": 0}"#,
        "unmask": #"{"type": "unmask"}"#,
        "glu": #"{"type": "glu"}"#,
        "embedding": #"{"type": "embedding", "vocabulary_size": 1000, "units": 64}"#,
        "sequential":
            #"{"type": "sequential", "layers": [{"type": "dense", "units": 64}, {"type": "dropout", "rate": 0.3}]}"#,
        "residual":
            #"{"type": "residual", "body": [{"type": "conv1d", "filters": 64}, {"type": "batch_norm"}]}"#,
        "voting":
            #"{"type": "voting", "estimators": [{"type": "random_forest"}, {"type": "sequential", "layers": [{"type": "standard_scaler"}, {"type": "svc", "probability": true}]}], "weights": [2, 1]}"#,
        "parallel":
            #"{"type": "parallel", "branches": [{"type": "conv1d", "filters": 32, "kernel_size": 3}, {"type": "conv1d", "filters": 32, "kernel_size": 7}]}"#,
        "graph":
            #"{"type": "graph", "parts": {"a": {"inputs": ["input"], "layers": [{"type": "dense", "units": 64}]}}, "output": "a"}"#,
        "squeeze_excitation": #"{"type": "squeeze_excitation", "units": 16}"#,
        "mbconv": #"{"type": "mbconv", "filters": 24, "stride": 2, "expansion": 6}"#,
        "efficientnet": #"{"type": "efficientnet", "variant": "b0", "classes": 8}"#,
        // Fitted models, and the steps before them
        "standard_scaler": #"{"type": "standard_scaler"}"#,
        "robust_scaler": #"{"type": "robust_scaler", "quantile_range": [25, 75]}"#,
        "min_max_scaler": #"{"type": "min_max_scaler", "feature_range": [0, 1]}"#,
        "pca": #"{"type": "pca", "n_components": 40}"#,
        "select_k_best": #"{"type": "select_k_best", "k": 40, "score_func": "f_classif"}"#,
        "select_from_model": #"{"type": "select_from_model", "max_features": 40}"#,
        "decision_tree": #"{"type": "decision_tree", "max_depth": 6}"#,
        "random_forest": #"{"type": "random_forest", "n_estimators": 200, "max_features": "sqrt"}"#,
        "extra_trees": #"{"type": "extra_trees", "n_estimators": 200}"#,
        "gradient_boosting": #"{"type": "gradient_boosting", "n_estimators": 300, "learning_rate": 0.05}"#,
        "svc": #"{"type": "svc", "C": 10, "gamma": "scale", "probability": true}"#,
        "linear_svc": #"{"type": "linear_svc", "C": 0.01}"#,
        "logistic_regression": #"{"type": "logistic_regression", "C": 0.1, "class_weight": "balanced"}"#,
        "ridge_classifier": #"{"type": "ridge_classifier", "alpha": 10}"#,
        "linear_discriminant": #"{"type": "linear_discriminant", "solver": "lsqr", "shrinkage": "auto"}"#,
        "gaussian_nb": #"{"type": "gaussian_nb"}"#,
        "k_neighbors": #"{"type": "k_neighbors", "n_neighbors": 9, "weights": "distance"}"#,
        "svr": #"{"type": "svr", "C": 10, "epsilon": 0.05}"#,
        "ridge": #"{"type": "ridge", "alpha": 10}"#,
        "k_neighbors_regressor": #"{"type": "k_neighbors_regressor", "n_neighbors": 9}"#,
        "decision_tree_regressor": #"{"type": "decision_tree_regressor", "max_depth": 6}"#,
        "random_forest_regressor": #"{"type": "random_forest_regressor", "n_estimators": 200}"#,
        "extra_trees_regressor": #"{"type": "extra_trees_regressor", "n_estimators": 200}"#,
        "gradient_boosting_regressor":
            #"{"type": "gradient_boosting_regressor", "n_estimators": 300, "learning_rate": 0.05}"#,
        "multi_output":
            #"{"type": "multi_output", "estimator": {"type": "logistic_regression", "C": 0.1}}"#,
        // Losses
        "cross_entropy": #"{"type": "cross_entropy", "label_smoothing": 0.1}"#,
        "focal": #"{"type": "focal", "gamma": 2}"#,
        "binary_cross_entropy": #"{"type": "binary_cross_entropy"}"#,
        "kl_divergence": #"{"type": "kl_divergence"}"#,
        "mean_squared_error": #"{"type": "mean_squared_error"}"#,
        "mean_absolute_error": #"{"type": "mean_absolute_error"}"#,
        "huber": #"{"type": "huber", "delta": 1}"#,
        "concordance": #"{"type": "concordance"}"#,
        "pearson": #"{"type": "pearson"}"#,
        "supervised_contrastive": #"{"type": "supervised_contrastive", "temperature": 0.1}"#,
        // Optimizers
        "adam": #"{"type": "adam", "learning_rate": 0.001}"#,
        "adamw": #"{"type": "adamw", "learning_rate": 0.001, "weight_decay": 0.01}"#,
        "sgd": #"{"type": "sgd", "learning_rate": 0.01, "momentum": 0.9, "nesterov": true}"#,
        "rmsprop": #"{"type": "rmsprop", "learning_rate": 0.001}"#,
        "lion": #"{"type": "lion", "learning_rate": 0.0001, "weight_decay": 0.1}"#,
        "adagrad": #"{"type": "adagrad", "learning_rate": 0.01}"#,
        // Schedules
        "constant": #"{"type": "constant"}"#,
        "step": #"{"type": "step", "step_size": 10, "factor": 0.1}"#,
        "multi_step": #"{"type": "multi_step", "milestones": [30, 40], "factor": 0.1}"#,
        "exponential": #"{"type": "exponential", "factor": 0.95}"#,
        "cosine": #"{"type": "cosine", "warmup": 3}"#,
        "one_cycle": #"{"type": "one_cycle", "per": "step"}"#,
        "plateau": #"{"type": "plateau", "monitor": "validation_loss", "factor": 0.5, "patience": 5}"#,
        "warmup": #"{"type": "warmup", "periods": 5, "then": {"type": "cosine"}}"#,
        // Fine-tuning
        "Initialization":
            #"{"from": "b3.safetensors", "format": "torchvision", "exclude": ["classifier.*"]}"#,
        "FrozenParameters": #"{"parameters": "features.*", "until_epoch": 5}"#,
        "ParameterGroup": #"{"parameters": ["features.*"], "learning_rate_factor": 0.1}"#,
        "CoralOptions": #"{"column": "corpus", "weight": 1}"#,
        "ThresholdOptions": #"{"classes": "uar", "labels": "f1"}"#,
        // Search methods
        "grid": #"{"type": "grid"}"#,
        "random (search)": #"{"type": "random", "trials": 50}"#,
        "tpe": #"{"type": "tpe", "trials": 50}"#,
        "halving": #"{"type": "halving", "trials": 27, "factor": 3, "rounds": 3}"#,
        // Ranges of a search
        "choice": #"{"type": "choice", "values": [16, 32, 64]}"#,
        "uniform": #"{"type": "uniform", "low": 0.1, "high": 0.5}"#,
        "log_uniform": #"{"type": "log_uniform", "low": 0.0001, "high": 0.01}"#,
        "integer": #"{"type": "integer", "low": 1, "high": 4}"#,
    ]
}
