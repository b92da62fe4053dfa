import Autograd

extension WeightsError {
    /// Returns the tensors of a saved state in the order of the expected names. Throws if a name or shape does not match.
    package static func check(
        _ state: [(String, Tensor)], _ expected: [(String, [Int])], owner: String
    ) throws(WeightsError) -> [Tensor] {
        let byName = Dictionary(state, uniquingKeysWith: { first, _ in first })
        var problem = WeightsError(stateOf: owner)
        var tensors: [Tensor] = []
        for (name, shape) in expected {
            guard let tensor = byName[name] else {
                problem.missing.append(name)
                continue
            }
            if tensor.shape != shape { problem.misshapen.append((name, tensor.shape, shape)) }
            tensors.append(tensor)
        }
        let known = Set(expected.map(\.0))
        problem.unexpected = state.map(\.0).filter { !known.contains($0) }
        guard problem.isEmpty else { throw problem }
        return tensors
    }

    /// Returns the counts in a tensor of `init(bits:)`.
    package static func counts(
        _ tensor: Tensor, _ name: String, owner: String
    ) throws(WeightsError) -> [Int] {
        let counts = tensor.bits
        if let wrong = counts.first(where: { $0 > UInt64(mostCounted) }) {
            var problem = WeightsError(stateOf: owner)
            problem.unlike = [(name, "found \(wrong), expected at most \(mostCounted)")]
            throw problem
        }
        return counts.map { Int($0) }
    }
}
