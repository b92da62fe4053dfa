import Configuration
import Foundation

/// A table of typed values, for readers and programs.
public struct ValueTable: ReadableTable {
    /// A value in a cell.
    public enum Cell: Sendable, Equatable {
        case text(String)
        /// A share, shown in percent; nan is not known.
        case share(Double)
        /// Any other number; NaN if unknown.
        case number(Double)
        case count(Int)
        /// A time, shown to the minute.
        case date(Date)

        /// The value of a metric, as a share if it is one.
        package static func value(_ value: Double, isProportion: Bool) -> Cell {
            isProportion ? .share(value) : .number(value)
        }
    }

    public var title: String
    public var protocolText = ""
    public var note: String
    public var columns: [String]
    /// The rows, with a value for each column.
    public var rows: [[Cell]]

    /// A table of rows.
    public init(title: String, columns: [String], rows: [[Cell]], note: String = "") {
        (self.title, self.columns, self.rows, self.note) = (title, columns, rows, note)
    }

    public var cells: [[String]] {
        rows.map { row in
            row.map { cell in
                switch cell {
                case .text(let text): text
                case .share(let value): NumberText.percent(value)
                case .number(let value): NumberText.short(value)
                case .count(let count): NumberText.count(count)
                case .date(let date): Self.short(date)
                }
            }
        }
    }

    /// Text and dates are aligned to the left.
    public func isText(_ column: Int) -> Bool {
        column == 0
            || !rows.isEmpty
                && rows.allSatisfy { row in
                    switch row[column] {
                    case .text, .date: true
                    default: false
                    }
                }
    }

    /// `2026-03-01 12:00`, in universal time.
    private static func short(_ date: Date) -> String {
        String(date.formatted(.iso8601).prefix(16)).replacing("T", with: " ")
    }

    /// Returns a page with this table, more tables, and the protocol.
    public func htmlPage(with others: [ValueTable] = []) -> String {
        HTML.page(
            title: title.isEmpty ? "Table" : title,
            ([self] + others).map(\.html).joined() + protocolHTML)
    }

    /// CSV with numbers that read back to the same bits; unknown values are empty cells.
    public var csv: String {
        ([columns.map(CSV.cell)]
            + rows.map { row in
                row.map { cell in
                    switch cell {
                    case .text(let text): CSV.cell(text)
                    case .share(let value), .number(let value): CSV.cell(value)
                    case .count(let count): "\(count)"
                    case .date(let date): date.formatted(.iso8601)
                    }
                }
            }).map { $0.joined(separator: ",") + "\n" }.joined()
    }

    /// JSON with an object for each row, which has a member for each column; unknown values are null.
    public var json: JSONValue {
        func text(_ text: String) -> JSONValue { JSONValue(.text(text)) }
        let objects = rows.map { row in
            JSONValue(
                .object(
                    zip(columns, row).map { name, cell in
                        switch cell {
                        case .text(let value): JSONMember(name, text(value))
                        case .share(let value), .number(let value):
                            JSONMember(name, value.isFinite ? JSONValue(.number(value)) : .null)
                        case .count(let count): JSONMember(name, JSONValue(.integer(count)))
                        case .date(let date): JSONMember(name, text(date.formatted(.iso8601)))
                        }
                    }))
        }
        return [
            "title": text(title), "protocol": text(protocolText), "note": text(note),
            "columns": JSONValue(.list(columns.map(text))), "rows": JSONValue(.list(objects)),
        ]
    }
}
