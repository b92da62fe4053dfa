#!/usr/bin/env python3
"""Time training and inference of recipe A: convolutions, bidirectional GRU, attention without a hidden layer.

(batch, 200, 40) -> Conv1D 64 k5 same ReLU, BatchNorm, MaxPool 2, Dropout 0.5 -> Conv1D 128 k3 the same
-> bidirectional GRU 128 (all steps), Dropout 0.5 -> attention: softmax_t(tanh(w . h_t + b_t)) weighted sum
-> Dense 64 ReLU, Dropout 0.5 -> Dense 8. L2 of 0.001 on the convolutions and the first dense layer.
Softmax cross-entropy, Adam 1e-3, float32, synthetic normal data. Prints one JSON line.
"""
import argparse

import common

L2 = 0.001


def build_torch(args):
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.c1 = nn.Conv1d(args.mfcc, 64, 5, padding="same")
            self.c2 = nn.Conv1d(64, 128, 3, padding="same")
            self.n1, self.n2 = nn.BatchNorm1d(64), nn.BatchNorm1d(128)
            self.gru = nn.GRU(128, 128, batch_first=True, bidirectional=True)
            self.w = nn.Linear(256, 1, bias=False)
            self.b = nn.Parameter(torch.zeros(args.frames // 4, 1))
            self.hidden, self.out = nn.Linear(256, 64), nn.Linear(64, args.classes)
            self.drop = nn.Dropout(0.5)
            self.pool = nn.MaxPool1d(2)

        def forward(self, x):
            h = self.drop(self.pool(self.n1(torch.relu(self.c1(x.transpose(1, 2))))))
            h = self.drop(self.pool(self.n2(torch.relu(self.c2(h)))))
            h = self.drop(self.gru(h.transpose(1, 2))[0])
            a = torch.softmax(torch.tanh(self.w(h) + self.b), dim=1)
            return self.out(self.drop(torch.relu(self.hidden((a * h).sum(1)))))

        def penalty(self):
            return L2 * sum(m.weight.square().sum() for m in (self.c1, self.c2, self.hidden))

    return Net()


def build_keras(args):
    import keras
    from keras import layers as L

    class Attention(L.Layer):
        def build(self, shape):
            self.w = self.add_weight(shape=(shape[-1], 1), name="w")
            self.b = self.add_weight(shape=(shape[1], 1), initializer="zeros", name="b")

        def call(self, h):
            a = keras.ops.softmax(keras.ops.tanh(keras.ops.matmul(h, self.w) + self.b), axis=1)
            return keras.ops.sum(a * h, axis=1)

    l2 = keras.regularizers.L2(L2)
    x = h = keras.Input((args.frames, args.mfcc))
    for filters, kernel in ((64, 5), (128, 3)):
        h = L.Conv1D(filters, kernel, padding="same", activation="relu", kernel_regularizer=l2)(h)
        h = L.Dropout(0.5)(L.MaxPooling1D(2)(L.BatchNormalization()(h)))
    h = L.Dropout(0.5)(L.Bidirectional(L.GRU(128, return_sequences=True))(h))
    h = L.Dropout(0.5)(L.Dense(64, activation="relu", kernel_regularizer=l2)(Attention()(h)))
    return keras.Model(x, L.Dense(args.classes)(h))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    common.add_train_options(p, batch=32)
    p.add_argument("--frames", type=int, default=200)
    p.add_argument("--mfcc", type=int, default=40)
    p.add_argument("--classes", type=int, default=8)
    args = p.parse_args()
    common.set_threads(args.threads)
    x, y = common.synthetic((args.examples, args.frames, args.mfcc), args.classes, args.seed)
    if args.framework == "torch":
        common.bench_torch("recipe_a", lambda: build_torch(args), x, y, args)
    else:
        common.bench_keras("recipe_a", lambda: build_keras(args), x, y, args)


if __name__ == "__main__":
    main()
