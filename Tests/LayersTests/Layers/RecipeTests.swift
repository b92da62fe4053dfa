import Autograd
import Configuration
import Foundation
import Layers
import Testing

/// Models of the systems that are to be reproduced have the parameter counts that were published.
@Suite struct RecipeTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Experiments/models").standardized

    private func model(_ name: String, _ input: [Int]) throws -> Model {
        let file = Self.folder.appendingPathComponent(name + ".json")
        return try Model(
            text: String(contentsOf: file, encoding: .utf8), source: name + ".json", input: input,
            generator: RandomGenerator(seed: 1))
    }

    /// Keras counts the running statistics of batch norm, which are not trained.
    @Test(arguments: [
        ("cnn-bigru-attention", [200, 40], 253_754, 384, [8]),
        ("dense-summary", [105], 230_791, 3_584 / 2, [7]),
        ("cnn-summary", [162, 1], 294_920, 2_304 / 2, [8]),
    ]) func kerasCounts(_ name: String, _ input: [Int], _ published: Int, _ statistics: Int, _ output: [Int])
        throws
    {
        let model = try model(name, input)
        let buffers = model.namedBuffers.reduce(0) { $0 + $1.buffer.shape.reduce(1, *) }
        #expect(model.parameterCount + buffers == published)
        #expect(buffers == statistics)
        #expect(
            (model.plan.parameters, model.plan.buffers, model.plan.output) == (
                published - buffers, buffers, output
            ))
    }

    /// PyTorch counts only what is trained.
    @Test func efficientNetB3() throws {
        let model = try model("efficientnet-b3", [300, 300, 3])
        #expect(model.parameterCount == 10_708_528)
        #expect(model.plan.parameters == 10_708_528)
        #expect(model.plan.output == [8])
        let names = Set(model.namedTensors.map(\.0))
        #expect(
            names.isSuperset(of: [
                "features.0.0.weight", "features.1.0.block.0.0.weight", "features.2.0.block.1.1.running_mean",
                "features.2.0.block.2.fc1.bias", "features.8.1.weight", "classifier.1.bias",
            ]))
    }

    /// torchvision's counts with 1000 classes, from its table of weights.
    @Test(arguments: [
        ("b0", 5_288_548), ("b1", 7_794_184), ("b2", 9_109_994), ("b3", 12_233_232), ("b4", 19_341_616),
        ("b5", 30_389_784), ("b6", 43_040_704), ("b7", 66_347_960),
    ]) func efficientNets(_ variant: String, _ count: Int) throws {
        let json = JSONValue(.text(variant))
        let spec = try Model.spec(["type": "efficientnet", "variant": json, "classes": 1000])
        #expect(try spec.plan([224, 224, 3]).parameters == count)
    }
}
