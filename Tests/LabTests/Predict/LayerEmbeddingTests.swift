import Autograd
import Lab
import Layers
import SpeechEmotion
import Testing

@Suite struct LayerEmbeddingTests {
    /// Outputs that are not finite are an error, not values in a table.
    @Test func aDamagedWeightIsNoEmbedding() throws {
        let model = try Model(
            text: #"[{"type": "dense", "units": 3}, {"type": "dense", "units": 2}]"#, input: [2],
            generator: RandomGenerator(seed: 1))
        let features = Features(shape: [2], values: [1, 2])
        let embedding = try LayerEmbedding(model, layer: "0", file: "m.safetensors")
        #expect(try embedding(features).shape == [3])
        let weight = try #require(model.namedParameters.first { $0.name == "0.weight" }).parameter
        weight.value = weight.value * Real.nan
        let error = #expect(throws: InputError.self) { try embedding(features) }
        #expect(error?.description.hasPrefix("layer 0: found NaN or infinite outputs; allowed: ") == true)
    }
}
