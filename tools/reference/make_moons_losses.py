"""Losses of 100 training steps on the two moons, in plain floats with the derivatives by hand.

Independent of chainrule: no graph, no automatic differentiation. The network is micrograd's
2-16-16-1 with ReLU; the loss is the mean of max(0, 1 - y*score) plus 1e-4 times the sum of
squares of all parameters; step k moves every parameter by -(1 - 0.9*k/100) times its derivative.

Usage: python3 make_moons_losses.py moons_1337.csv moons_mlp_w0.txt > moons_losses_100.csv
"""

import csv
import math
import sys

SIZES = [2, 16, 16, 1]
ALPHA = 1e-4


def unflatten(numbers):
    """Layers of neurons of (weights, bias), in micrograd's parameter order."""
    numbers = iter(numbers)
    return [
        [[next(numbers) for _ in range(n_in + 1)] for _ in range(n_out)]
        for n_in, n_out in zip(SIZES, SIZES[1:])
    ]


def forward(layers, x):
    """The signal before each layer, and the sums of each layer before its activation."""
    signals, sums = [x], []
    for k, layer in enumerate(layers):
        z = []
        for neuron in layer:
            total = neuron[-1]
            for w, s in zip(neuron, signals[-1]):
                total += w * s
            z.append(total)
        sums.append(z)
        last = k == len(layers) - 1
        signals.append(z if last else [max(v, 0.0) for v in z])
    return signals, sums


def backward(layers, signals, sums, seed, slopes):
    """Adds seed times d(score)/d(parameter) to slopes."""
    delta = [seed]
    for k in reversed(range(len(layers))):
        before = signals[k]
        earlier = [0.0] * len(before)
        for neuron, own, d in zip(layers[k], slopes[k], delta):
            for i, s in enumerate(before):
                own[i] += d * s
                earlier[i] += d * neuron[i]
            own[-1] += d
        if k:
            delta = [e if z > 0.0 else 0.0 for e, z in zip(earlier, sums[k - 1])]


def main(points_file, start_file):
    with open(points_file) as f:
        rows = [(float(r["x1"]), float(r["x2"]), float(r["y"])) for r in csv.DictReader(f)]
    with open(start_file) as f:
        layers = unflatten([float(line) for line in f])
    print("step,loss,accuracy")
    for step in range(100):
        slopes = [[[0.0] * len(neuron) for neuron in layer] for layer in layers]
        losses, right = [], 0
        for x1, x2, y in rows:
            signals, sums = forward(layers, [x1, x2])
            score = signals[-1][0]
            margin = 1.0 - y * score
            losses.append(max(margin, 0.0))
            right += (y > 0.0) == (score > 0.0)
            if margin > 0.0:
                backward(layers, signals, sums, -y / len(rows), slopes)
        squares = math.fsum(p * p for layer in layers for neuron in layer for p in neuron)
        loss = math.fsum(losses) / len(rows) + ALPHA * squares
        print(f"{step},{loss!r},{right / len(rows)!r}")
        rate = 1.0 - 0.9 * step / 100
        for layer, slope_layer in zip(layers, slopes):
            for neuron, own in zip(layer, slope_layer):
                for i, g in enumerate(own):
                    neuron[i] -= rate * (g + 2.0 * ALPHA * neuron[i])


main(*sys.argv[1:])
