import Autograd
import AutogradTesting
import Configuration
import Foundation
import Layers
import Testing

/// Steps with given gradients, beside those of Keras. Fixtures/make_keras.py writes them, and the configs.
@Suite struct KerasOptimizerTests {
    @Test func sameTrajectories() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Fixtures/keras-optimizers.safetensors").standardized.path
        let file = try SafeTensors(contentsOf: path)
        let configs = try JSONValue.parse(try #require(file.metadata["configs"])).members ?? []
        #expect(configs.count == file.names.count - 2)
        let gradients = try file.tensor("gradients")
        let factors = try file.tensor("rate_factors").array
        for config in configs {
            let expected = try file.tensor(config.key)
            let p = Parameter(expected.select(axis: 0, index: 0))
            let optimizer = Optimizer(try OptimizerConfig.optimizer(config.value), [p])
            let rate = optimizer.learningRate
            var trail = [p.value]
            for (step, factor) in factors.enumerated() {
                optimizer.learningRate = rate * Double(factor)
                let gradient = gradients.select(axis: 0, index: step)
                optimizer.step((p.tensor * gradient).sum().backward())
                trail.append(p.value)
            }
            // The way from the start is compared; a number cannot be closer than its own digits.
            let start = expected.select(axis: 0, index: 0)
            let (found, wanted) = (stack(trail) - start, expected - start)
            let allowed = wanted.abs() * 1e-4 + start.abs() * 1e-6 + 1e-12
            let worst = ((found - wanted).abs() / allowed).max().item()
            #expect(worst <= 1, "\(config.key)")
        }
    }
}
