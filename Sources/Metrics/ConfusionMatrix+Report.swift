import Foundation

extension ConfusionMatrix {
    /// Returns precision, recall, F1 and support per class and their averages, formatted like scikit-learn's
    /// `classification_report`.
    public func report(digits: Int = 2) -> String {
        let averages = ["macro avg", "weighted avg"]
        let width = max((classes + averages).map(\.count).max() ?? 0, digits)
        func row(_ name: String, _ cells: [String]) -> String {
            padded(name, width) + " " + cells.map { " " + padded($0, 9) }.joined()
        }
        func numbers(_ name: String, _ values: [Double], _ support: Int) -> String {
            row(name, values.map { fixed($0, digits) } + ["\(support)"])
        }
        var lines = [row("", ["precision", "recall", "f1-score", "support"]), ""]
        let perClass = [precisions, recalls, f1Scores]
        for index in classes.indices {
            lines.append(numbers(classes[index], perClass.map { $0[index] }, supports[index]))
        }
        lines.append("")
        lines.append(row("accuracy", ["", "", fixed(accuracy, digits), "\(total)"]))
        lines.append(numbers("macro avg", perClass.map { macro($0) }, total))
        lines.append(numbers("weighted avg", perClass.map { weighted($0) }, total))
        return lines.map { $0 + "\n" }.joined()
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
