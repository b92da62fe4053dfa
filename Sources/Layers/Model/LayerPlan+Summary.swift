import Autograd
import Configuration

extension LayerPlan {
    /// Returns a table of the name, type, output shape, parameters and multiply-adds of each layer, and the totals.
    ///
    /// - Parameters:
    ///   - type: The type of the layer itself.
    ///   - input: The shape of the input, without the batch axis.
    ///   - depth: The number of levels of nested layers that are listed.
    ///   - classes: The number of classes of this plan, if the number is not known.
    ///   - more: The plans for one and for two more classes. Sizes that depend on the number of classes are shown in terms
    ///     of `classes`.
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
        let table = Self.table(rows, rightAligned: [3, 4])
        guard !hasEstimator else {
            return table + "\nfitted to the whole training set; the run reports the size of the fitted model"
        }
        let totals = [
            "\(total(\.parameters)) trainable parameters",
            "\(total(\.weights)) parameters including non-trainable statistics",
            "\(total(\.multiplyAdds)) multiply-adds per example",
        ]
        return table + "\n" + totals.joined(separator: "\n")
    }

    /// A row of the table.
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

    /// Returns the cells of a row from its plans for consecutive numbers of classes.
    private static func cells(_ rows: [Row], _ classes: Int) -> [String] {
        let sizes = rows[0].plan.output.indices.map { axis in
            text(rows.map { $0.plan.output[axis] }, classes, grouping: false)
        }
        let shape = "[\(sizes.joined(separator: ", "))]"
        guard !rows[0].plan.hasEstimator else { return [rows[0].name, rows[0].type, shape, "fitted", "–"] }
        return [
            rows[0].name, rows[0].type, shape,
            text(rows.map(\.plan.weights), classes), text(rows.map(\.plan.multiplyAdds), classes),
        ]
    }

    /// Returns a size from its values for consecutive numbers of classes; if they differ, in terms of the number of
    /// classes: "classes", "97 x classes + 12".
    private static func text(_ numbers: [Int], _ classes: Int, grouping: Bool = true) -> String {
        func shown(_ number: Int) -> String { grouping ? grouped(number) : "\(number)" }
        guard let last = numbers.last, last != numbers[0] else { return shown(numbers[0]) }
        let slope = numbers[1] - numbers[0]
        guard zip(numbers, numbers.dropFirst()).allSatisfy({ $1 - $0 == slope }) else {
            return "depends on classes"
        }
        let rest = numbers[0] - slope * classes
        let product = slope == 1 ? "classes" : "\(shown(slope)) x classes"
        return rest == 0 ? product : "\(product) \(rest < 0 ? "-" : "+") \(shown(abs(rest)))"
    }

    private static func table(_ rows: [[String]], rightAligned: Set<Int>) -> String {
        let table = TextTable(rows, isNumeric: rightAligned.contains)
        let rule = String(repeating: "-", count: table.widths.reduce(2 * (table.widths.count - 1), +))
        return ([table.lines[0], rule] + table.lines.dropFirst() + [rule]).joined(separator: "\n")
    }
}
