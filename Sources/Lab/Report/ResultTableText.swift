import Configuration

/// The table in the forms in which people and programs read it.
extension ResultTable {
    /// For the terminal: columns in line, ends with a new line. Marks that would steer a terminal are shown as U+FFFD.
    public var text: String {
        let lines = ([columns] + cells).map { $0.map(Self.plain) }
        let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        let table = lines.map { line in
            let padded = line.enumerated().map { index, cell in
                let space = String(repeating: " ", count: widths[index] - cell.count)
                return index == 0 ? cell + space : space + cell
            }
            return padded.joined(separator: "  ").trimmingSpacesAtEnd + "\n"
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ") + "\n"
        let head = title.isEmpty ? "" : Self.plain(title) + "\n"
        return head + table[0] + rule + table.dropFirst().joined()
            + (note.isEmpty ? "" : Self.plain(note) + "\n")
    }

    /// For Markdown files: a table as GitHub reads it.
    public var markdown: String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
        let rule = line(columns.indices.map { $0 == 0 ? "---" : "---:" })
        let body = cells.map { line($0.map(Self.markdown)) }.joined()
        let head = title.isEmpty ? "" : "**\(Self.markdown(title))**\n\n"
        return head + line(columns.map(Self.markdown)) + rule + body
            + (note.isEmpty ? "" : "\n\(Self.markdown(note))\n")
    }

    /// For HTML pages.
    public var html: String {
        HTML.table(caption: title, columns: columns, rows: cells)
            + (note.isEmpty ? "" : HTML.paragraph(note, class: "note"))
    }

    /// For tables: numbers that read back to the same bits, what is not known is an empty cell.
    public var csv: String {
        let head = "variant,figure,mean,deviation,low,high,difference,p,runs\n"
        return head
            + rows.map { row in
                let numbers = Self.numbers(row).map { $0.value.isFinite ? "\($0.value)" : "" }
                return ([CSV.cell(row.name), CSV.cell(figure)] + numbers + ["\(row.runs)"])
                    .joined(separator: ",") + "\n"
            }.joined()
    }

    /// For programs: numbers that read back to the same bits, what is not known is null.
    public var json: JSONValue {
        let rows = rows.map { row in
            JSONValue(
                .object(
                    [JSONMember("variant", JSONValue(.text(row.name)))]
                        + Self.numbers(row).map {
                            JSONMember($0.name, $0.value.isFinite ? JSONValue(.number($0.value)) : .null)
                        } + [JSONMember("runs", JSONValue(.integer(row.runs)))]))
        }
        return [
            "title": JSONValue(.text(title)), "figure": JSONValue(.text(figure)),
            "level": JSONValue(.number(level)), "note": JSONValue(.text(note)),
            "rows": JSONValue(.list(rows)),
        ]
    }

    private static func numbers(_ row: Row) -> [(name: String, value: Double)] {
        [
            ("mean", row.mean), ("deviation", row.deviation), ("low", row.low), ("high", row.high),
            ("difference", row.difference), ("p", row.pValue),
        ]
    }

    private static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar {
                    case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{202A}"..."\u{202E}",
                        "\u{2066}"..."\u{2069}", "\u{2028}", "\u{2029}":
                        "\u{FFFD}"
                    default: scalar
                    }
                }))
    }

    /// Text that Markdown takes as it is.
    static func markdown(_ text: String) -> String {
        plain(text).unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\\", "`", "*", "_", "[", "]", "|", "#", "~": result += "\\" + String(scalar)
            case "<": result += "&lt;"
            case "&": result += "&amp;"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}

extension String {
    fileprivate var trimmingSpacesAtEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
