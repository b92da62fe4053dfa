import Autograd
import Configuration

extension LayerSpec {
    /// Returns the names of the layer's parameters for an input shape.
    public func parameterNames(_ input: [Int]) throws(LayerError) -> [String] {
        try modelOfZeros(input).namedParameters.map(\.name)
    }

    /// Returns the names of the sublayers for an input shape.
    package func layerNames(_ input: [Int]) throws(LayerError) -> [String] {
        try modelOfZeros(input).namedLayers().map(\.name)
    }

    /// Returns a model whose initializers are replaced by zeros, which saves the time to draw initial weights.
    package func modelOfZeros(_ input: [Int]) throws(LayerError) -> Model {
        let quick = (try? Model.spec(Self.withZeros(encode()))) ?? self
        return try Model(quick, input: input, generator: RandomGenerator(seed: 0))
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
