/// A table as people read it, in the terminal, in Markdown and on a page.
public protocol ReadableTable: Sendable {
    /// Stands above the table.
    var title: String { get }
    /// What else there is to know; empty where there is nothing.
    var note: String { get }
    /// The names of the columns.
    var columns: [String] { get }
    /// The rows, with a cell for each column; the first one is the row's name.
    var cells: [[String]] { get }
    /// The caption in LaTeX; title and note unless given.
    var caption: String { get }
}

extension ReadableTable {
    public var caption: String { [title, note].filter { !$0.isEmpty }.joined(separator: ". ") }

    /// For LaTeX: a table with the rules of the package booktabs, which the document has to load.
    public var latex: String {
        func line(_ cells: [String]) -> String {
            "    "
                + columns.indices.map { $0 < cells.count ? cells[$0].asLaTeX : "" }
                .joined(separator: " & ") + " \\\\\n"
        }
        let layout = columns.indices.map { $0 == 0 ? "l" : "r" }.joined()
        return """
            \\begin{table}
              \\centering
              \\caption{\(caption.asLaTeX)}
              \\begin{tabular}{\(layout)}
                \\toprule
            \(line(columns))    \\midrule
            \(cells.map(line).joined())    \\bottomrule
              \\end{tabular}
            \\end{table}

            """
    }

    /// For the terminal: columns in line, ends with a new line. Marks that would steer a terminal are shown as
    /// U+FFFD.
    public var text: String {
        let lines = ([columns] + cells).map { line in
            columns.indices.map { $0 < line.count ? plain(line[$0]) : "" }
        }
        let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        let table = lines.map { line in
            let padded = line.enumerated().map { index, cell in
                let space = String(repeating: " ", count: widths[index] - cell.count)
                return index == 0 ? cell + space : space + cell
            }
            return padded.joined(separator: "  ").trimmingSpacesAtEnd + "\n"
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ") + "\n"
        let head = title.isEmpty ? "" : plain(title) + "\n"
        return head + table[0] + rule + table.dropFirst().joined() + (note.isEmpty ? "" : plain(note) + "\n")
    }

    /// For Markdown files: a table as GitHub reads it.
    public var markdown: String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
        let rule = line(columns.indices.map { $0 == 0 ? "---" : "---:" })
        let body = cells.map { line($0.map(\.asMarkdown)) }.joined()
        let head = title.isEmpty ? "" : "**\(title.asMarkdown)**\n\n"
        return head + line(columns.map(\.asMarkdown)) + rule + body
            + (note.isEmpty ? "" : "\n\(note.asMarkdown)\n")
    }

    /// For HTML pages.
    public var html: String {
        HTML.table(caption: title, columns: columns, rows: cells)
            + (note.isEmpty ? "" : HTML.paragraph(note, class: "note"))
    }
}

/// Text without marks that would steer a terminal, or the order in which it is read.
private func plain(_ text: String) -> String {
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

extension String {
    /// Text that LaTeX takes as it is.
    package var asLaTeX: String {
        plain(self).unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&", "%", "$", "#", "_", "{", "}": result += "\\" + String(scalar)
            case "\\": result += "\\textbackslash{}"
            case "~": result += "\\textasciitilde{}"
            case "^": result += "\\textasciicircum{}"
            case "<": result += "\\textless{}"
            case ">": result += "\\textgreater{}"
            case "−": result += "$-$"
            case "±": result += "$\\pm$"
            case "×": result += "$\\times$"
            case "–": result += "--"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    /// Text that Markdown takes as it is.
    package var asMarkdown: String {
        plain(self).unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\\", "`", "*", "_", "[", "]", "|", "#", "~": result += "\\" + String(scalar)
            case "<": result += "&lt;"
            case "&": result += "&amp;"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    fileprivate var trimmingSpacesAtEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
