import Autograd
import Configuration
import Layers

/// A model as the manifest describes it in words, such as "2 x [conv k5 same, relu, max pool 2], flatten, linear".
/// Sizes come from the weights, which belong to the layers in their order.
struct GoldenModel {
    struct Weight {
        /// In the manifest: "conv1.weight".
        let name: String
        let theirs: Tensor
        let parameter: Parameter
        let toOurs: (Tensor) -> Tensor
        let toTheirs: (Tensor) -> Tensor
    }

    /// The layers as JSON.
    let config: JSONValue
    /// For each layer, what its weights' names begin with: "conv1".
    private let owners: [String?]
    private let tensors: [(name: String, tensor: Tensor)]

    init(_ example: JSONValue, _ group: GoldenGroup) throws {
        let name = try example.text("name")
        let names = try example.members("in").map(\.key).filter { $0 != "x" && $0 != "target" }
        let tensors = try names.map { (name: $0, tensor: try group.tensor("\(name)/in/\($0)")) }
        var unused: [String] = []
        for name in names.map({ String($0.prefix { $0 != "." }) }) where unused.last != name {
            unused.append(name)
        }
        var layers: [JSONValue] = []
        var owners: [String?] = []
        for part in try Self.parts(of: try example.text("op")) where part != "cross-entropy" {
            let owner = unused.first ?? ""
            let layer = try Self.layer(part) { weight, axis in
                guard let tensor = tensors.first(where: { $0.name == "\(owner).\(weight)" })?.tensor else {
                    throw GoldenProblem("\(name): no \(weight) for \(part)")
                }
                return JSONValue(.integer(tensor.shape[axis]))
            }
            layers.append(layer)
            let hasWeights = !["activation", "flatten", "pool1d"].contains(layer["type"]?.text)
            owners.append(hasWeights ? owner : nil)
            if hasWeights, !unused.isEmpty { unused.removeFirst() }
        }
        guard unused.isEmpty else { throw GoldenProblem("\(name): weights of no layer: \(unused)") }
        (config, self.owners, self.tensors) = (JSONValue(.list(layers)), owners, tensors)
    }

    private static func layer(
        _ part: String, _ size: (_ weight: String, _ axis: Int) throws -> JSONValue
    ) throws -> JSONValue {
        switch part {
        case "relu": return ["type": "activation", "function": "relu"]
        case "flatten": return ["type": "flatten"]
        case "batch norm (batch statistics)": return ["type": "batch_norm", "epsilon": 1e-5]
        case "GRU": return ["type": "gru", "units": try size("weight_hh_l0", 1)]
        case "additive attention": return ["type": "attention", "units": try size("w", 0)]
        case "linear": return ["type": "dense", "units": try size("weight", 0)]
        case "linear relu": return ["type": "dense", "units": try size("weight", 0), "activation": "relu"]
        case let part where part.hasPrefix("conv"):
            return [
                "type": "conv1d", "filters": try size("weight", 0), "kernel_size": try size("weight", 2),
                "activation": part.hasPrefix("conv-relu") ? "relu" : "none",
            ]
        case let part where part.hasPrefix("max pool "):
            return ["type": "pool1d", "size": JSONValue(.integer(Int(part.dropFirst(9)) ?? 0))]
        default: throw GoldenProblem("unknown part \(part)")
        }
    }

    /// The parts one by one: "a, 2 x [b, c x2]" is a, b, c, c, b, c, c.
    private static func parts(of text: String) throws -> [String] {
        var result: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            if let open = rest.firstRange(of: " x ["), let times = Int(rest[..<open.lowerBound]) {
                guard let close = rest.firstIndex(of: "]") else { throw GoldenProblem("no ] in \(text)") }
                let inner = try parts(of: String(rest[open.upperBound..<close]))
                for _ in 0..<times { result += inner }
                rest = rest[close...].dropFirst()
            } else {
                let part = rest.prefix { $0 != "," }
                rest = rest.dropFirst(part.count)
                let words = part.split(separator: " ")
                if let last = words.last, last.first == "x", let times = Int(last.dropFirst()) {
                    result += Array(repeating: words.dropLast().joined(separator: " "), count: times)
                } else {
                    result.append(String(part))
                }
            }
            rest = rest.drop { $0 == "," || $0 == " " }
        }
        return result
    }

    /// The weights beside the model's parameters.
    func weights(of model: Model) throws -> [Weight] {
        let ours = [
            "gamma": "weight", "beta": "bias", "w": "weight", "b": "bias", "v": "scorer",
            "weight_ih_l0": "0.forward.weight", "weight_hh_l0": "0.forward.recurrent_weight",
            "bias_ih_l0": "0.forward.bias", "bias_hh_l0": "0.forward.recurrent_bias",
        ]
        let parameters = model.namedParameters
        return try tensors.map { name, tensor in
            let parts = name.split(separator: ".").map(String.init)
            guard parts.count == 2, let place = owners.firstIndex(of: parts[0]),
                let found = parameters.first(where: { $0.name == "\(place).\(ours[parts[1]] ?? parts[1])" })
            else { throw GoldenProblem("no parameter for \(name)") }
            // They have [out, in] and [out, in, k], we [in, out] and [k, in, out].
            let order = Array(tensor.shape.indices.reversed())
            guard tensor.rank == 2, place > 1, config.elements?[place - 1]["type"]?.text == "flatten" else {
                return Weight(
                    name: name, theirs: tensor, parameter: found.parameter,
                    toOurs: { $0.permuted(order) }, toTheirs: { $0.permuted(order) })
            }
            // They flatten channels before steps, we steps before channels.
            let flat = model.plan.parts[place - 2].plan.output
            let (out, steps, channels) = (tensor.shape[0], flat[0], flat[1])
            return Weight(
                name: name, theirs: tensor, parameter: found.parameter,
                toOurs: {
                    $0.reshaped([out, channels, steps]).permuted([2, 1, 0]).reshaped([steps * channels, out])
                },
                toTheirs: {
                    $0.reshaped([steps, channels, out]).permuted([2, 1, 0]).reshaped([out, channels * steps])
                })
        }
    }
}
