/// Builds HTML.
package enum HTML {
    /// Returns a self-contained page, without scripts or external resources. `inside` is HTML.
    package static func page(title: String, _ inside: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>\(Markup.escaped(title))</title>
        <style>
        \(ReportStyle.css)
        </style>
        </head>
        <body>
        <main>
        \(element("h1", [], Markup.escaped(title)))
        \(inside)</main>
        </body>
        </html>

        """
    }

    /// Returns an element; `inside` is HTML.
    package static func element(
        _ name: String, _ attributes: [(name: String, value: String)] = [], _ inside: String
    ) -> String {
        "<\(name)\(Markup.attributes(attributes))>\(inside)</\(name)>"
    }

    /// Returns a paragraph of text.
    package static func paragraph(_ text: String, class name: String? = nil) -> String {
        element("p", name.map { [("class", $0)] } ?? [], Markup.escaped(text)) + "\n"
    }

    /// Returns a section with a heading, or an empty string if the section is empty.
    package static func section(_ title: String, _ inside: String) -> String {
        guard !inside.isEmpty else { return "" }
        return "<section>\n" + element("h2", [], Markup.escaped(title)) + "\n" + inside + "</section>\n"
    }

    /// Returns a plot with its text alternative.
    package static func figure(_ plot: some Plot) -> String { element("figure", [], plot.svg) + "\n" }

    /// Returns a definition list, or an empty string if there are no definitions.
    package static func definitions(_ pairs: [(name: String, value: String)]) -> String {
        guard !pairs.isEmpty else { return "" }
        let rows = pairs.map {
            element("dt", [], Markup.escaped($0.name)) + element("dd", [], Markup.escaped($0.value)) + "\n"
        }
        return "<dl>\n" + rows.joined() + "</dl>\n"
    }

    /// Returns preformatted text, such as commands.
    package static func listing(_ text: String) -> String {
        element("pre", [("tabindex", "0")], element("code", [], Markup.escaped(text))) + "\n"
    }

    /// Returns a table. The first cell of a row is its header; all others are right-aligned.
    package static func table(caption: String, columns: [String], rows: [[String]]) -> String {
        let head = columns.map { element("th", [("scope", "col")], Markup.escaped($0)) }.joined()
        let body = rows.map { row in
            let cells = row.enumerated().map { index, cell in
                index == 0
                    ? element("th", [("scope", "row")], Markup.escaped(cell))
                    : element("td", [], Markup.escaped(cell))
            }
            return element("tr", [], cells.joined()) + "\n"
        }
        return "<div class=\"wide\" tabindex=\"0\"><table>\n"
            + element("caption", [], Markup.escaped(caption)) + "\n"
            + element("thead", [], element("tr", [], head)) + "\n"
            + element("tbody", [], "\n" + body.joined()) + "\n</table></div>\n"
    }
}
