/// A layer that cannot be used: an input shape that does not fit it, or a layer that cannot be streamed or exported.
public struct LayerError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The location of the layer, starting at the outermost: "layers[2]", "main".
    public var path: [String]
    /// The message: the mismatch, and what is expected or what to do.
    public var message: String

    /// Creates an error; `inside` adds to `path`.
    public init(_ message: String, path: [String] = []) {
        self.message = message
        self.path = path
    }

    /// Creates an error for a layer that cannot be exported.
    ///
    /// - Parameters:
    ///   - message: The reason.
    ///   - name: The prefix of the layer's parameter names, such as "3.body.0"; empty for the outermost layer.
    ///   - type: The layer's type.
    ///   - advice: What to do.
    package init(exporting name: String, type: String, _ message: String, advice: String) {
        self.init("\(message); \(advice)", path: [name.isEmpty ? type : "layer \(name) (\(type))"])
    }

    public var description: String { path.isEmpty ? message : path.joined(separator: ".") + ": " + message }

    /// Returns the same error as seen from the enclosing layer.
    public func inside(_ name: String) -> LayerError { LayerError(message, path: [name] + path) }
}
