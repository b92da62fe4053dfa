/// A model that cannot be exported: where in it, what is the matter and what to do.
public struct ExportProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The layer, by the name that its weights begin with, such as "3.body.0"; empty for the whole model.
    public let path: String
    /// The layer's type in a config; empty for the whole model.
    public let type: String
    /// What was found.
    public let message: String
    /// What to do.
    public let advice: String

    /// A problem with a layer, or with the whole model.
    public init(_ message: String, path: String = "", type: String = "", advice: String) {
        (self.path, self.type, self.message, self.advice) = (path, type, message, advice)
    }

    /// All of it in one line.
    public var description: String {
        let place = type.isEmpty ? "model" : path.isEmpty ? "\(type)" : "layer \(path) (\(type))"
        return "\(place): \(message); \(advice)"
    }
}
