import Configuration

/// A row of a manifest in any format.
struct ManifestRecord {
    struct Value {
        var name: String
        var text: String
        var place: Location
    }

    /// The values in the order of the file.
    var values: [Value]
    var place: Location
    /// The line that names the columns, if there is one.
    var header: Location?

    /// The value of a column; nil if there is none.
    subscript(name: String) -> Value? { values.first { $0.name == name } }

    /// Reads a file in the format of its extension.
    static func read(_ file: String) throws(ConfigurationError) -> [ManifestRecord] {
        let name = file.lowercased()
        if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") { return try jsonLines(file) }
        if name.hasSuffix(".json") { return try json(file) }
        if name.hasSuffix(".csv") || name.hasSuffix(".tsv") || name.hasSuffix(".txt") {
            let table = try CSVTable(contentsOf: file)
            return table.rows.map { row in
                ManifestRecord(
                    values: zip(table.columns, row).map { Value(name: $0, text: $1.text, place: $1.place) },
                    place: row[0].place, header: table.header)
            }
        }
        throw ConfigurationError(
            place: Location(source: file), "expected a name that ends in .csv, .tsv, .jsonl or .json")
    }

    private static func json(_ file: String) throws(ConfigurationError) -> [ManifestRecord] {
        let document = try JSONValue.parse(try JSONValue.bytes(of: file), source: file)
        guard let elements = document.elements else {
            throw ConfigurationError(place: document.place, "expected a list of objects")
        }
        return try records(elements.map { .success($0) })
    }

    private static func jsonLines(_ file: String) throws(ConfigurationError) -> [ManifestRecord] {
        let bytes = try JSONValue.bytes(of: file)
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let blank: [UInt8] = [0x20, 0x09, 0x0D]
        var results: [Result<JSONValue, ConfigurationError>] = []
        for (index, line) in lines.enumerated() where !line.allSatisfy(blank.contains) {
            do throws(ConfigurationError) {
                var value = try JSONValue.parse(Array(line), source: file)
                value.moveDown(index)
                results.append(.success(value))
            } catch {
                let moved = error.problems.map { problem in
                    var problem = problem
                    problem.place.line += index
                    return problem
                }
                results.append(.failure(ConfigurationError(moved)))
            }
        }
        return try records(results)
    }

    private static func records(
        _ results: [Result<JSONValue, ConfigurationError>]
    ) throws(ConfigurationError) -> [ManifestRecord] {
        var problems: [ConfigurationIssue] = []
        var records: [ManifestRecord] = []
        for result in results where problems.count < 20 {
            switch result {
            case .failure(let error): problems += error.problems
            case .success(let object):
                guard let members = object.members else {
                    problems.append(
                        ConfigurationIssue(
                            place: object.place,
                            message: "expected an object, found \(object.line.prefix(60))"))
                    continue
                }
                let values = members.filter { !$0.value.isNull }.map {
                    Value(name: $0.key, text: $0.value.text ?? $0.value.line, place: $0.value.place)
                }
                records.append(ManifestRecord(values: values, place: object.place))
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return records
    }
}

extension JSONValue {
    /// Moves the locations of a value and its members down by some lines.
    fileprivate mutating func moveDown(_ lines: Int) {
        place.line += lines
        switch content {
        case .list(var elements):
            for index in elements.indices { elements[index].moveDown(lines) }
            content = .list(elements)
        case .object(var members):
            for index in members.indices {
                members[index].place.line += lines
                members[index].value.moveDown(lines)
            }
            content = .object(members)
        default: break
        }
    }
}
