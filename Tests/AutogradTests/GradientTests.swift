import Autograd
import AutogradTesting
import Foundation
import Testing

/// Every operation's gradient against differences of its values, strictly under the trait Double.
@Suite struct GradientTests {
    @Test(arguments: GradientCase.all)
    func gradientIsRight(_ gradientCase: GradientCase) throws {
        try checkGradient(gradientCase.name, at: gradientCase.tensors, function: gradientCase.function)
    }

    @Test func namesOfCasesAreUnique() {
        let repeated = Dictionary(grouping: GradientCase.all, by: \.name).filter { $0.value.count > 1 }.keys
            .sorted()
        #expect(repeated == [])
    }
}

extension GradientCase {
    /// The inputs, the same in every run.
    var tensors: [Tensor] {
        let generator = RandomGenerator(seed: 1).split(name)
        return inputs.enumerated().map { $1.tensor(generator.split("\($0)")) }
    }
}
