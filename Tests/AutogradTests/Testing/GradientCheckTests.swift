import Autograd
import AutogradTesting
import Testing

/// What the gradient check reports for operations with known errors.
@Suite struct GradientCheckTests {
    private static let x = Tensor([0.5, -1, 2, 3, -0.25, 1], shape: [2, 3])

    /// x * x with a given gradient rule.
    private static func square(
        _ x: Tensor, _ rule: @escaping @Sendable (_ x: Tensor, _ cotangent: Tensor) -> Tensor?
    ) -> Tensor {
        let value = x.detached
        return record("square_wrong", inputs: [x], output: value * value) { g, _ in [rule(value, g)] }
    }

    @Test func correctGradient() throws {
        let report = try checkGradient("square", at: [Self.x]) { Self.square($0[0]) { $0 * $1 * 2 } }
        #expect(report.isCorrect)
        #expect(report.checked == 6)
        #expect(report.wrong == 0)
        #expect("\(report)".contains("gradient of square: correct at all 6 elements"))
    }

    @Test func wrongFactor() {
        let report = #expect(throws: GradientReport.self) {
            try checkGradient("square", at: [Self.x]) { Self.square($0[0]) { $0 * $1 * 3 } }
        }
        #expect(report?.wrong == 6)
    }

    @Test func wrongElementIsReported() {
        let report = #expect(throws: GradientReport.self) {
            try checkGradient("square", at: [Self.x]) { x in
                Self.square(x[0]) { value, g in
                    var gradient = value * g * 2
                    gradient.modify { $0[5] += 0.5 }
                    return gradient
                }
            }
        }
        #expect(report?.wrong == 1)
        #expect(report?.worst?.input == 0)
        #expect(report?.worst?.index == [1, 2])
        #expect(abs((report?.worst?.error ?? 0) - 0.5) < 0.01)
        #expect(report?.description.contains("wrong at 1 of 6 elements") == true)
        #expect(report?.description.contains("input 0 at [1, 2]") == true)
    }

    @Test func missingGradient() {
        let report = #expect(throws: GradientReport.self) {
            try checkGradient(at: [Self.x]) { Self.square($0[0]) { _, _ in nil } }
        }
        #expect(report?.wrong == 6)
    }

    @Test(arguments: [Real.nan, .infinity, -.infinity])
    func notANumber(factor: Real) {
        let report = #expect(throws: GradientReport.self) {
            try checkGradient(at: [Self.x]) { Self.square($0[0]) { $0 * $1 * factor } }
        }
        #expect(report?.wrong == 6)
    }

    @Test func lostGradientOfSecondInput() {
        let report = #expect(throws: GradientReport.self) {
            try checkGradient(at: [Self.x, Self.x + 1]) { $0[0] * $0[1].detached }
        }
        #expect(report?.worst?.input == 1)
        #expect(report?.wrong == 6)
    }

    @Test func wrongShortcutForOneInput() {
        let report = #expect(throws: GradientReport.self) {
            try checkGradient(at: [Self.x, Self.x + 1]) { x in
                let (a, b) = (x[0].detached, x[1].detached)
                return record("short_cut", inputs: x, output: a * b) { g, wanted in
                    [g * b, wanted[0] ? g * a : g * a * 2]
                }
            }
        }
        #expect(report?.wrong == 0)
        #expect(report?.description.contains("input 1 has a different gradient if tracked alone") == true)
    }

    @Test func wrongShortcutForOneOutput() {
        let report = #expect(throws: GradientReport.self) {
            try checkGradient(at: [Self.x]) { x in
                let value = x[0].detached
                return record("short_cut", inputs: x, outputs: [value * 2, value * 3]) { g, _ in
                    guard let a = g[0], let b = g[1] else { return [.zeros(value.shape)] }
                    return [a * 2 + b * 3]
                }
            }
        }
        #expect(report?.wrong == 0)
        #expect(report?.description.contains("each output is used alone") == true)
    }

    @Test func unrecordedOperation() {
        let report = #expect(throws: GradientReport.self) {
            try checkGradient(at: [Self.x]) { $0[0].detached * 2 }
        }
        #expect(report?.problems == ["no output has history: the operation is not recorded"])
    }

    @Test func emptyInputs() throws {
        let report = try checkGradient(at: [.zeros([0, 3])]) { $0[0] * 2 }
        #expect(report.checked == 0)
        #expect(report.worst == nil)
    }

    @Test func tightToleranceFails() {
        #expect(throws: GradientReport.self) {
            try checkGradient(at: [Self.x], tolerance: 1e-4) {
                Self.square($0[0]) { $0 * $1 * 2.005 }
            }
        }
    }
}
