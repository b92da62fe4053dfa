/// An input shape that does not fit a layer.
public struct ShapeProblem: Error, CustomStringConvertible, Sendable, Equatable {
    /// The location of the layer, starting at the outermost: "layers[2]", "main".
    public var path: [String]
    /// The message: the mismatch, and what is expected.
    public var message: String

    /// Creates a problem; `inside` adds to `path`.
    public init(_ message: String, path: [String] = []) {
        self.message = message
        self.path = path
    }

    public var description: String { path.isEmpty ? message : path.joined(separator: ".") + ": " + message }

    /// Returns the same problem as seen from the enclosing layer.
    public func inside(_ name: String) -> ShapeProblem { ShapeProblem(message, path: [name] + path) }
}
