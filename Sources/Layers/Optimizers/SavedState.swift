import Autograd

/// A saved state that does not fit: every name at once.
public struct StateError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Whose state it is.
    public let owner: String
    /// What is wrong, one name each.
    public let problems: [String]

    public var description: String {
        "the saved state does not fit \(owner):\n" + problems.map { "  " + $0 }.joined(separator: "\n")
    }

    /// The tensors of the expected names and shapes, in their order.
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
        problems += state.filter { !known.contains($0.0) }.map { "\($0.0): there is none of that name" }
        if !problems.isEmpty { throw StateError(owner: owner, problems: problems) }
        return tensors
    }
}

extension StateError {
    /// The counts that a tensor of `init(bits:)` holds.
    package static func counts(_ tensor: Tensor, _ name: String, owner: String) throws(StateError) -> [Int] {
        let counts = tensor.bits
        if let wrong = counts.first(where: { $0 > UInt64(mostCounted) }) {
            throw StateError(
                owner: owner, problems: ["\(name): found \(wrong), expected at most \(mostCounted)"])
        }
        return counts.map { Int($0) }
    }
}

extension Tensor {
    /// Numbers of 64 bits, each as four pieces of 16 bits, which any `Real` holds exactly: [count, 4].
    package init(bits: [UInt64]) {
        self.init(shape: [bits.count, 4]) { p in
            for (row, number) in bits.enumerated() {
                for piece in 0..<4 { p[4 * row + piece] = Real(number >> (16 * piece) & 0xffff) }
            }
        }
    }

    /// The numbers of `init(bits:)`. Pieces that are none count as 0.
    package var bits: [UInt64] {
        let pieces = array
        return (0..<shape[0]).map { row in
            (0..<4).reduce(0) { $0 | UInt64(UInt16(exactly: pieces[4 * row + $1]) ?? 0) << (16 * UInt64($1)) }
        }
    }
}
