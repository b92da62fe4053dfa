import Configuration

/// A table that is rendered as text for the terminal, Markdown, LaTeX and HTML.
public protocol ReadableTable: Sendable {
    /// The title above the table.
    var title: String { get }
    /// The protocol of the experiments, for captions; empty unless given.
    var protocolText: String { get }
    /// The note below the table; may be empty.
    var note: String { get }
    /// The names of the columns.
    var columns: [String] { get }
    /// The rows, with a cell for each column; the first one is the row's name.
    var cells: [[String]] { get }
    /// The caption in LaTeX; title, protocol and note unless given.
    var caption: String { get }
    /// Whether a column holds text, which is aligned to the left; the first one unless given.
    func isText(_ column: Int) -> Bool
}

extension ReadableTable {
    public var protocolText: String { "" }
    public var caption: String { [title, protocolText, note].asCaption }
    public func isText(_ column: Int) -> Bool { column == 0 }
    /// The protocol as a sentence, for text without a caption; empty without a protocol.
    package var protocolSentence: String {
        guard !protocolText.isEmpty else { return "" }
        return "Protocol: " + protocolText + (protocolText.hasSuffix(".") ? "" : ".")
    }
    /// The line with the protocol below `text`; empty without one.
    package var protocolLine: String { protocolText.isEmpty ? "" : plain(protocolSentence) + "\n" }
    /// The paragraph with the protocol below `markdown`; empty without one.
    package var protocolMarkdown: String {
        protocolText.isEmpty ? "" : "\n" + protocolSentence.asMarkdown + "\n"
    }
    /// The paragraph with the protocol below `html`; empty without one.
    package var protocolHTML: String {
        protocolText.isEmpty ? "" : HTML.paragraph(protocolSentence, class: "note")
    }

    /// A LaTeX table. The document has to load the package booktabs.
    public var latex: String {
        func line(_ cells: [String]) -> String {
            "    "
                + columns.indices.map { $0 < cells.count ? cells[$0].asLaTeX : "" }
                .joined(separator: " & ") + " \\\\\n"
        }
        let layout = columns.indices.map { isText($0) ? "l" : "r" }.joined()
        let rows =
            cells.isEmpty
            ? "    \\multicolumn{\(columns.count)}{c}{none} \\\\\n" : cells.map(line).joined()
        return """
            \\begin{table}
              \\centering
              \\caption{\(caption.asLaTeX)}
              \\begin{tabular}{\(layout)}
                \\toprule
            \(line(columns))    \\midrule
            \(rows)    \\bottomrule
              \\end{tabular}
            \\end{table}

            """
    }

    /// A table for the terminal with aligned columns. Control characters are shown as U+FFFD.
    public var text: String {
        let lines = ([columns] + cells).map { line in
            columns.indices.map { $0 < line.count ? plain(line[$0]) : "" }
        }
        let table = TextTable(lines) { !isText($0) }
        let rule = table.widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ") + "\n"
        let head = title.isEmpty ? "" : plain(title) + "\n"
        let body = table.lines.map { $0 + "\n" }
        return head + body[0] + rule + body.dropFirst().joined() + (note.isEmpty ? "" : plain(note) + "\n")
    }

    /// A Markdown table as GitHub reads it.
    public var markdown: String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
        let rule = line(columns.indices.map { isText($0) ? "---" : "---:" })
        let body = cells.map { line($0.map(\.asMarkdown)) }.joined()
        let head = title.isEmpty ? "" : "**\(title.asMarkdown)**\n\n"
        return head + line(columns.map(\.asMarkdown)) + rule + body
            + (note.isEmpty ? "" : "\n\(note.asMarkdown)\n")
    }

    /// An HTML table.
    public var html: String {
        HTML.table(caption: title, columns: columns, rows: cells)
            + (note.isEmpty ? "" : HTML.paragraph(note, class: "note"))
    }
}

/// Text without control characters and marks of writing direction.
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

extension [String] {
    /// The parts that are not empty, as sentences.
    package var asCaption: String {
        filter { !$0.isEmpty }.map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }.joined(separator: ". ")
            + (last { !$0.isEmpty }.map { $0.hasSuffix(".") ? "." : "" } ?? "")
    }
}

extension String {
    /// Text escaped for LaTeX.
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

    /// Text escaped for Markdown.
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
}
