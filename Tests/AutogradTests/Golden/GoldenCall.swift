import Autograd

/// What an entry of the table of operations gets: the tensors and attributes of a case.
struct GoldenCall {
    let goldenCase: GoldenCase
    /// Inputs that have a gradient; the others are constants.
    let parameters: [String: Parameter]

    init(_ goldenCase: GoldenCase) {
        self.goldenCase = goldenCase
        var parameters: [String: Parameter] = [:]
        for name in goldenCase.gradients.keys {
            if let input = goldenCase.inputs[name] { parameters[name] = Parameter(input.tensor) }
        }
        self.parameters = parameters
    }

    /// Whether the case has an input of this name.
    func has(_ name: String) -> Bool { goldenCase.inputs[name] != nil }

    /// An input as the start of a graph.
    func callAsFunction(_ name: String) throws -> Tensor {
        if let parameter = parameters[name] { return parameter.tensor }
        return try input(name).tensor
    }

    /// An input that may be absent.
    func optional(_ name: String) throws -> Tensor? { has(name) ? try self(name) : nil }

    func indices(_ name: String) throws -> Indices {
        let input = try input(name)
        return Indices(input.values.map { Int($0) }, shape: input.shape)
    }

    /// The names of the inputs, sorted.
    var names: [String] { goldenCase.inputs.keys.sorted() }

    private func input(_ name: String) throws -> GoldenTensor {
        guard let input = goldenCase.inputs[name] else {
            throw GoldenError("\(goldenCase.testDescription): no input \(name)")
        }
        return input
    }

    func int(_ name: String) throws -> Int { try param(name, \.int) }
    func real(_ name: String) throws -> Real { Real(try param(name, \.number)) }
    func bool(_ name: String, default value: Bool? = nil) throws -> Bool {
        if let value, goldenCase.params[name] == nil { return value }
        return try param(name, \.bool)
    }
    func string(_ name: String) throws -> String { try param(name, \.string) }

    /// A list of integers; one number alone counts as a list of `repeating` equal ones.
    func ints(_ name: String, repeating: Int = 1) throws -> [Int] {
        try param(name) { value in
            if let single = value.int { return Array(repeating: single, count: repeating) }
            let list = value.array?.compactMap(\.int)
            return list?.count == value.array?.count ? list : nil
        }
    }

    /// Number `index` of those in the operation's name.
    func number(_ index: Int) throws -> Double {
        guard goldenCase.numbers.indices.contains(index) else {
            throw GoldenError("\(goldenCase.testDescription): the operation's name has no number \(index)")
        }
        return goldenCase.numbers[index]
    }

    private func param<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws -> Value {
        guard let value = goldenCase.params[name].flatMap(read) else {
            throw GoldenError("\(goldenCase.testDescription): no attribute \(name) of the expected kind")
        }
        return value
    }
}

extension GoldenTensor {
    var tensor: Tensor {
        Tensor(shape: shape) { p in for (i, value) in values.enumerated() { p[i] = Real(value) } }
    }
}

extension Indices {
    /// The numbers as a tensor, to be compared.
    var tensor: Tensor {
        Tensor(shape: shape) { p in for (i, value) in values.enumerated() { p[i] = Real(value) } }
    }
}
