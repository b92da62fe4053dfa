import Autograd
import Layers

extension Model {
    /// The first location with non-finite values: the input, a weight, or the output of a layer; nil if all are finite.
    func firstNotFinite(_ inputs: Signal) -> String? {
        guard inputs.masked.array.allSatisfy(\.isFinite) else { return "the features" }
        for (name, parameter) in namedParameters where !parameter.value.array.allSatisfy(\.isFinite) {
            return "the weight \"\(name)\"\(owner(of: name).map { " of " + $0 } ?? "")"
        }
        return withoutRecording {
            var signal = inputs
            for (index, member) in layer.members.enumerated() {
                guard layer is Sequential, case .layer(_, let inner) = member else { return nil }
                signal = inner.forward(signal, Pass(isTraining: true, generator: nil))
                if !signal.masked.array.allSatisfy(\.isFinite) {
                    return "model[\(index)] (\(inner.typeName))"
                }
            }
            return nil
        }
    }

    /// The location in a config's `model` that owns a parameter; nil if the name does not determine it.
    func owner(of parameter: String) -> String? {
        var (path, layer) = ("model", self.layer)
        for word in parameter.split(separator: ".").map(String.init) {
            let inner = layer.members.lazy.compactMap { member in
                if case .layer(word, let inner) = member { inner } else { nil }
            }.first
            guard layer is Sequential || layer is Graph, let inner else { break }
            if layer is Graph {
                path += ".parts.\(word)"
            } else {
                path += path == "model" ? "[\(word)]" : ".layers[\(word)]"
            }
            layer = inner
        }
        return path == "model" ? nil : "\(path) (\(layer.typeName))"
    }
}
