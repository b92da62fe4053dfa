/// A model as a table: each layer's name, type, output, parameters and multiply-adds, and the totals.
extension LayerPlan {
    /// The table, for people.
    ///
    /// - Parameters:
    ///   - type: what the layer itself is called.
    ///   - input: its input's shape, without the batch axis.
    ///   - depth: how many levels of layers inside layers get a line of their own.
    public func summary(_ type: String, input: [Int], depth: Int = 1) -> String {
        var rows = [["layer", "type", "output", "parameters", "multiply-adds"]]
        rows.append(["input", "", "\(input)", "", ""])
        if parts.isEmpty || depth < 1 {
            rows.append(row("", type))
        } else {
            addRows(to: &rows, prefix: "", depth: depth)
        }
        let total = [
            "\(Self.grouped(parameters)) trained parameters",
            "\(Self.grouped(parameters + buffers)) with the statistics that are not trained",
            "\(Self.grouped(multiplyAdds)) multiply-adds for one example",
        ]
        return Self.table(rows, rightAligned: [3, 4]) + "\n" + total.joined(separator: "\n")
    }

    private func addRows(to rows: inout [[String]], prefix: String, depth: Int) {
        for part in parts {
            if depth > 1, !part.plan.parts.isEmpty {
                part.plan.addRows(to: &rows, prefix: prefix + part.name + ".", depth: depth - 1)
            } else {
                rows.append(part.plan.row(prefix + part.name, part.type))
            }
        }
    }

    private func row(_ name: String, _ type: String) -> [String] {
        [name, type, "\(output)", Self.grouped(parameters + buffers), Self.grouped(multiplyAdds)]
    }

    /// 1,234,567
    private static func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        return digits.enumerated().map { at, digit in
            at > 0 && (digits.count - at) % 3 == 0 ? ",\(digit)" : "\(digit)"
        }.joined()
    }

    private static func table(_ rows: [[String]], rightAligned: Set<Int>) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            let cells = row.enumerated().map { column, text in
                let blanks = String(repeating: " ", count: widths[column] - text.count)
                return rightAligned.contains(column) ? blanks + text : text + blanks
            }
            return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
        let rule = String(repeating: "-", count: widths.reduce(2 * (widths.count - 1), +))
        lines.insert(rule, at: 1)
        lines.append(rule)
        return lines.joined(separator: "\n")
    }
}
