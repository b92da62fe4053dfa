/// A named benchmark. It returns one row of measurements, with the same keys as the scripts in Benchmarks/peers.
package struct Workload: Sendable {
    package let name: String
    package let summary: String
    /// The default batch size; nil if there is none.
    package let batch: Int?
    /// Runs the benchmark with the given batch size.
    package let measure: @Sendable (_ batch: Int?) throws -> Row

    /// All workloads, in the order of `bench --list`.
    package static let all: [Workload] =
        [
            .yardstick, .recipeA, .cnn1d, .mlp, .efficientNet, .firstPrediction, .load, .features, .corpus,
            .operations,
        ]
        + OperationBench.all.map(Workload.init)
}

/// Named values in order, formatted as one line of JSON or as a table.
package struct Row: Sendable {
    private(set) var fields: [(key: String, value: Value)] = []

    package indirect enum Value: Sendable {
        case text(String), integer(Int), number(Double), rows([Row])
    }

    package init() {}

    package mutating func add(_ key: String, _ value: String) { fields.append((key, .text(value))) }
    package mutating func add(_ key: String, _ value: Int) { fields.append((key, .integer(value))) }
    package mutating func add(_ key: String, _ value: [Row]) { fields.append((key, .rows(value))) }

    /// Adds a number rounded to a number of decimals.
    package mutating func add(_ key: String, _ value: Double, digits: Int) {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        fields.append((key, .number((value * scale).rounded() / scale)))
    }

    package mutating func add(_ row: Row) { fields += row.fields }

    package var json: String {
        "{" + fields.map { "\"\($0.key)\": \($0.value.json)" }.joined(separator: ", ") + "}"
    }

    /// One line per field; nested rows are a table with the keys of the first row as its header.
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
    /// The value as plain text.
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
