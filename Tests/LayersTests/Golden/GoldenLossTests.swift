import Autograd
import Configuration
import Layers
import Testing

/// Losses from a config, and their gradients, beside PyTorch's.
@Suite struct GoldenLossTests {
    @Test func goldenLosses() throws {
        let group = try GoldenGroup("loss")
        for example in try group.cases("cases") {
            let name = try example.text("name")
            let inputs = try example.members("in").map(\.key)
            let outputsName = inputs.contains("logits") ? "logits" : "x"
            let outputs = Parameter(try group.tensor("\(name)/in/\(outputsName)"))
            let loss = try Self.loss(example, name, group)
            let y = try Self.value(loss, outputs.tensor, try Self.targets(example, name, group), example)
            let gradients = y.backward(try group.tensor("\(name)/cot/y"))
            let errors = example["torch_float32_error"]
            compareGolden(
                ["y": y.detached], ["y": try group.tensor("\(name)/out/y")],
                tolerance: goldenTolerance(1e-5, errors?["out"]?.double), name)
            compareGolden(
                [outputsName: gradients[outputs] ?? .zeros([0])],
                [outputsName: try group.tensor("\(name)/grad/\(outputsName)")],
                tolerance: goldenTolerance(3e-5, errors?["grad"]?.double), name)
        }
    }

    private static func targets(_ example: JSONValue, _ name: String, _ group: GoldenGroup) throws -> Targets
    {
        let inputs = try example.members("in").map(\.key)
        let key = inputs.contains("target") ? "target" : "t"
        let whole = try group.tensors?.entry("\(name)/in/\(key)").shape.count == 1 && key == "target"
        return whole
            ? .classes(try group.indices("\(name)/in/\(key)"))
            : .values(try group.tensor("\(name)/in/\(key)"))
    }

    private static func value(
        _ loss: any LossSpec, _ outputs: Tensor, _ targets: Targets, _ example: JSONValue
    ) throws -> Tensor {
        switch example["params"]?["reduction"]?.text {
        case nil, "mean": return loss.mean(outputs, targets)
        case "none": return loss.each(outputs, targets)
        case "sum":
            // A mean is a sum over what it divides by: the weights, or all numbers.
            if loss is CrossEntropyLoss { return loss.each(outputs, targets).sum() }
            return loss.mean(outputs, targets) * Real(outputs.count)
        case let other: throw GoldenProblem("unknown reduction \(other ?? "")")
        }
    }

    private static func loss(_ example: JSONValue, _ name: String, _ group: GoldenGroup) throws
        -> any LossSpec
    {
        let words = try example.text("op").split(separator: " ").map(String.init)
        let last = words.last.flatMap(Double.init).map { JSONValue(.number($0)) }
        var config: JSONValue
        switch words.first {
        case "cross_entropy":
            config = ["type": "cross_entropy"]
            if let smoothing = example["params"]?["label_smoothing"] { config["label_smoothing"] = smoothing }
            if try example.members("in").contains(where: { $0.key == "weight" }) {
                let weights = try group.tensor("\(name)/in/weight").array
                config["class_weights"] = JSONValue(.list(weights.map { JSONValue(.number(Double($0))) }))
            }
        case "mse": config = ["type": "mean_squared_error"]
        case "bce_with_logits": config = ["type": "binary_cross_entropy"]
        case "huber":
            config = ["type": "huber"]
            config["delta"] = last
        case "focal":
            config = ["type": "focal"]
            config["gamma"] = last
        default: throw GoldenProblem("unknown operation \(words.joined(separator: " "))")
        }
        return try Chosen.decode(["loss": config]).loss.value
    }

    private struct Chosen: Options {
        var loss = AnyLoss(CrossEntropyLoss())
        static let fields: [Field<Self>] = [.init("loss", \.loss, "", .required)]
    }
}
