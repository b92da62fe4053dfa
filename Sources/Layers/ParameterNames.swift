import Autograd
import Configuration

extension LayerSpec {
    /// The names of the parameters that the layer has for an input, without the time that it takes to draw first weights
    /// where the options say how these begin: zeros take none, and no name depends on them.
    public func parameterNames(_ input: [Int]) throws(ShapeProblem) -> [String] {
        let quick = (try? Model.spec(Self.withZeros(encode()))) ?? self
        return try quick.make(input, RandomGenerator(seed: 0)).namedParameters.map(\.name)
    }

    /// The options with every initialiser in them replaced.
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
