import Autograd
import Foundation
import Testing

/// Unary functions against the C library in double precision.
@Suite struct ElementwiseTests {
    struct Function: Sendable, CustomTestStringConvertible {
        let name: String
        /// The allowed error in units in the last place, for normal numbers.
        let units: Double
        let ours: @Sendable (Tensor) -> Tensor
        let reference: @Sendable (Double) -> Double
        /// The allowed absolute error, where the relative error is not bounded.
        var absolute = 0.0

        var testDescription: String { name }
    }

    static let functions: [Function] = [
        .init(name: "exp", units: 3, ours: { $0.exp() }, reference: { exp($0) }),
        .init(name: "log", units: 3, ours: { $0.log() }, reference: { log($0) }),
        .init(name: "log1p", units: 3, ours: { $0.log1p() }, reference: { log1p($0) }),
        .init(name: "sqrt", units: 1, ours: { $0.sqrt() }, reference: { $0.squareRoot() }),
        .init(name: "rsqrt", units: 3, ours: { $0.rsqrt() }, reference: { 1 / $0.squareRoot() }),
        .init(name: "reciprocal", units: 1, ours: { $0.reciprocal() }, reference: { 1 / $0 }),
        .init(name: "sin", units: 3, ours: { $0.sin() }, reference: { sin($0) }),
        .init(name: "cos", units: 3, ours: { $0.cos() }, reference: { cos($0) }),
        .init(name: "erf", units: 3, ours: { $0.erf() }, reference: { erf($0) }),
        .init(name: "tanh", units: 3, ours: { $0.tanh() }, reference: { tanh($0) }),
        .init(
            name: "sigmoid", units: 3, ours: { $0.sigmoid() },
            reference: { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) }),
        .init(
            name: "logSigmoid", units: 3, ours: { $0.logSigmoid() },
            reference: { $0 < 0 ? $0 - log1p(exp($0)) : -log1p(exp(-$0)) }),
        .init(
            name: "softplus", units: 3, ours: { $0.softplus() },
            reference: { $0 > 0 ? $0 + log1p(exp(-$0)) : log1p(exp($0)) }),
        .init(name: "elu", units: 3, ours: { $0.elu() }, reference: { $0 > 0 ? $0 : expm1($0) }),
        .init(name: "relu", units: 0, ours: { $0.relu() }, reference: { $0.isNaN ? $0 : max($0, 0) }),
        .init(
            name: "leakyRelu", units: 1, ours: { $0.leakyRelu(slope: 0.25) },
            reference: { $0 > 0 ? $0 : 0.25 * $0 }),
        .init(
            name: "silu", units: 4, ours: { $0.silu() },
            reference: { $0 < -1000 ? -0.0 : $0 < 0 ? $0 * exp($0) / (1 + exp($0)) : $0 / (1 + exp(-$0)) },
            absolute: 1e-30),
        .init(
            name: "gelu", units: 4, ours: { $0.gelu() },
            reference: {
                $0 < -50 ? -0.0 : 0.5 * min($0, 50) * erfc(-$0 * 0.5.squareRoot()) + max($0 - 50, 0)
            },
            absolute: 1e-7),
        .init(
            name: "gelu by tanh", units: 4, ours: { $0.gelu(approximate: true) },
            reference: { x in
                let inner = 0.7978845608028654 * (x + 0.044715 * x * x * x)
                return x < -50 ? -0.0 : x > 50 ? x : x / (1 + exp(-2 * inner))
            }, absolute: 3e-7),
        .init(name: "pow 2.5", units: 3, ours: { $0.pow(2.5) }, reference: { pow($0, 2.5) }),
        .init(name: "pow -3", units: 3, ours: { $0.pow(-3) }, reference: { pow($0, -3) }),
    ]

    /// Values of every magnitude and sign, including special ones.
    static let inputs: [Real] = {
        var result: [Real] = [
            0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
            .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1e6, -1e6, 1.5e6,
            88.7, 88.8, -87.3,
            -103.9, -104.1, 709.7, 709.9, 0.34, -0.34, 0.625, 0.93,
        ]
        for i in 0..<6000 {
            let size = Real(
                sign: .plus, exponent: i % 120 - 90, significand: 1 + Real(i * 7919 % 6007) / 6007)
            result += [size, -size, Real(i) / 100 - 30]
        }
        return result
    }()

    @Test(arguments: functions) func meetsErrorBound(_ function: Function) {
        let inputs = ElementwiseTests.inputs
        let results = function.ours(Tensor(inputs)).array
        for (x, y) in zip(inputs, results) {
            let expected = function.reference(Double(x))
            let rounded = Real(expected)
            if rounded.isNaN {
                #expect(y.isNaN, "\(function.name)(\(x)) = \(y), expected \(rounded)")
                continue
            }
            if rounded.isInfinite || y == rounded {
                #expect(y == rounded, "\(function.name)(\(x)) = \(y), expected \(rounded)")
                continue
            }
            let error = Swift.abs(Double(y) - expected)
            // With the trait Double, the reference itself is rounded.
            let units = function.units + (Real.self == Double.self ? 4 : 0)
            let allowed = Swift.max(
                units * Double(Swift.max(rounded.ulp, Real.leastNormalMagnitude.ulp)), function.absolute)
            #expect(error <= allowed, "\(function.name)(\(x)) = \(y), expected \(rounded)")
        }
    }

    @Test func specialPowers() {
        let special: [Real] = [
            0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, .infinity, -.infinity, .nan, 16_777_215, -2.5,
        ]
        for x in special {
            let result = pow(Tensor(x), Tensor(special)).array
            for (y, z) in zip(special, result) {
                let expected = Real(Foundation.pow(Double(x), Double(y)))
                #expect(
                    z == expected && z.sign == expected.sign || z.isNaN && expected.isNaN
                        || Swift.abs(z - expected) <= 1e-6 * Swift.abs(expected),
                    "pow(\(x), \(y)) = \(z), expected \(expected)")
            }
        }
    }

    @Test func gradientsAreFiniteForHugeInputs() throws {
        let values: [Real] = [-1e30, -1e4, -800, -100, -20, 0, 20, 100, 800, 1e4, 1e30]
        let functions: [(String, @Sendable (Tensor) -> Tensor)] = [
            ("tanh", { $0.tanh() }), ("sigmoid", { $0.sigmoid() }), ("gelu", { $0.gelu() }),
            ("silu", { $0.silu() }),
            ("gelu by tanh", { $0.gelu(approximate: true) }), ("softplus", { $0.softplus() }),
            ("elu", { $0.elu() }),
            ("logSigmoid", { $0.logSigmoid() }), ("erf", { $0.erf() }), ("sin", { $0.sin() }),
            ("clip", { $0.clipped(max: 1) }),
        ]
        for (name, function) in functions {
            let x = Parameter(Tensor(values))
            let y = function(x.tensor)
            let gradient = try #require(y.backward(.ones(y.shape))[x])
            #expect(
                y.array.allSatisfy { $0.isFinite } && gradient.array.allSatisfy { $0.isFinite }, "\(name)")
        }
    }

    @Test func clipKeepsNaN() {
        let x = Tensor([-2, 0.5, 3, .nan])
        let y = x.clipped(min: -1, max: 1).array
        #expect(Array(y[..<3]) == [-1, 0.5, 1] && y[3].isNaN)
        #expect(x.sign().array[..<3] == [-1, 1, 1])
    }

    @Test func longTensorsAreConsistentAcrossChunks() {
        let x = Tensor.uniform([100_003], -3, 3, using: RandomGenerator(seed: 3))
        let whole = x.tanh().array
        let parts = x.array.map { Tensor($0).tanh().item() }
        #expect(whole == parts)
    }
}
