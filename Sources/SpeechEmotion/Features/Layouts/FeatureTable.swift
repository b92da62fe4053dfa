import Autograd
import Configuration
import Foundation
import Synchronization

/// A table of features in memory.
final class FeatureTable: Sendable {
    /// The shape of one row: [values] or [frames, channels].
    let shape: [Int]
    /// The names of the values of the last axis.
    let names: [String]
    private let file: String
    private let values: [Float]
    private let lengths: [Int]?
    private let index: NameIndex

    /// Returns the features of a clip, which the table may name by id, by path or by file name.
    func features(ofClip id: String) throws -> Features {
        guard let row = index.find(id) else {
            throw InputError(
                "the clip \"\(id)\"", found: "no row in \(file)",
                allowed:
                    "a table with a row for each clip; or select clips of the table with \"include\" in \"data\""
            )
        }
        let size = shape.reduce(1, *)
        let own = Array(values[row * size..<(row + 1) * size])
        if let place = own.firstIndex(where: { !$0.isFinite }) {
            throw InputError(
                "the clip \"\(id)\"",
                found: "\(own[place]) in \(file), \"\(names[place % names.count])\"",
                allowed: "finite values")
        }
        return Features(shape: shape, values: own, length: shape.count == 2 ? lengths?[row] ?? shape[0] : nil)
    }

    /// The tables that were read, with the state of their file.
    private static let known = Mutex<[String: (changed: Date?, table: FeatureTable)]>([:])

    /// Returns the table of a layout, which is read once unless the file changes.
    static func of(_ layout: TableLayout) throws -> FeatureTable {
        let key = layout.encode().line
        let changed =
            try? FileManager.default.attributesOfItem(atPath: layout.file)[.modificationDate] as? Date
        if let found = known.withLock({ $0[key] }), found.changed == changed { return found.table }
        let table =
            try layout.file.hasSuffix(".npy") ? FeatureTable(array: layout) : FeatureTable(csv: layout)
        known.withLock { $0[key] = (changed, table) }
        return table
    }

    private init(array layout: TableLayout) throws {
        let tensor = try Npy.read(layout.file)
        guard tensor.rank == 2 || tensor.rank == 3, !tensor.shape.contains(0) else {
            throw FileError(
                file: layout.file, place: "shape", found: "\(tensor.shape)",
                allowed: "[clips, values] or [clips, frames, channels]")
        }
        let base = String(layout.file.dropLast(4))
        let list = layout.clips ?? base + ".csv"
        let ids = try Self.clips(of: CSVTable(contentsOf: list), layout.column, file: list)
        guard ids.count == tensor.shape[0] else {
            throw FileError(
                file: list, place: "rows", found: "\(ids.count)",
                allowed: "\(tensor.shape[0]), one per row of \(layout.file)")
        }
        file = layout.file
        shape = Array(tensor.shape.dropFirst())
        names = (0..<(shape.last ?? 0)).map { "value_\($0)" }
        values = tensor.array.map { Float($0) }
        lengths = try tensor.rank == 3 ? Self.lengths(base + ".lengths.npy", ids.count, most: shape[0]) : nil
        index = try NameIndex(unique: ids, file: list)
    }

    private init(csv layout: TableLayout) throws {
        let table = try CSVTable(contentsOf: layout.file)
        let ids = try Self.clips(of: table, layout.column, file: layout.file)
        let columns = try Self.columns(of: table, layout)
        var values: [Float] = []
        values.reserveCapacity(ids.count * columns.count)
        for row in table.rows {
            for column in columns {
                let field = row[column]
                guard let value = Float(field.text.trimmed) else {
                    throw ConfigurationError(
                        place: field.place, path: JSONPath(),
                        "found \"\(field.text.prefix(40))\" in the column \"\(table.columns[column])\", expected a number; list the column in \"exclude\" if it is not a feature"
                    )
                }
                values.append(value)
            }
        }
        file = layout.file
        shape = [columns.count]
        names = columns.map { table.columns[$0] }
        self.values = values
        lengths = nil
        index = try NameIndex(unique: ids, file: layout.file)
    }

    private static func clips(of table: CSVTable, _ name: String, file: String) throws -> [String] {
        guard let column = table.column(name) else {
            throw FileError(
                file: file, place: "line 1", found: "no column \"\(name)\"",
                allowed: "one of \(table.columns.listed(20)), named by \"column\"")
        }
        return table.rows.map { $0[column].text.trimmed }
    }

    /// Names of columns that usually hold no features. They must be selected or excluded explicitly, so that no label or speaker
    /// becomes a feature by accident.
    private static let metadata: Set = [
        "path", "file", "name", "id", "label", "class", "emotion", "target", "speaker", "fold", "split",
        "gender", "sex", "age", "start", "end", "corpus", "subset",
    ]

    private static func columns(of table: CSVTable, _ layout: TableLayout) throws -> [Int] {
        for name in (layout.columns ?? []) + layout.exclude where table.column(name) == nil {
            throw FileError(
                file: layout.file, place: "line 1", found: "no column \"\(name)\"",
                allowed: table.columns.listed(20))
        }
        if let columns = layout.columns { return columns.compactMap(table.column) }
        let rest = table.columns.indices.filter {
            table.columns[$0] != layout.column && !layout.exclude.contains(table.columns[$0])
        }
        if let column = rest.first(where: { metadata.contains(table.columns[$0].lowercased()) }) {
            throw FileError(
                file: layout.file, place: "line 1",
                found: "the column \"\(table.columns[column])\", which usually is not a feature",
                allowed: "a list of such columns in \"exclude\", or of all features in \"columns\"")
        }
        guard !rest.isEmpty else {
            throw FileError(
                file: layout.file, place: "line 1", found: "no column with features", allowed: "at least one")
        }
        return rest
    }

    private static func lengths(_ file: String, _ count: Int, most: Int) throws -> [Int]? {
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        let lengths = try Npy.readIndices(file).values
        guard lengths.count == count, lengths.allSatisfy({ (0...most).contains($0) }) else {
            throw FileError(
                file: file, place: "values", found: "\(lengths.count) lengths up to \(lengths.max() ?? 0)",
                allowed: "\(count) lengths of 0 to \(most) frames")
        }
        return lengths
    }
}
