import Autograd
import Configuration
import Layers

/// The number of dead units in a layer with ReLU: units whose output is zero for all examples.
public struct UnitActivity: Sendable, Equatable {
    /// The location of the layer in the config, such as "model[1] (conv1d)".
    public var place: String
    /// The number of units: the size of the last axis.
    public var units: Int
    /// The number of units that are always zero.
    public var dead: Int

    /// Creates the activity of a layer.
    public init(place: String, units: Int, dead: Int) {
        (self.place, self.units, self.dead) = (place, units, dead)
    }

    /// Whether at least 90 % of the units are dead.
    public var isDead: Bool { units > 0 && dead * 10 >= units * 9 }
}

extension Model {
    /// Returns the activity of the layers with ReLU in sequential models, in the order of the config. Stops early once no
    /// layer can be dead any more.
    package func unitActivity(_ batches: any TrainingBatches) throws -> [UnitActivity] {
        var layers: [UnitActivity] = []
        var alive: [[Bool]] = []
        for index in 0..<batches.count {
            var next = 0
            let inputs = try batches.batch(epoch: 0, index: index).inputs
            withoutRecording {
                _ = layer.forward(inputs, path: "model", isList: true) { place, output in
                    let units = output.shape.last ?? 0
                    if next == layers.count {
                        layers.append(UnitActivity(place: place, units: units, dead: units))
                        alive.append(Array(repeating: false, count: units))
                    }
                    output.markAlive(&alive[next])
                    layers[next].dead = alive[next].count { !$0 }
                    next += 1
                }
            }
            if !layers.contains(where: \.isDead) { break }
        }
        return layers
    }
}

extension Layer {
    /// Returns the output of the layer and calls `each` with the output of every layer with ReLU on the way.
    fileprivate func forward(
        _ x: Signal, path: String, isList: Bool, _ each: (_ place: String, _ output: Tensor) -> Void
    ) -> Signal {
        guard let chain = self as? Sequential else {
            let y = forward(x, .inference)
            if endsWithReLU { each("\(path) (\(type(of: spec).type))", y.masked) }
            return y
        }
        var signal = x
        for (index, layer) in chain.layers.enumerated() {
            let place = isList ? "\(path)[\(index)]" : "\(path).layers[\(index)]"
            signal = layer.forward(signal, path: place, isList: false, each)
        }
        return signal
    }

    private var endsWithReLU: Bool {
        let json = spec.encode()
        let key = type(of: spec).type == ActivationLayer.Spec.type ? "function" : "activation"
        return json[key]?.text == Activation.relu.rawValue
    }
}

extension Tensor {
    /// Marks the units, along the last axis, that are non-zero anywhere.
    fileprivate func markAlive(_ alive: inout [Bool]) {
        guard !alive.isEmpty else { return }
        let numbers = array
        for start in stride(from: 0, to: numbers.count, by: alive.count) {
            for unit in alive.indices where numbers[start + unit] != 0 { alive[unit] = true }
        }
    }
}
