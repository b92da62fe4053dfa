import Autograd
import Configuration

extension LayerSpec {
    /// Returns the names of the layer's parameters for an input shape. Initializers are replaced by zeros, which saves the
    /// time to draw initial weights.
    public func parameterNames(_ input: [Int]) throws(ShapeProblem) -> [String] {
        let quick = (try? Model.spec(Self.withZeros(encode()))) ?? self
        return try quick.make(input, RandomGenerator(seed: 0)).namedParameters.map(\.name)
    }

    /// Returns the options with all initializers replaced.
    private static func withZeros(_ json: JSONValue) -> JSONValue {
        if let elements = json.elements { return JSONValue(.list(elements.map(withZeros))) }
        guard let members = json.members else { return json }
        return JSONValue(
            .object(
                members.map {
                    JSONMember($0.key, $0.key.hasSuffix("initializer") ? "zeros" : withZeros($0.value))
                }))
    }
}
