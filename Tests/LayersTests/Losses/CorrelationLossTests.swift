import Autograd
import AutogradTesting
import Configuration
import Layers
import Testing

/// The losses that compare the examples of a batch, against numpy and scipy.
@Suite struct CorrelationLossTests {
    private static let truths = Tensor(
        [1.5, 2.0, 4.0, 3.5, 1.5, 2.5, 3.0, 1.5, 4.0, 1.5, 2.5, 3.0] as [Real], shape: [12, 1])
    private static let values = Tensor(
        [1.803, 1.832, 2.761, 2.926, 2.337, 2.433, 3.57, 1.86, 3.517, 3.082, 2.982, 2.546] as [Real],
        shape: [12, 1])

    @Test(arguments: [("concordance", 1 - 0.5638473696123018), ("pearson", 1 - 0.627010920751406)])
    func golden(_ type: String, _ wanted: Double) throws {
        let loss = try LossConfig.loss(["type": JSONValue(.text(type))])
        #expect(loss.comparesExamples && loss.scoresNumbers)
        let found = Double(loss.mean(Self.values, .values(Self.truths)).item())
        #expect(abs(found - wanted) < 1e-5)
        #expect(loss.each(Self.values, .values(Self.truths)).shape == [12])
        // Two equal columns have the same mean.
        let twice = loss.mean(
            concatenate([Self.values, Self.values], axis: 1),
            .values(concatenate([Self.truths, Self.truths], axis: 1)))
        #expect(abs(Double(twice.item()) - wanted) < 1e-5)
    }

    @Test(arguments: ["concordance", "pearson"]) func gradients(_ type: String) throws {
        let loss = try LossConfig.loss(["type": JSONValue(.text(type))])
        let outputs = Tensor.normal([7, 3], using: RandomGenerator(seed: 1))
        let targets = Tensor.normal([7, 3], using: RandomGenerator(seed: 2))
        let report = try checkGradient(type, at: [outputs]) { loss.mean($0[0], .values(targets)) }
        #expect(report.isCorrect, "\(report)")
    }

    /// A batch of one example, or of equal ones, has a finite loss and gradient.
    @Test(arguments: ["concordance", "pearson"]) func batchesWithoutVariance(_ type: String) throws {
        let loss = try LossConfig.loss(["type": JSONValue(.text(type))])
        for count in [1, 3] {
            let parameter = Parameter(.full([count, 1], 0.5))
            let value = loss.mean(parameter.tensor, .values(.full([count, 1], 0.25)))
            #expect(value.item().isFinite)
            let gradient = try #require(value.backward()[parameter])
            #expect(gradient.array.allSatisfy { $0.isFinite })
        }
    }
}
