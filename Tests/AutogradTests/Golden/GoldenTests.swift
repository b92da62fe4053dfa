import Autograd
import AutogradTesting
import Testing

/// Values and gradients of every operation against PyTorch's.
@Suite struct GoldenTests {
    @Test func goldenFilesAreReadable() {
        let folder = GoldenFolder.current
        if !folder.notCovered.isEmpty { print("not covered: \(folder.notCovered.joined(separator: ", "))") }
        #expect(folder.problems == [])
    }

    @Test(arguments: GoldenFolder.current.cases)
    func goldenCase(_ goldenCase: GoldenCase) throws {
        guard let operation = GoldenOperation.groups[goldenCase.group]?[goldenCase.operation] else {
            Issue.record("group \(goldenCase.group) has an unknown operation: \(goldenCase.operation)")
            return
        }
        let call = GoldenCall(goldenCase)
        let outputs = try operation.compute(call)
        let isExact = goldenCase.group == "shape"
        compare(
            goldenCase.outputs, outputs.mapValues(\.detached), "output", isExact: isExact,
            tolerance: tolerance(1e-5, goldenCase.outputError))

        guard !goldenCase.gradients.isEmpty else { return }
        var pairs: [(output: Tensor, cotangent: Tensor)] = []
        for (name, cotangent) in goldenCase.cotangents.sorted(by: { $0.key < $1.key }) {
            guard let output = outputs[name], output.isTracked, output.shape == cotangent.shape else {
                Issue.record(
                    "output \(name) has no history or not the shape \(cotangent.shape) of its cotangent")
                return
            }
            pairs.append((output, cotangent.tensor))
        }
        let gradients = backward(pairs)
        compare(
            goldenCase.gradients, call.parameters.mapValues { gradients[$0] ?? .zeros($0.shape) }, "gradient",
            isExact: isExact && !operation.addsGradients, tolerance: tolerance(3e-5, goldenCase.gradientError)
        )
    }

    private func tolerance(_ least: Double, _ float32Error: Double) -> Double {
        Real.self == Double.self ? 1e-6 : max(least, 10 * float32Error)
    }

    /// `|got - ref| <= tolerance * max(max|ref|, 0.001 M)` with M the largest |ref| of the section.
    private func compare(
        _ expected: [String: GoldenTensor], _ found: [String: Tensor], _ what: String, isExact: Bool,
        tolerance: Double
    ) {
        func largest(_ tensor: GoldenTensor) -> Double { tensor.values.lazy.map(abs).max() ?? 0 }
        let largestOfAll = expected.values.lazy.map(largest).max() ?? 0
        for (name, reference) in expected.sorted(by: { $0.key < $1.key }) {
            guard let got = found[name] else {
                Issue.record("no \(what) \(name)")
                continue
            }
            guard got.shape == reference.shape else {
                Issue.record("\(what) \(name): shape \(got.shape), expected \(reference.shape)")
                continue
            }
            let allowed = tolerance * max(largest(reference), 0.001 * largestOfAll)
            let closeness =
                isExact || reference.kind != .float ? .exact : Closeness(relative: 0, absolute: allowed)
            if let difference = closeness.difference(
                got.array.map { Double($0) }, reference.values, shape: reference.shape)
            {
                Issue.record("\(what) \(name): \(difference)")
            }
        }
    }
}
