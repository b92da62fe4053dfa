import Autograd
import AutogradTesting
import Configuration
import Foundation
import GoldenSupport
import Testing

/// What is wrong with a golden file or case.
struct GoldenProblem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// One group of golden files: what the cases are, and their tensors where it has any.
struct GoldenGroup {
    let json: JSONValue
    let tensors: SafeTensors?

    /// From the folder that the environment variable `GOLDEN` names, or `Tests/Golden`. A folder without the group tests
    /// nothing, which is a failure.
    init(_ name: String) throws {
        let folder = GoldenFiles.folder
        guard FileManager.default.fileExists(atPath: "\(folder)/\(name).json") else {
            throw GoldenProblem("there is no \(name).json in \(folder)")
        }
        let text = try String(contentsOfFile: "\(folder)/\(name).json", encoding: .utf8)
        json = try JSONValue.parse(text, source: "\(name).json")
        let path = "\(folder)/\(name).safetensors"
        tensors = FileManager.default.fileExists(atPath: path) ? try SafeTensors(contentsOf: path) : nil
    }

    /// The cases of a list; at least one.
    func cases(_ key: String) throws -> [JSONValue] {
        guard let cases = json[key]?.elements, !cases.isEmpty else {
            throw GoldenProblem("no list of \(key)")
        }
        return cases
    }

    func tensor(_ name: String) throws -> Tensor {
        guard let tensors else { throw GoldenProblem("the group has no tensors") }
        return try tensors.tensor(name)
    }

    func indices(_ name: String) throws -> Indices {
        guard let tensors else { throw GoldenProblem("the group has no tensors") }
        return try tensors.indices(name)
    }
}

extension JSONValue {
    /// Parts that a golden case must have.
    func text(_ key: String) throws -> String { try part(key, \.text) }
    func number(_ key: String) throws -> Double { try part(key, \.double) }
    func integer(_ key: String) throws -> Int { try part(key, \.integer) }
    func members(_ key: String) throws -> [JSONMember] { try part(key, \.members) }
    func numbers(_ key: String) throws -> [Double] { try part(key) { $0.elements?.compactMap(\.double) } }

    private func part<Value>(_ key: String, _ read: (JSONValue) -> Value?) throws -> Value {
        guard let value = self[key].flatMap(read) else {
            throw GoldenProblem("a case without \(key): \(self.line.prefix(200))")
        }
        return value
    }
}

/// Records where `|got - ref| <= tolerance * max(max|ref|, 0.001 M)` does not hold, M being the largest |ref| of all.
func compareGolden(_ found: [String: Tensor], _ expected: [String: Tensor], tolerance: Double, _ name: String)
{
    func largest(_ tensor: Tensor) -> Double { tensor.array.map { Double(abs($0)) }.max() ?? 0 }
    let largestOfAll = expected.values.map(largest).max() ?? 0
    #expect(Set(found.keys) == Set(expected.keys), "\(name)")
    for (key, reference) in expected.sorted(by: { $0.key < $1.key }) {
        guard let got = found[key] else { continue }
        let allowed = tolerance * max(largest(reference), 0.001 * largestOfAll)
        let difference = Closeness(relative: 0, absolute: allowed).difference(got, reference)
        #expect(difference == nil, "\(name): \(key)")
    }
}

/// The tolerance for a case in which PyTorch's own float32 has the given error.
func goldenTolerance(_ least: Double, _ float32Error: Double?) -> Double {
    Real.self == Double.self ? 1e-6 : max(least, 10 * (float32Error ?? 0))
}
