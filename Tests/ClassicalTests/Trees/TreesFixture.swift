import Autograd
import Classical
import Foundation
import GoldenSupport

/// A fixture file: tensors, and what the reference computed from them.
struct TreesFixture {
    let tensors: SafeTensors
    private let text: Data

    /// Opens `name.json` and `name.safetensors` in a folder, which is that of the fixtures by default.
    init(_ name: String, folder: String? = nil) throws {
        let folder = folder ?? Self.folder("../Fixtures")
        tensors = try SafeTensors(contentsOf: "\(folder)/\(name).safetensors")
        text = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name).json"))
    }

    /// The golden group: from the folder that the environment variable `GOLDEN` names, or `Tests/Golden`.
    static func golden() throws -> TreesFixture {
        try TreesFixture("classical", folder: GoldenFiles.folder)
    }

    static func folder(_ path: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(path)
            .standardizedFileURL.path
    }

    func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: text)
    }

    func matrix(_ name: String) throws -> Matrix {
        let tensor = try tensors.tensor(name)
        return Matrix(
            rows: tensor.shape.first ?? 1, columns: tensor.shape.dropFirst().reduce(1, *),
            values: tensor.array.map { Double($0) })
    }

    func values(_ name: String) throws -> [Double] { try matrix(name).values }

    func labels(_ name: String) throws -> [Int] { try tensors.indices(name).values }
}

/// A tree of scikit-learn in depth-first order.
struct ReferenceTree: Decodable {
    var left: [Int]
    var right: [Int]
    var feature: [Int]
    var threshold: [Double]
    var value: [[Double]]
}

extension TreeEnsemble {
    /// Returns what differs first from a tree of scikit-learn, or nil.
    func difference(from tree: ReferenceTree) -> String? {
        let nodes = nodes(ofTree: 0)
        guard nodes.count == tree.left.count else { return "\(nodes.count) nodes, not \(tree.left.count)" }
        for (i, node) in nodes.enumerated() {
            guard node.left == tree.left[i], node.right == tree.right[i] else { return "children of \(i)" }
            guard let feature = node.feature else {
                let error = zip(node.values, tree.value[i]).map { abs($0 - $1) }.max() ?? 1
                if error > 1e-9 { return "values of \(i): \(node.values), not \(tree.value[i])" }
                continue
            }
            guard feature == tree.feature[i] else { return "feature of \(i)" }
            guard abs(Double(node.threshold) - tree.threshold[i]) <= 1e-6 * abs(tree.threshold[i]) else {
                return "threshold of \(i): \(node.threshold), not \(tree.threshold[i])"
            }
        }
        return nil
    }
}

extension Matrix {
    /// The column of the largest value of each row.
    var largest: [Int] {
        (0..<rows).map { row in
            (0..<columns).max { self[row, $0] < self[row, $1] || (self[row, $0] == self[row, $1] && $0 > $1) }
                ?? 0
        }
    }
}

/// The share of equal elements.
func accuracy(_ found: [Int], _ expected: [Int]) -> Double {
    Double(zip(found, expected).count { $0 == $1 }) / Double(expected.count)
}
