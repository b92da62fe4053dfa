import Autograd
import Configuration
import Foundation
import Layers
import Testing

@Suite struct InitializerTests {
    private static let shape = [40, 50]

    private func numbers(_ initializer: Initializer, for role: Initializer.Role = .kernel) -> [Double] {
        initializer.make(
            Self.shape, fanIn: Self.shape[0], fanOut: Self.shape[1], for: role, RandomGenerator(seed: 1)
        ).array.map { Double($0) }
    }

    private func deviation(_ numbers: [Double]) -> Double {
        let mean = numbers.reduce(0, +) / Double(numbers.count)
        return (numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)).squareRoot()
    }

    private struct Case: Sendable {
        let initializer: Initializer
        /// The square of the limit of uniform numbers, the variance of normal ones.
        let square: Double
        var isCut = false
    }

    private static let uniform: [Case] = [
        Case(initializer: .glorotUniform, square: 6 / 90), Case(initializer: .heUniform, square: 6 / 40),
        Case(initializer: .lecunUniform, square: 3 / 40), Case(initializer: .torch, square: 1 / 40),
        Case(initializer: .uniform(0.3), square: 0.09), Case(initializer: .keras, square: 6 / 90),
    ]

    private static let normal: [Case] = [
        Case(initializer: .glorotNormal, square: 2 / 90, isCut: true),
        Case(initializer: .heNormal, square: 2 / 40, isCut: true),
        Case(initializer: .heNormalOut, square: 2 / 50, isCut: true),
        Case(initializer: .lecunNormal, square: 1 / 40, isCut: true),
        Case(initializer: .normal(0.5), square: 0.25),
    ]

    @Test func uniformOnes() {
        for example in Self.uniform {
            let numbers = numbers(example.initializer)
            let limit = example.square.squareRoot()
            let largest = numbers.map(abs).max() ?? 0
            #expect(largest <= limit * 1.000_001 && largest > 0.99 * limit, "\(example.initializer)")
            let ratio = deviation(numbers) / (limit / 3.0.squareRoot())
            #expect(abs(ratio - 1) < 0.05, "\(example.initializer)")
        }
    }

    @Test func normalOnes() {
        for example in Self.normal {
            let numbers = numbers(example.initializer)
            let wanted = example.square.squareRoot()
            #expect(abs(deviation(numbers) / wanted - 1) < 0.05, "\(example.initializer)")
            let largest = numbers.map(abs).max() ?? 0
            #expect((largest < 2.3 * wanted) == example.isCut, "\(example.initializer)")
        }
    }

    @Test func truncatedOnesEndAtTwoDeviations() {
        for (initializer, deviation) in [(Initializer.truncatedNormal(0.02), 0.02), (.truncatedNormal(1), 1)]
        {
            let largest = numbers(initializer).map(abs).max() ?? 0
            #expect(largest <= 2 * deviation && largest > 1.8 * deviation)
        }
    }

    @Test func constants() {
        #expect(Set(numbers(.constant(-0.25))) == [-0.25])
        #expect(Set(numbers(.zeros)) == [0])
        #expect(Set(numbers(.ones)) == [1])
    }

    @Test(arguments: [
        [6, 4], [4, 6], [2, 3, 5], [5, 5], [70, 130], [96, 40], [3, 33, 64], [256, 256],
    ]) func orthogonalRowsOrColumns(_ shape: [Int]) {
        let weights = Initializer.orthogonal.make(shape, fanIn: 1, fanOut: 1, RandomGenerator(seed: 3))
        let matrix = weights.reshaped([-1, shape[shape.count - 1]])
        let (rows, columns) = (matrix.shape[0], matrix.shape[1])
        let product =
            rows < columns
            ? matmul(matrix, matrix, transposeB: true) : matmul(matrix.transposed(), matrix)
        let distance = (product - .eye(min(rows, columns))).abs().max().item()
        #expect(distance < 1e-5)
    }

    /// The frameworks' own defaults, for each kind of weights.
    @Test func defaultsOfBothFrameworks() {
        #expect(numbers(.keras, for: .bias).allSatisfy { $0 == 0 })
        #expect(numbers(.keras, for: .state) == numbers(.orthogonal))
        #expect(numbers(.keras, for: .embedding) == numbers(.uniform(0.05)))
        #expect(numbers(.torch, for: .embedding) == numbers(.normal(1)))
        #expect(numbers(.torch, for: .bias) == numbers(.uniform(1 / 40.0.squareRoot())))
    }

    /// PyTorch counts a recurrent layer's units in all of its weights, and Keras has another rule for each.
    @Test func recurrentLayersOfBothFrameworks() throws {
        func largest(_ word: String) throws -> [Double] {
            let text = """
                {"type": "gru", "units": 64, "kernel_initializer": "\(word)", "recurrent_initializer": "\(word)",
                 "bias_initializer": "\(word)"}
                """
            let model = try Model(text: text, input: [3, 4], generator: RandomGenerator(seed: 1))
            return model.parameters.map { Double($0.value.abs().max().item()) }
        }
        for found in try largest("torch") { #expect(found <= 0.125 && found > 0.115) }
        let keras = try largest("keras")
        #expect(keras[0] <= (6 / (4 + 192.0)).squareRoot() && keras[2] == 0 && keras[3] == 0)
    }

    /// An LSTM's forget gate begins at 1 by Keras' rule, and by PyTorch's not, unless it is asked for.
    @Test(arguments: [
        ("keras", "", true), ("torch", "", false), ("torch", #", "unit_forget_bias": true"#, true),
    ])
    func forgetGates(_ word: String, _ more: String, _ isOne: Bool) throws {
        let model = try Model(
            text: #"{"type": "lstm", "units": 8, "bias_initializer": "\#(word)"\#(more)}"#, input: [3, 4],
            generator: RandomGenerator(seed: 1))
        let bias = try #require(model.namedParameters.first { $0.name.hasSuffix("bias") }).parameter.value
            .array
        #expect(bias[8..<16].allSatisfy { $0 == 1 } == isOne)
    }

    /// A convolution's outputs are counted as Keras and PyTorch count them: all filters, whatever the groups.
    @Test(
        arguments: [
            ("he_normal_out", 1, 576), ("he_normal_out", 16, 576), ("he_normal", 16, 18),
            ("glorot_normal", 16, 594),
        ] as [(String, Int, Int)]) func groupedConvolutions(_ word: String, _ groups: Int, _ fan: Int) throws
    {
        let model = try Model(
            text:
                #"{"type": "conv2d", "filters": 64, "groups": \#(groups), "kernel_initializer": "\#(word)"}"#,
            input: [5, 5, 32], generator: RandomGenerator(seed: 1))
        let found = deviation(model.parameters[0].value.array.map { Double($0) })
        #expect(abs(found / (2 / Double(fan)).squareRoot() - 1) < 0.05)
    }

    private struct Holder: Options {
        var start = Initializer.zeros
        static let fields: [Field<Self>] = [.init("start", \.start, "", .required)]
    }

    @Test(arguments: [
        (#""he_normal""#, Initializer.heNormal), (#""truncated_normal""#, .truncatedNormal(0.02)),
        (#"{"type": "constant", "value": 0.1}"#, .constant(0.1)),
        (#"{"type": "truncated_normal", "value": 0.3}"#, .truncatedNormal(0.3)),
        (#"{"type": "uniform", "value": 0.05}"#, .uniform(0.05)), (#""torch""#, .torch),
    ]) func json(_ text: String, _ expected: Initializer) throws {
        let found = try Holder.decode(text: #"{"start": \#(text)}"#)
        #expect(found.start == expected)
        #expect(try Holder.decode(text: found.json).start == expected)
    }

    @Test(arguments: [
        (#""he_norma""#, #"; did you mean "he_normal"?"#),
        (#"{"type": "normal", "value": -1}"#, "start.value: expected at least 0, found -1.0"),
        (#"{"type": "constant"}"#, "start.value: missing; expected a number from -1000000 to 1000000"),
    ]) func mistakes(_ text: String, _ message: String) {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try Holder.decode(text: #"{"start": \#(text)}"#)
        }
        #expect(error?.description.hasSuffix(message) == true, "\(error?.description ?? "")")
    }
}
