/// The mismatches between the weights in a file and a model, or between a saved state and an optimizer.
public struct WeightsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A summary of the mismatch, such as "a.safetensors: the weights do not fit the model".
    public let summary: String
    /// Names that the model has but the file does not.
    public var missing: [String] = []
    /// Names that the file has but the model does not.
    public var unexpected: [String] = []
    /// Tensors whose shape differs from the model's.
    public var misshapen: [(name: String, found: [Int], expected: [Int])] = []
    /// Layers that compute something else than those that the weights were trained with, and how to fix it.
    public var unlike: [(name: String, reason: String)] = []

    package init(summary: String) { self.summary = summary }
    init(file: String) { summary = "\(file): the weights do not fit the model" }
    init(stateOf owner: String) { summary = "the saved state does not fit \(owner)" }

    package var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty && misshapen.isEmpty && unlike.isEmpty }

    public var description: String {
        let lines =
            missing.map { "\($0): missing" } + unexpected.map { "\($0): not in the model" }
            + misshapen.map { "\($0.name): found shape \($0.found), expected \($0.expected)" }
            + unlike.map { "\($0.name): \($0.reason)" }
        return "\(summary):\n" + lines.map { "  " + $0 }.joined(separator: "\n")
    }

    /// Errors with the same text are equal.
    public static func == (a: WeightsError, b: WeightsError) -> Bool { a.description == b.description }
}
