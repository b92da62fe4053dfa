import Autograd
import AutogradTesting
import Testing

/// Checks the gradient of every operation against finite differences; strict with the trait Double.
@Suite struct GradientTests {
    @Test(arguments: GradientCase.all)
    func gradientIsCorrect(_ gradientCase: GradientCase) throws {
        try checkGradient(gradientCase.name, at: gradientCase.tensors, function: gradientCase.function)
    }

    @Test func caseNamesAreUnique() {
        let repeated = Dictionary(grouping: GradientCase.all, by: \.name).filter { $0.value.count > 1 }.keys
            .sorted()
        #expect(repeated == [])
    }

    @Test func everyOperationHasACase() throws {
        let registered = try RegisteredOperations()
        #expect(registered.problems == [])
        #expect(registered.places.count > 40)
        var covered: Set<String> = []
        for gradientCase in GradientCase.all {
            let parameters = gradientCase.tensors.map { Parameter($0) }
            for output in gradientCase.function(parameters.map(\.tensor)) {
                covered.formUnion(output.operations)
            }
        }
        for (name, place) in registered.places.sorted(by: { $0.key < $1.key }) where !covered.contains(name) {
            Issue.record(
                """
                No gradient case computes the operation "\(name)", which \(place) registers. Add one to the list of \
                its family in Tests/AutogradTests/Gradients.
                """)
        }
        let unknown = covered.subtracting(registered.places.keys).sorted()
        #expect(unknown == [], "operations that were computed and not found in the sources")
    }

    @Test func operationsAreFoundInSources() {
        let found = RegisteredOperations(
            text: """
                /// record("comment", inputs: [x])
                func a() { record("plain", inputs: []) }
                func b() {
                    return record(
                        "wrapped", inputs: [])
                }
                func unary(_ operation: StaticString) { record(operation, inputs: []) }
                func c() { unary("handed_on") }
                func outer(_ operation: StaticString) { unary(operation) }
                func d() { outer("handed_on_twice") }
                func e() { notrecord("other"); recordMultiple("several", inputs: []) }
                func f() { record(wild ? "x" : "y", inputs: []) }
                """)
        #expect(
            found.places == [
                "plain": "text:2", "wrapped": "text:4", "handed_on": "text:8", "handed_on_twice": "text:10",
                "several": "text:11",
            ])
        #expect(found.problems.count == 1)
    }
}

extension GradientCase {
    /// The inputs, which are the same in every run.
    var tensors: [Tensor] {
        let generator = RandomGenerator(seed: 1).split(name)
        return inputs.enumerated().map { $1.tensor(generator.split("\($0)")) }
    }
}
