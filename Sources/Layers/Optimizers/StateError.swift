import Autograd

/// The mismatches between a saved state and its owner.
public struct StateError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The owner of the state.
    public let owner: String
    /// The problems, one per name.
    public let problems: [String]

    public var description: String {
        "the saved state does not fit \(owner):\n" + problems.map { "  " + $0 }.joined(separator: "\n")
    }

    /// Returns the tensors in the order of the expected names. Throws if a name or shape does not match.
    package static func check(
        _ state: [(String, Tensor)], _ expected: [(String, [Int])], owner: String
    ) throws(StateError) -> [Tensor] {
        let byName = Dictionary(state, uniquingKeysWith: { first, _ in first })
        var problems: [String] = []
        var tensors: [Tensor] = []
        for (name, shape) in expected {
            guard let tensor = byName[name] else {
                problems.append("\(name): missing")
                continue
            }
            if tensor.shape != shape {
                problems.append("\(name): found shape \(tensor.shape), expected \(shape)")
            }
            tensors.append(tensor)
        }
        let known = Set(expected.map(\.0))
        problems += state.filter { !known.contains($0.0) }.map { "\($0.0): unexpected" }
        if !problems.isEmpty { throw StateError(owner: owner, problems: problems) }
        return tensors
    }
}

extension StateError {
    /// Returns the counts in a tensor of `init(bits:)`.
    package static func counts(_ tensor: Tensor, _ name: String, owner: String) throws(StateError) -> [Int] {
        let counts = tensor.bits
        if let wrong = counts.first(where: { $0 > UInt64(mostCounted) }) {
            throw StateError(
                owner: owner, problems: ["\(name): found \(wrong), expected at most \(mostCounted)"])
        }
        return counts.map { Int($0) }
    }
}
