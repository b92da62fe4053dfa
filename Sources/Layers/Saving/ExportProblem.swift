/// The reason why a model cannot be exported: the layer, the problem and the remedy.
public struct ExportProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The layer, by the prefix of its parameters' names, such as "3.body.0"; empty for the whole model.
    public let path: String
    /// The layer's type; empty for the whole model.
    public let type: String
    /// The problem.
    public let message: String
    /// The remedy.
    public let advice: String

    /// Creates a problem with a layer, or with the whole model.
    public init(_ message: String, path: String = "", type: String = "", advice: String) {
        (self.path, self.type, self.message, self.advice) = (path, type, message, advice)
    }

    /// The problem in one line.
    public var description: String {
        let place = type.isEmpty ? "model" : path.isEmpty ? "\(type)" : "layer \(path) (\(type))"
        return "\(place): \(message); \(advice)"
    }
}
