import Autograd
import Foundation
import Testing

/// The kernels of every instruction set that the processor supports.
///
/// Each test runs in a separate process, where no other test uses the kernels.
@Suite struct InstructionSetTests {
    @Test(arguments: InstructionSet.available)
    func agreesWithGoldenValues(_ set: InstructionSet) async {
        await #expect(processExitsWith: .success) { [set] in
            InstructionSet.use(set)
            for goldenCase in GoldenFolder.current.cases { try GoldenTests().goldenCase(goldenCase) }
        }
    }

    @Test(arguments: InstructionSet.available)
    func gradientsAreCorrect(_ set: InstructionSet) async {
        await #expect(processExitsWith: .success) { [set] in
            InstructionSet.use(set)
            for gradientCase in GradientCase.all { try GradientTests().gradientIsCorrect(gradientCase) }
        }
    }

    @Test(arguments: InstructionSet.available)
    func resultsAreIndependentOfThreads(_ set: InstructionSet) async {
        await #expect(processExitsWith: .success) { [set] in
            InstructionSet.use(set)
            for largeCase in GradientCase.large {
                Parallel.threads = 1
                let expected = largeCase.outputsAndGradients()
                Parallel.threads = 3
                #expect(
                    areBitIdentical(largeCase.outputsAndGradients(), expected),
                    "\(largeCase.name) with \(set)")
            }
        }
    }

    /// The sets with fused multiply-add give the same bits.
    @Test func vectorWidthDoesNotChangeResults() async {
        await #expect(processExitsWith: .success) {
            let sets = InstructionSet.available.filter { $0 != .baseline }
            for largeCase in GradientCase.large + GradientCase.all {
                let results = sets.map { set in
                    InstructionSet.use(set)
                    return largeCase.outputsAndGradients()
                }
                for (set, result) in zip(sets, results) {
                    #expect(areBitIdentical(result, results[0]), "\(largeCase.name) with \(set)")
                }
            }
        }
    }
}
