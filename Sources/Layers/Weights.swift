import Autograd

/// Weights that do not fit a model: every name at once.
public struct WeightsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The path of the file.
    public let file: String
    /// Names that the model has and the file lacks.
    public var missing: [String] = []
    /// Names that the file has and the model lacks.
    public var unexpected: [String] = []
    /// Tensors of another shape than the model's.
    public var misshapen: [(name: String, found: [Int], expected: [Int])] = []
    /// Layers that work otherwise than those that the weights were trained for, and what to do.
    public var unlike: [(name: String, reason: String)] = []

    var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty && misshapen.isEmpty && unlike.isEmpty }

    public var description: String {
        let lines =
            missing.map { "\($0): missing" } + unexpected.map { "\($0): the model has none of that name" }
            + misshapen.map { "\($0.name): found shape \($0.found), expected \($0.expected)" }
            + unlike.map { "\($0.name): \($0.reason)" }
        return "\(file): the weights do not fit the model:\n"
            + lines.map { "  " + $0 }.joined(separator: "\n")
    }

    /// Errors with the same text are equal.
    public static func == (a: WeightsError, b: WeightsError) -> Bool { a.description == b.description }
}

extension Layer {
    /// All that a model has learnt, by name: parameters, then buffers.
    public var namedTensors: [(String, Tensor)] {
        namedParameters.map { ($0.name, $0.parameter.value) }
            + namedBuffers.map { ($0.name, $0.buffer.value) }
    }

    /// Writes parameters and buffers as safetensors; the names are those of the structure.
    ///
    /// - Parameter metadata: free text by key.
    public func saveWeights(to path: String, metadata: [String: String] = [:]) throws {
        try SafeTensors.write(namedTensors, metadata: metadata, to: path)
    }

    /// Reads parameters and buffers from safetensors. Throws a `WeightsError` with every name that does not fit, and
    /// then changes nothing; a `FileError` where the file cannot be read.
    public func loadWeights(from path: String) throws {
        try loadWeights(SafeTensors(contentsOf: path), file: path)
    }

    /// The same from a file that is open.
    ///
    /// - Parameter prefix: what stands before the names in the file; other tensors there are left alone if it is not
    ///   empty.
    public func loadWeights(_ tensors: SafeTensors, file: String, prefix: String = "") throws {
        let (parameters, buffers) = (namedParameters, namedBuffers)
        let shapes =
            parameters.map { ($0.name, $0.parameter.shape) } + buffers.map { ($0.name, $0.buffer.shape) }
        var problem = WeightsError(file: file)
        for (name, shape) in shapes {
            guard tensors.contains(prefix + name) else {
                problem.missing.append(prefix + name)
                continue
            }
            let found = try tensors.entry(prefix + name).shape
            if found != shape { problem.misshapen.append((prefix + name, found, shape)) }
        }
        let known = Set(shapes.map { prefix + $0.0 })
        problem.unexpected = tensors.names.filter { $0.hasPrefix(prefix) && !known.contains($0) }
        guard problem.isEmpty else { throw problem }
        for (name, parameter) in parameters { parameter.value = try tensors.tensor(prefix + name) }
        for (name, buffer) in buffers { buffer.value = try tensors.tensor(prefix + name) }
    }
}
