import Autograd
import Layers

/// A number that is no number: where it came up, and with which examples.
public struct NotFinite: Error, Sendable, CustomStringConvertible {
    /// What was found: "the loss is nan".
    public var what: String
    /// The first place of the model with numbers that are not finite, such as "model[2] (gru)"; nil where none has.
    public var place: String?
    /// Both from 1.
    public var epoch: Int
    /// The batch within its epoch.
    public var batch: Int
    /// The examples of the batch.
    public var ids: [String]

    /// What happened, where, and what to try.
    public var description: String {
        let where_ = place.map { " First seen in \($0)." } ?? ""
        let shown =
            ids.prefix(8).joined(separator: ", ") + (ids.count > 8 ? ", and \(ids.count - 8) more" : "")
        return "epoch \(epoch), batch \(batch): \(what).\(where_) The batch holds \(shown). "
            + "Try a lower learning_rate or clip_norm in the optimizer, or look at these examples."
    }
}

extension Model {
    /// The first place whose numbers are not finite: the input, a weight, or what a layer makes of the input; nil where all are.
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

    /// The part of a config's `model` that has a parameter; nil where that cannot be told from its name.
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
