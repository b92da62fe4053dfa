import Configuration

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
            .yardstick, .recipeA, .cnn1d, .mlp, .efficientNet, .efficientNetCheckpointed, .encoder,
            .encoderInt8, .encoderInt8Error,
            .fineTuning,
            .fineTuningCheckpointed, .firstPrediction, .load, .features,
            .corpus,
            .operations,
        ]
        + OperationBench.all.map(Workload.init)
}

/// Named values in order, formatted as one line of JSON or as a table.
package struct Row: Sendable {
    private var fields: [JSONMember] = []

    package init() {}

    package mutating func add(_ key: String, _ value: String) { add(key, value.encode()) }
    package mutating func add(_ key: String, _ value: Int) { add(key, value.encode()) }
    package mutating func add(_ key: String, _ value: [Row]) {
        add(key, JSONValue(.list(value.map(\.json))))
    }

    /// Adds a number rounded to a number of decimals.
    package mutating func add(_ key: String, _ value: Double, digits: Int) {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        add(key, ((value * scale).rounded() / scale).encode())
    }

    package mutating func add(_ row: Row) { fields += row.fields }

    private mutating func add(_ key: String, _ value: JSONValue) { fields.append(JSONMember(key, value)) }

    /// The values as an object.
    package var json: JSONValue { JSONValue(.object(fields)) }

    /// One line per field; nested rows are a table with the keys of all rows as its header.
    package var table: String {
        let width = fields.map(\.key.count).max() ?? 0
        return fields.map { field in
            if let rows = field.value.elements { return Self.grid(rows) }
            let key = field.key + String(repeating: " ", count: width - field.key.count)
            return key + "  " + Self.plain(field.value)
        }.joined(separator: "\n")
    }

    private static func grid(_ rows: [JSONValue]) -> String {
        var keys: [String] = []
        for member in rows.flatMap({ $0.members ?? [] }) where !keys.contains(member.key) {
            keys.append(member.key)
        }
        let cells = rows.map { row in keys.map { row[$0].map(plain) ?? "" } }
        return TextTable([keys] + cells) { $0 > 0 }.lines.joined(separator: "\n")
    }

    private static func plain(_ value: JSONValue) -> String { value.text ?? value.line }
}
