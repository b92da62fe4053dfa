"""Writes keras.safetensors and keras-recipe.npz: small Keras models, inputs and what they make of them, and
keras-optimizers.safetensors: what Keras' optimisers do with given gradients. All is computed in float64.

    python make_keras.py        (keras 3 with any backend, numpy, safetensors)
"""

import json
import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers, ops  # noqa: E402
from safetensors.numpy import save_file  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
keras.config.set_floatx("float64")
keras.utils.set_random_seed(1)
rng = np.random.default_rng(1)


class ReducedAttention(layers.Layer):
    """e = tanh(x W + b) with one bias for each step, softmax over the steps, weighted sum."""

    def build(self, shape):
        self.w = self.add_weight(name="att_weight", shape=(shape[-1], 1), initializer="normal")
        self.b = self.add_weight(name="att_bias", shape=(shape[1], 1), initializer="zeros")

    def call(self, x):
        e = ops.softmax(ops.tanh(ops.matmul(x, self.w) + self.b), axis=1)
        return ops.sum(x * e, axis=1)


def chain(shape, *parts):
    return keras.Sequential([keras.Input(shape), *parts])


def recipe():
    """A: convolutions, bidirectional GRU, reduced attention."""
    return chain(
        (16, 5),
        layers.Conv1D(6, 5, padding="same", activation="relu", kernel_regularizer="l2"),
        layers.BatchNormalization(),
        layers.MaxPooling1D(2),
        layers.Dropout(0.5),
        layers.Conv1D(8, 3, padding="same", activation="relu", kernel_regularizer="l2"),
        layers.BatchNormalization(),
        layers.MaxPooling1D(2),
        layers.Dropout(0.5),
        layers.Bidirectional(layers.GRU(7, return_sequences=True)),
        layers.Dropout(0.5),
        ReducedAttention(),
        layers.Dense(6, activation="relu", kernel_regularizer="l2"),
        layers.Dropout(0.5),
        layers.Dense(3, activation="softmax"),
    )


def dense():
    """B: a dense network on a summary vector."""
    parts = [layers.Normalization()]
    for units, rate in ((12, 0.3), (8, 0.3), (6, 0.2)):
        parts += [layers.Dense(units, activation="relu"), layers.BatchNormalization(), layers.Dropout(rate)]
    return chain(
        (9,), *parts, layers.Dense(5, activation="relu"), layers.Dropout(0.2), layers.Dense(4, activation="softmax")
    )


def attention():
    x = keras.Input((6, 8))
    y = layers.LayerNormalization(epsilon=1e-3)(x + layers.MultiHeadAttention(2, 4)(x, x))
    return keras.Model(x, y)


MODELS = {
    "dense": dense(),
    "sequence": chain(
        (12, 4),
        layers.Conv1D(6, 3, groups=2, dilation_rate=2, padding="causal", activation="elu"),
        layers.DepthwiseConv1D(3, depth_multiplier=2, padding="same"),
        layers.SeparableConv1D(5, 4, strides=2, depth_multiplier=2, padding="same"),
        layers.Conv1D(4, 2, use_bias=False),
        layers.GroupNormalization(2),
        layers.GlobalMaxPooling1D(),
    ),
    "picture": chain(
        (9, 8, 4),
        layers.Conv2D(6, (3, 5), strides=2, groups=2, padding="same", activation="relu"),
        layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same"),
        layers.SeparableConv2D(5, 3, padding="same"),
        layers.LayerNormalization(),
        layers.Flatten(),
        layers.Dense(3),
    ),
    "gru": chain(
        (7, 3),
        layers.GRU(5, reset_after=False, return_sequences=True),
        layers.Bidirectional(layers.GRU(4, reset_after=False, return_sequences=True)),
        layers.GRU(4),
    ),
    "lstm": chain(
        (7, 3), layers.Bidirectional(layers.LSTM(4, return_sequences=True)), layers.LSTM(5, return_sequences=True)
    ),
    "words": chain(
        (7,),
        layers.Embedding(9, 4, mask_zero=True),
        layers.Bidirectional(layers.SimpleRNN(3, return_sequences=True)),
        layers.SimpleRNN(5, activation="relu", return_sequences=True),
        layers.Bidirectional(layers.LSTM(4)),
        layers.Dense(2),
    ),
    "attention": attention(),
}


def randomize(model):
    """Numbers unlike the initial ones everywhere, and the same in float32."""
    for w in model.weights:
        name = w.path.rsplit("/", 1)[-1]
        if name == "count":
            continue
        if name in ("gamma", "moving_variance", "variance"):
            value = rng.uniform(0.5, 1.5, w.shape)
        elif len(w.shape) == 1 or name in ("bias", "att_bias"):
            value = rng.normal(0, 0.3, w.shape)
        else:
            value = rng.normal(0, 1 / np.sqrt(np.prod(w.shape[:-1])), w.shape)
        w.assign(np.float32(value))


def run(model):
    randomize(model)
    shape = (3, *model.input_shape[1:])
    if len(shape) == 2 and "embedding" in model.weights[0].path:
        x = np.array([[3, 6, 1, 8, 5, 2, 7], [4, 4, 6, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0]], "float32")
    else:
        x = rng.normal(size=shape).astype("float32")
    y = model(ops.convert_to_tensor(x, "int32" if "embedding" in model.weights[0].path else "float64"))
    weights = {w.path: ops.convert_to_numpy(w) for w in model.weights}
    weights = {k: v.astype("float32") if v.dtype == "float64" else v for k, v in weights.items()}
    return weights, x, ops.convert_to_numpy(y).astype("float32")


def write_models():
    tensors = {}
    for name, model in MODELS.items():
        weights, x, y = run(model)
        # safetensors keeps no order, and takes the bytes as they lie, also of arrays with the first axis fastest.
        tensors.update({f"{name}/{i:04}/{k}": v for i, (k, v) in enumerate(weights.items())})
        tensors.update({f"x/{name}": x, f"y/{name}": y})
    tensors = {k: np.ascontiguousarray(v) for k, v in tensors.items()}
    save_file(tensors, os.path.join(HERE, "keras.safetensors"))
    weights, x, y = run(recipe())
    weights = {"model/" + k: v for k, v in weights.items()}
    np.savez(os.path.join(HERE, "keras-recipe.npz"), x=x, y=y, **weights)


# Our config, and the same in Keras.
optimizers = keras.optimizers
OPTIMIZERS = {
    "sgd": ({}, optimizers.SGD()),
    "sgd-nesterov": (
        {"type": "sgd", "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
        optimizers.SGD(momentum=0.9, nesterov=True, weight_decay=0.1),
    ),
    "sgd-momentum": ({"type": "sgd", "momentum": 0.8}, optimizers.SGD(momentum=0.8)),
    "rmsprop": ({}, optimizers.RMSprop()),
    "rmsprop-centered": (
        {"type": "rmsprop", "centered": True, "momentum": 0.6, "alpha": 0.8, "weight_decay": 0.02},
        optimizers.RMSprop(rho=0.8, momentum=0.6, centered=True, weight_decay=0.02),
    ),
    "adagrad": ({}, optimizers.Adagrad()),
    "adagrad-zero": (
        {"type": "adagrad", "initial_accumulator_value": 0, "epsilon": 0.001, "learning_rate": 0.01},
        optimizers.Adagrad(0.01, initial_accumulator_value=0.0, epsilon=0.001),
    ),
    "adam": ({}, optimizers.Adam()),
    "adam-decay": ({"type": "adam", "weight_decay": 0.1}, optimizers.Adam(weight_decay=0.1)),
    "adam-amsgrad": ({"type": "adam", "amsgrad": True, "beta2": 0.9}, optimizers.Adam(amsgrad=True, beta_2=0.9)),
    "adamw": ({}, optimizers.AdamW()),
    "lion": ({"type": "lion", "weight_decay": 0.1}, optimizers.Lion(weight_decay=0.1)),
    "clip-value": (
        {"type": "sgd", "clip_value": 0.001, "learning_rate": 1},
        optimizers.SGD(1.0, clipvalue=0.001),
    ),
}


def write_optimizers():
    steps, count, rates = 12, 11, [1.0] * 6 + [0.5] * 6
    # From far below to far above the root of epsilon.
    gradients = rng.normal(size=(steps, count)) * 10.0 ** np.linspace(-6, 0, count)
    gradients = gradients.astype("float32")
    start = (rng.normal(size=count) * np.where(np.arange(count) % 2, 1, 1e-3)).astype("float32")
    tensors, configs = {"gradients": gradients, "rate_factors": np.array(rates, "float32")}, {}
    for name, (config, optimizer) in OPTIMIZERS.items():
        configs[name] = config or {"type": name}
        variable = keras.Variable(start, dtype="float64")
        optimizer.build([variable])
        rate = float(optimizer.learning_rate)
        trail = [start]
        for gradient, factor in zip(gradients, rates):
            optimizer.learning_rate = rate * factor
            optimizer.apply([ops.convert_to_tensor(gradient, "float64")], [variable])
            trail.append(keras.ops.convert_to_numpy(variable).astype("float32"))
        tensors[name] = np.stack(trail)
    metadata = {"configs": json.dumps(configs)}
    save_file(tensors, os.path.join(HERE, "keras-optimizers.safetensors"), metadata)


write_models()
write_optimizers()
