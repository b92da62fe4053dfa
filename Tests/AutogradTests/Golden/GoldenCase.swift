import Autograd
import Foundation
import GoldenSupport
import Testing

/// One case of a golden group: an operation, its attributes and inputs, and what must come out.
struct GoldenCase: Sendable, CustomTestStringConvertible {
    let group: String
    let name: String
    /// The operation, with each number that stands alone replaced by `#`: `squeeze(#) of x, unsqueeze(#)`.
    let operation: String
    /// Those numbers.
    let numbers: [Double]
    let params: [String: JSONValue]
    let inputs: [String: GoldenTensor]
    let outputs: [String: GoldenTensor]
    let cotangents: [String: GoldenTensor]
    let gradients: [String: GoldenTensor]
    /// What PyTorch's own float32 got.
    let outputError: Double
    let gradientError: Double

    var testDescription: String { "\(group)/\(name)" }

    init(group: String, _ row: JSONValue, _ tensors: GoldenTensors) throws {
        guard let row = row.object, let name = row["name"]?.string, let op = row["op"]?.string else {
            throw GoldenError("\(group).json: a case without name or op")
        }
        func section(_ section: String) throws -> [String: GoldenTensor] {
            guard let names = row[section]?.object?.keys else {
                throw GoldenError("\(group).json: case \(name) has no section \(section)")
            }
            var result: [String: GoldenTensor] = [:]
            for key in names {
                guard let tensor = tensors.byName["\(name)/\(section)/\(key)"] else {
                    throw GoldenError("\(group).safetensors: no tensor \(name)/\(section)/\(key)")
                }
                result[key] = tensor
            }
            return result
        }
        self.group = group
        self.name = name
        (operation, numbers) = Self.split(op)
        params = row["params"]?.object ?? [:]
        inputs = try section("in")
        outputs = try section("out")
        cotangents = try section("cot")
        gradients = try section("grad")
        let errors = row["torch_float32_error"]?.object
        outputError = errors?["out"]?.number ?? 0
        gradientError = errors?["grad"]?.number ?? 0
    }

    private static func split(_ op: String) -> (String, [Double]) {
        var numbers: [Double] = []
        // A digit beside a letter belongs to a name (`conv1d`, `l2`), and is left alone.
        let text = op.replacing(/[A-Za-z0-9_.]+/) { word -> String in
            guard let number = Double(word.output) else { return String(word.output) }
            numbers.append(number)
            return "#"
        }
        return (text, numbers)
    }
}

/// The folder of golden files: the one that the environment variable `GOLDEN` names, or `Tests/Golden`.
struct GoldenFolder: Sendable {
    let cases: [GoldenCase]
    /// Groups with a file here that no table of operations covers.
    let notCovered: [String]
    /// Files that could not be read.
    let problems: [String]

    static let current = GoldenFolder(url: URL(fileURLWithPath: GoldenFiles.folder))

    private init(url: URL) {
        var cases: [GoldenCase] = []
        var notCovered: [String] = []
        var problems: [String] = []
        do {
            let files = try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
            for file in files where file.hasSuffix(".json") && file != "MANIFEST.json" {
                let group = String(file.dropLast(5))
                guard GoldenOperation.groups[group] != nil else {
                    if !GoldenOperation.elsewhere.contains(group) { notCovered.append(group) }
                    continue
                }
                do {
                    cases += try Self.read(group, in: url)
                } catch {
                    problems.append("\(error)")
                }
            }
            if cases.isEmpty { problems.append("\(url.path): no golden cases") }
        } catch {
            problems.append("\(error)")
        }
        self.cases = cases
        self.notCovered = notCovered
        self.problems = problems
    }

    private static func read(_ group: String, in folder: URL) throws -> [GoldenCase] {
        let data = try Data(contentsOf: folder.appendingPathComponent("\(group).json"))
        guard let rows = try JSONDecoder().decode(JSONValue.self, from: data).object?["cases"]?.array else {
            throw GoldenError("\(group).json: no list of cases")
        }
        let tensors = try GoldenTensors(contentsOf: folder.appendingPathComponent("\(group).safetensors"))
        return try rows.map { try GoldenCase(group: group, $0, tensors) }
    }
}
