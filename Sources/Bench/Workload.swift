/// A piece of work that `bench` knows by name. Model workloads and operations alike return one row of numbers, whose
/// keys are those that the scripts in Benchmarks/peers print.
package struct Workload: Sendable {
    package let name: String
    package let summary: String
    /// The number of examples at a time unless `--batch` says another; nil where the work has no batch.
    package let batch: Int?
    /// Does the work with the given batch and returns what it measured.
    package let measure: @Sendable (_ batch: Int?) throws -> Row

    /// Every workload, in the order of `bench --list`. A new one joins here.
    package static let all: [Workload] =
        [
            .yardstick, .recipeA, .cnn1d, .mlp, .efficientNet, .firstPrediction, .load, .features, .corpus,
            .operations,
        ]
        + OperationBench.all.map(Workload.init)
}

/// Names and values in order, printed as one line of JSON or as a table.
package struct Row: Sendable {
    private(set) var fields: [(key: String, value: Value)] = []

    package indirect enum Value: Sendable {
        case text(String), integer(Int), number(Double), rows([Row])
    }

    package init() {}

    package mutating func add(_ key: String, _ value: String) { fields.append((key, .text(value))) }
    package mutating func add(_ key: String, _ value: Int) { fields.append((key, .integer(value))) }
    package mutating func add(_ key: String, _ value: [Row]) { fields.append((key, .rows(value))) }

    /// A number, rounded to so many digits after the point.
    package mutating func add(_ key: String, _ value: Double, digits: Int) {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        fields.append((key, .number((value * scale).rounded() / scale)))
    }

    package mutating func add(_ row: Row) { fields += row.fields }

    package var json: String {
        "{" + fields.map { "\"\($0.key)\": \($0.value.json)" }.joined(separator: ", ") + "}"
    }

    /// One line a field; rows inside as a table with the keys of the first as its head.
    package var table: String {
        let width = fields.map(\.key.count).max() ?? 0
        return fields.map { key, value in
            if case .rows(let rows) = value { return Row.grid(rows) }
            return key + String(repeating: " ", count: width - key.count + 2) + value.plain
        }.joined(separator: "\n")
    }

    private static func grid(_ rows: [Row]) -> String {
        var keys: [String] = []
        for field in rows.flatMap(\.fields) where !keys.contains(field.key) { keys.append(field.key) }
        let cells = rows.map { row in
            keys.map { key in row.fields.first { $0.key == key }?.value.plain ?? "" }
        }
        let widths = keys.indices.map { i in max(keys[i].count, cells.map { $0[i].count }.max() ?? 0) }
        return ([keys] + cells).map { line in
            line.enumerated().map { i, cell in
                let padding = String(repeating: " ", count: widths[i] - cell.count)
                return i == 0 ? cell + padding : padding + cell
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

extension Row.Value {
    /// As people read it.
    package var plain: String {
        switch self {
        case .text(let text): text
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .rows(let rows): "\(rows.count) rows"
        }
    }

    package var json: String {
        switch self {
        case .text(let text):
            "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
        case .integer(let value): "\(value)"
        case .number(let value): value.isFinite ? "\(value)" : "null"
        case .rows(let rows): "[" + rows.map(\.json).joined(separator: ", ") + "]"
        }
    }
}
