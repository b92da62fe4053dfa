/// A model as a table: each layer's name, type, output, parameters and multiply-adds, and the totals.
extension LayerPlan {
    /// The table, for people.
    ///
    /// - Parameters:
    ///   - type: what the layer itself is called.
    ///   - input: its input's shape, without the batch axis.
    ///   - depth: how many levels of layers inside layers get a line of their own.
    ///   - more: the same model for one class more and for two, where the number of classes is not known: what depends
    ///     on it is shown in terms of `classes`.
    public func summary(
        _ type: String, input: [Int], depth: Int = 1, classes: Int = 0, more: [LayerPlan] = []
    )
        -> String
    {
        let plans = [self] + more
        var rows = [["layer", "type", "output", "parameters", "multiply-adds"]]
        rows.append(["input", "", "\(input)", "", ""])
        let own = plans.map { $0.rows(type, depth: depth) }
        for index in own[0].indices { rows.append(Self.cells(own.map { $0[index] }, classes)) }
        func total(_ count: KeyPath<LayerPlan, Int>) -> String {
            Self.text(plans.map { $0[keyPath: count] }, classes)
        }
        let totals = [
            "\(total(\.parameters)) trained parameters",
            "\(total(\.weights)) with the statistics that are not trained",
            "\(total(\.multiplyAdds)) multiply-adds for one example",
        ]
        return Self.table(rows, rightAligned: [3, 4]) + "\n" + totals.joined(separator: "\n")
    }

    /// A line of the table.
    private struct Row {
        let name: String, type: String
        let plan: LayerPlan
    }

    private func rows(_ type: String, depth: Int) -> [Row] {
        if parts.isEmpty || depth < 1 { return [Row(name: "", type: type, plan: self)] }
        return rows(prefix: "", depth: depth)
    }

    private func rows(prefix: String, depth: Int) -> [Row] {
        parts.flatMap { part in
            depth > 1 && !part.plan.parts.isEmpty
                ? part.plan.rows(prefix: prefix + part.name + ".", depth: depth - 1)
                : [Row(name: prefix + part.name, type: part.type, plan: part.plan)]
        }
    }

    /// The cells of a row, given for `classes` classes and the numbers that follow.
    private static func cells(_ rows: [Row], _ classes: Int) -> [String] {
        let sizes = rows[0].plan.output.indices.map { axis in
            text(rows.map { $0.plan.output[axis] }, classes, grouping: false)
        }
        return [
            rows[0].name, rows[0].type, "[\(sizes.joined(separator: ", "))]",
            text(rows.map(\.plan.weights), classes), text(rows.map(\.plan.multiplyAdds), classes),
        ]
    }

    /// A number of `classes` classes and the numbers that follow, in terms of them where it depends on them: "classes",
    /// "97 x classes + 12".
    private static func text(_ numbers: [Int], _ classes: Int, grouping: Bool = true) -> String {
        func shown(_ number: Int) -> String { grouping ? grouped(number) : "\(number)" }
        guard let last = numbers.last, last != numbers[0] else { return shown(numbers[0]) }
        let slope = numbers[1] - numbers[0]
        guard zip(numbers, numbers.dropFirst()).allSatisfy({ $1 - $0 == slope }) else { return "by classes" }
        let rest = numbers[0] - slope * classes
        let product = slope == 1 ? "classes" : "\(shown(slope)) x classes"
        return rest == 0 ? product : "\(product) \(rest < 0 ? "-" : "+") \(shown(abs(rest)))"
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
