#!/usr/bin/env python3
"""The whole job of Experiments/recipe-a.json in librosa and Keras: from audio files to test accuracy.

Decoding, peak normalization, trimming, 4x augmentation of the training files (noise, time stretch, pitch shift), MFCCs 40 x
200 without masking, training of the same model, and evaluation, on the split of a run of Train. Features are computed by one
process per thread. With fewer than 100 epochs, times are extrapolated to 100; the accuracy is that after the epochs run.

    recipe_a_job.py --data RAVDESS_FOLDER --run runs/recipe-a --epochs 3

Prints one JSON line: seconds to the start and end of the first epoch, seconds per epoch, for the evaluation and for the
whole job, and test accuracy.
"""
import argparse
import concurrent.futures
import json
import os
import time

import common
import train_recipe_a

EMOTIONS = ["neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised"]


def rows(path, augment, seed):
    import librosa
    import numpy as np

    rng = np.random.default_rng(seed)
    y, sr = librosa.load(path, sr=16000)
    peak = np.abs(y).max()
    y, _ = librosa.effects.trim(y / peak if peak > 0 else y, top_db=30)
    sounds = [y]
    if augment:
        sounds += [
            y + 0.005 * rng.standard_normal(len(y)).astype(np.float32),
            librosa.effects.time_stretch(y, rate=rng.uniform(0.8, 1.2)),
            librosa.effects.pitch_shift(y, sr=sr, n_steps=rng.uniform(-2, 2)),
        ]
    for sound in sounds:
        m = librosa.feature.mfcc(y=sound, sr=sr, n_mfcc=40).T[:200]
        yield np.pad(m, ((0, 200 - len(m)), (0, 0))).astype(np.float32)


def made(work):
    return list(rows(*work))


def part(ids, folder, augment, names, pool):
    import numpy as np

    x, y = [], []
    work = [(os.path.join(folder, clip), augment, seed) for seed, clip in enumerate(ids)]
    for clip, features in zip(ids, pool.map(made, work, chunksize=16)):
        label = names.index(EMOTIONS[int(os.path.basename(clip).split("-")[2]) - 1])
        x += features
        y += [label] * len(features)
    return np.stack(x), np.array(y)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="the folder with the recordings")
    p.add_argument("--run", required=True, help="a run of Experiments/recipe-a.json, whose split is used")
    p.add_argument("--epochs", type=int, default=3)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    args = p.parse_args()
    with open(os.path.join(args.run, "split.json")) as f:
        split = json.load(f)["splits"][0]
    names = sorted(EMOTIONS)
    # One thread a process: they are as many as the threads.
    common.set_threads(1)
    with concurrent.futures.ProcessPoolExecutor(args.threads) as pool:
        train = part(split["train"], args.data, True, names, pool)
        validation = part(split["validation"], args.data, False, names, pool)
        test = part(split["test"], args.data, False, names, pool)
    ready = common.process_age()
    common.set_threads(args.threads)
    import keras

    keras.utils.set_random_seed(42)

    sizes = argparse.Namespace(frames=200, mfcc=40, classes=8)
    model = train_recipe_a.build_keras(sizes)
    model.compile(keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"])
    ends = []
    marks = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(common.process_age()))
    plateau = keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=5, min_lr=1e-6)
    model.fit(*train, batch_size=32, epochs=args.epochs, validation_data=validation, callbacks=[marks, plateau], verbose=0)
    trained = common.process_age()
    accuracy = model.evaluate(*test, verbose=0)[1]
    tested = common.process_age() - trained
    epoch = (ends[-1] - ends[0]) / max(len(ends) - 1, 1) if len(ends) > 1 else ends[0] - ready
    print(json.dumps({
        "job": "recipe-a", "threads": args.threads, "rows": len(train[0]), "features_s": round(ready, 1),
        "first_epoch_s": round(ends[0], 1), "epoch_s": round(epoch, 2),
        "test_s": round(tested, 2), "hundred_epochs_s": round(ends[0] + 99 * epoch + tested, 1),
        "epochs": args.epochs, "accuracy": round(accuracy, 4),
    }))


if __name__ == "__main__":
    main()
