import Autograd
import Configuration
import Layers
import Testing

/// Whole models with given weights: loss, logits, attention and every gradient beside PyTorch's.
@Suite struct GoldenModelTests {
    @Test func goldenModels() throws {
        let group = try GoldenGroup("models")
        for example in try group.cases("cases") { try check(example, group) }
    }

    private func check(_ example: JSONValue, _ group: GoldenGroup) throws {
        let name = try example.text("name")
        let golden = try GoldenModel(example, group)
        let x = Parameter(try group.tensor("\(name)/in/x"))
        let model = try Model(
            json: golden.config, input: Array(x.shape.dropFirst()), generator: RandomGenerator(seed: 1))
        let weights = try golden.weights(of: model)
        for weight in weights { weight.parameter.value = weight.toOurs(weight.theirs) }

        let logits = model(x.tensor, Pass(isTraining: true, generator: nil))
        let loss = CrossEntropyLoss().mean(logits, .classes(try group.indices("\(name)/in/target")))
        var found = ["loss": loss.detached, "logits": logits.detached]
        if let attention = model.attentionWeights(Signal(x.value)).first {
            found["alpha"] = attention.weights
        }
        let gradients = (loss * (try group.tensor("\(name)/cot/loss").item())).backward()
        var slopes = ["x": try #require(gradients[x])]
        for weight in weights {
            slopes[weight.name] = weight.toTheirs(try #require(gradients[weight.parameter], "\(weight.name)"))
        }

        func expected(_ section: String) throws -> [String: Tensor] {
            let names = try example.members(section).map(\.key)
            return Dictionary(
                uniqueKeysWithValues: try names.map { ($0, try group.tensor("\(name)/\(section)/\($0)")) })
        }
        let error = example["torch_float32_error"]
        compareGolden(
            found, try expected("out"), tolerance: goldenTolerance(1e-5, error?["out"]?.double), name)
        compareGolden(
            slopes, try expected("grad"), tolerance: goldenTolerance(3e-5, error?["grad"]?.double), name)
    }
}
