import Autograd
import Configuration
import Layers
import Testing

/// Ten steps of each optimiser from a config, beside PyTorch's.
@Suite struct GoldenOptimizerTests {
    @Test func goldenTrajectories() throws {
        let group = try GoldenGroup("optim")
        let steps = try group.json.integer("steps")
        for trajectory in try group.cases("trajectories") {
            let name = try trajectory.text("name")
            let out = try trajectory.members("out").map(\.key)
            let names = out.filter { $0 != "loss" && $0 != "grad_norm_before" }
            let problem = try trajectory.text("problem")
            let parameters = try names.map {
                (name: $0, parameter: Parameter(try group.tensor("\(problem)/\($0)")))
            }
            let value = { () throws -> Tensor in
                try Self.loss(problem, group) { wanted in
                    guard let found = parameters.first(where: { $0.name == wanted }) else {
                        throw GoldenProblem("\(name): no parameter \(wanted)")
                    }
                    return found.parameter.tensor
                }
            }
            let optimizer = Optimizer(try Self.spec(trajectory).value, parameters)
            var losses: [Real] = [], norms: [Real] = []
            var trails = parameters.map { [$0.parameter.value] }
            for _ in 0..<steps {
                let loss = try value()
                losses.append(loss.item())
                norms.append(Real(optimizer.step(loss.backward())))
                for (index, entry) in parameters.enumerated() { trails[index].append(entry.parameter.value) }
            }
            losses.append(try value().item())
            var found = Dictionary(uniqueKeysWithValues: zip(names, trails.map { stack($0) }))
            found["loss"] = Tensor(losses)
            if out.contains("grad_norm_before") { found["grad_norm_before"] = Tensor(norms) }
            let expected = try out.map { ($0, try group.tensor("\(name)/\($0)")) }
            compareGolden(
                found, Dictionary(uniqueKeysWithValues: expected),
                tolerance: goldenTolerance(1e-5, trajectory["torch_float32_error"]?.double), name)
        }
    }

    @Test func goldenClipping() throws {
        let group = try GoldenGroup("optim")
        for example in try group.cases("clip_grad_norm") {
            let name = "clip/" + (try example.text("name"))
            let inputs = try (0...).prefix { group.tensors?.contains("\(name)/in\($0)") == true }
                .map { try group.tensor("\(name)/in\($0)") }
            #expect(!inputs.isEmpty)
            let parameters = inputs.map { Parameter(.zeros($0.shape)) }
            var gradients = backward(zip(parameters, inputs).map { ($0.tensor * 1, $1) })
            let norm = gradients.clip(parameters, norm: try example.number("max_norm"))
            let total = try example.number("total_norm")
            #expect(abs(norm - total) <= 1e-6 * total, "\(name)")
            let found = parameters.enumerated().map {
                ("out\($0.offset)", gradients[$0.element] ?? .zeros([0]))
            }
            let expected = try inputs.indices.map { ("out\($0)", try group.tensor("\(name)/out\($0)")) }
            compareGolden(
                Dictionary(uniqueKeysWithValues: found), Dictionary(uniqueKeysWithValues: expected),
                tolerance: goldenTolerance(1e-5, nil), name)
        }
    }

    private static func loss(
        _ problem: String, _ group: GoldenGroup, _ parameter: (String) throws -> Tensor
    ) throws -> Tensor {
        switch problem {
        case "quadratic":
            let x = try parameter("x")
            return (matmul(try group.tensor("quadratic/A"), x) * x).sum() * 0.5
                - (try group.tensor("quadratic/b") * x).sum()
        case "mlp":
            let data = try group.tensor("mlp/data")
            let hidden = (matmul(data, try parameter("w1"), transposeB: true) + (try parameter("b1"))).tanh()
            let logits = matmul(hidden, try parameter("w2"), transposeB: true) + (try parameter("b2"))
            return softmaxCrossEntropy(logits, targets: try group.indices("mlp/target"))
        default: throw GoldenProblem("unknown problem \(problem)")
        }
    }

    /// PyTorch's arguments as a config.
    private static func spec(_ trajectory: JSONValue) throws -> AnyOptimizer {
        let keys = [
            "lr": "learning_rate", "weight_decay": "weight_decay", "momentum": "momentum",
            "nesterov": "nesterov",
            "eps": "epsilon", "alpha": "alpha", "centered": "centered", "amsgrad": "amsgrad",
            "clip_norm": "clip_norm", "initial_accumulator_value": "initial_accumulator_value",
        ]
        let type = try trajectory.text("optimizer").lowercased()
        var config: JSONValue = ["type": JSONValue(.text(type)), "defaults": "pytorch"]
        for (key, value) in try trajectory.members("params").map({ ($0.key, $0.value) }) {
            if key == "betas", let betas = value.elements, betas.count == 2 {
                (config["beta1"], config["beta2"]) = (betas[0], betas[1])
            } else if let ours = keys[key] {
                config[ours] = value
            } else if ["dampening", "lr_decay"].contains(key), value.double == 0 {
                continue
            } else {
                throw GoldenProblem("\(try trajectory.text("name")): unknown argument \(key) = \(value.line)")
            }
        }
        return try Chosen.decode(["optimizer": config]).optimizer
    }

    private struct Chosen: Options {
        var optimizer = AnyOptimizer(SGD())
        static let fields: [Field<Self>] = [.init("optimizer", \.optimizer, "", .required)]
    }
}
