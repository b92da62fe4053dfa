#!/usr/bin/env python3
"""The whole job of Experiments/recipe-b.json or recipe-e.json in librosa and Keras: from audio files to test accuracy.

Decoding, preparation, augmented copies of the training files, summary features, standardization, training with the same model,
early stopping and schedule, and the test, on the very split that a run of Train has written. Features are computed by as many
processes as there are threads.

    summary_job.py --recipe b --data RAVDESS_FOLDER --run runs/recipe-b --seed 42

Prints one JSON line: seconds of the features, an epoch and the whole job, epochs, peak memory without the processes of the
features, and test accuracy.
"""
import argparse
import concurrent.futures
import json
import os

import common

EMOTIONS = ["neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised"]


def noisy(y, amplitude, rng):
    import numpy as np

    return y + amplitude * np.abs(y).max() * rng.standard_normal(len(y)).astype(np.float32)


def copies_b(y, sr, rng):
    import librosa

    return [y, librosa.effects.time_stretch(y, rate=0.9), librosa.effects.pitch_shift(y, sr=sr, n_steps=2), noisy(y, 0.005, rng)]


def copies_e(y, sr, rng):
    import librosa

    slow = librosa.effects.time_stretch(y, rate=0.8)
    return [y, noisy(y, rng.uniform(0, 0.035), rng), librosa.effects.pitch_shift(slow, sr=sr, n_steps=2)]


def model_b():
    import train_mlp

    return train_mlp.build_keras(argparse.Namespace(features=105, classes=7))


def model_e():
    import keras
    from keras import layers as L

    l2 = keras.regularizers.L2(1e-4)
    x = keras.Input((162,))
    h = L.Reshape((162, 1))(x)
    for filters, kernel, dropout, pool in ((128, 5, 0, 4), (256, 5, 0, 4), (128, 3, 0.3, 4), (64, 3, 0.3, 0)):
        h = L.Conv1D(filters, kernel, padding="same", activation="relu", kernel_regularizer=l2)(h)
        h = L.BatchNormalization()(h)
        h = L.Dropout(dropout)(h) if dropout else h
        h = L.MaxPooling1D(pool, padding="same")(h) if pool else h
    h = L.Dense(64, activation="relu", kernel_regularizer=l2)(L.GlobalAveragePooling1D()(h))
    return keras.Model(x, L.Dense(8)(L.Dropout(0.4)(h)))


RECIPES = {
    "b": {"vector": "summary105", "copies": copies_b, "model": model_b, "epochs": 100, "weights": False,
          "stop": {"monitor": "val_accuracy", "patience": 10, "restore_best_weights": True},
          "plateau": {"factor": 0.5, "patience": 5, "min_lr": 1e-6}},
    "e": {"vector": "summary162", "copies": copies_e, "model": model_e, "epochs": 60, "weights": True,
          "stop": {"monitor": "val_loss", "patience": 6, "restore_best_weights": True},
          "plateau": {"factor": 0.2, "patience": 3}},
}


def rows(work):
    import librosa
    import numpy as np

    import recipes

    path, recipe, augment, seed = work
    vector = RECIPES[recipe]["vector"]
    options, prepare = recipes.LOADING[vector]
    y, sr = librosa.load(path, **options)
    y = prepare(y) if prepare else y
    sounds = RECIPES[recipe]["copies"](y, sr, np.random.default_rng(seed)) if augment else [y]
    return [recipes.VECTORS[vector](sound, sr).astype(np.float32) for sound in sounds]


def part(ids, args, augment, names, pool):
    import numpy as np

    work = [(os.path.join(args.data, clip), args.recipe, augment, seed) for seed, clip in enumerate(ids)]
    x, y = [], []
    for clip, features in zip(ids, pool.map(rows, work, chunksize=16)):
        x += features
        y += [names.index(EMOTIONS[int(os.path.basename(clip).split("-")[2]) - 1])] * len(features)
    return np.stack(x), np.array(y)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--recipe", choices=sorted(RECIPES), required=True)
    p.add_argument("--data", required=True, help="the folder of the recordings")
    p.add_argument("--run", required=True, help="a run of the recipe: its split is used")
    p.add_argument("--seed", type=int, default=42)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    args = p.parse_args()
    recipe = RECIPES[args.recipe]
    with open(os.path.join(args.run, "split.json")) as f:
        split = json.load(f)["splits"][0]
    with open(os.path.join(args.run, "config.json")) as f:
        names = sorted(json.load(f).get("data", {}).get("classes") or EMOTIONS)
    # One thread a process: they are as many as the threads.
    common.set_threads(1)
    with concurrent.futures.ProcessPoolExecutor(args.threads) as pool:
        parts = [part(split[name], args, name == "train", names, pool) for name in ("train", "validation", "test")]
    ready = common.process_age()
    common.set_threads(args.threads)
    import keras
    import numpy as np

    keras.utils.set_random_seed(args.seed)
    mean, deviation = parts[0][0].mean(0), parts[0][0].std(0)
    train, validation, test = [((x - mean) / np.where(deviation > 0, deviation, 1), y) for x, y in parts]
    model = recipe["model"]()
    model.compile(keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    counts = np.bincount(train[1], minlength=len(names))
    weights = dict(enumerate(len(train[1]) / (len(names) * counts))) if recipe["weights"] else None
    ends = []
    log = model.fit(
        *train, batch_size=64, epochs=recipe["epochs"], validation_data=validation, class_weight=weights, verbose=0,
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(common.process_age())),
            keras.callbacks.EarlyStopping(**recipe["stop"]), keras.callbacks.ReduceLROnPlateau(**recipe["plateau"]),
        ]).history
    predicted = model.predict(test[0], verbose=0).argmax(1)
    recalls = [(predicted[test[1] == c] == c).mean() for c in np.unique(test[1])]
    print(json.dumps({
        "job": "recipe-" + args.recipe, "threads": args.threads, "rows": len(train[0]), "features_s": round(ready, 2),
        "epoch_s": round((ends[-1] - ends[0]) / max(len(ends) - 1, 1), 3), "epochs": len(log["loss"]),
        "accuracy": round(float((predicted == test[1]).mean()), 4), "uar": round(float(np.mean(recalls)), 4),
        "parameters": int(sum(np.prod(w.shape) for w in model.trainable_weights)),
        "whole_s": round(common.process_age(), 2), "peak_rss_mb": common.peak_rss_mb(),
    }))


if __name__ == "__main__":
    main()
