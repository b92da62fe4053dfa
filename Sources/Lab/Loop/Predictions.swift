import Autograd
import Configuration
import Layers
import SpeechEmotion

/// What a model says of some examples.
public struct Predictions: Sendable {
    /// Their names, in the order of a model's outputs.
    public var classes: [String]
    /// What the examples are called.
    public var ids: [String] = []
    /// The class of each, by its place in `classes`.
    public var truths: [Int] = []
    /// A row for each example, a probability for each class.
    public var probabilities: [[Double]] = []
    /// The sum of the losses, and what it is divided by.
    private var loss = 0.0
    private var weight = 0.0

    /// None yet.
    public init(classes: [String]) { self.classes = classes }

    /// The predictions of a model for all batches: of several views of an example the mean of the logits. `loss` is asked for the mean
    /// loss.
    public init(
        of model: any Layer, for batches: any EvaluationBatches, classes: [String], loss: any LossSpec,
        each: (Int) throws -> Void = { _ in }
    ) throws {
        self.init(classes: classes)
        for index in 0..<batches.count {
            let batch = try batches.batch(index, view: 0)
            try withoutRecording {
                let outputs = try meanOverViews(batches.views) { view in
                    let inputs = try view == 0 ? batch.inputs : batches.batch(index, view: view).inputs
                    return model.forward(inputs, .inference).tensor
                }
                let share = loss.weight(outputs, batch.targets)
                // A batch of classes that do not count says nothing.
                if share > 0 {
                    self.loss += Double(loss.mean(outputs, batch.targets).item()) * share
                    weight += share
                }
                add(outputs, batch)
            }
            try each(index + 1)
        }
    }

    private mutating func add(_ outputs: Tensor, _ batch: Batch) {
        let numbers = outputs.softmax(axis: -1).array
        ids += batch.ids
        truths += batch.targets.labels().values
        for row in 0..<batch.ids.count {
            probabilities.append(numbers[row * classes.count..<(row + 1) * classes.count].map { Double($0) })
        }
    }

    /// The mean loss; nan without examples that count.
    public var meanLoss: Double { loss / weight }

    /// The likeliest class of each example.
    public var decisions: [Int] {
        probabilities.map { row in row.indices.max { row[$0] < row[$1] || row[$0] == row[$1] && $0 > $1 } ?? 0
        }
    }

    /// How often each class was taken for which.
    public func confusion() throws(MetricProblem) -> ConfusionMatrix {
        try ConfusionMatrix(classes: classes, truths: truths, predictions: decisions)
    }

    /// The mean loss and the named figures.
    public func figures(_ figures: [Figure]) throws -> [(name: String, value: Double)] {
        let soft = try ProbabilityMetrics(
            probabilities: probabilities, truths: truths, classes: classes.count)
        let matrix = try confusion()
        return [("loss", meanLoss)] + figures.map { ($0.rawValue, $0.value(matrix, soft)) }
    }

    /// A table for other programs: file, label, predicted, then a probability for each class.
    public var csv: String {
        let decisions = decisions
        var lines = [(Self.columns + classes).map(CSV.cell).joined(separator: ",")]
        for row in ids.indices {
            let words = [ids[row], classes[truths[row]], classes[decisions[row]]].map(CSV.cell)
            lines.append((words + probabilities[row].map { "\(Float($0))" }).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let columns = ["file", "label", "predicted"]

    /// Reads what `csv` wrote. The loss is not in it. Throws every mistake with its line.
    public init(contentsOf file: String) throws(ConfigurationError) {
        let table = try CSVTable(contentsOf: file)
        let width = Self.columns.count
        guard table.columns.prefix(width).elementsEqual(Self.columns), table.columns.count > width else {
            throw ConfigurationError(
                place: Place(source: file),
                "expected the columns \(Self.columns.joined(separator: ", ")) and one for each class, found "
                    + table.columns.joined(separator: ", "))
        }
        self.init(classes: Array(table.columns.dropFirst(width)))
        for row in table.rows {
            guard let truth = classes.firstIndex(of: row[1].text) else {
                throw ConfigurationError(
                    place: row[1].place, "\"\(row[1].text)\" is none of the classes in the first line")
            }
            ids.append(row[0].text)
            truths.append(truth)
            probabilities.append(
                try row.dropFirst(width).map { field throws(ConfigurationError) in
                    guard let number = Double(field.text), (0...1).contains(number) else {
                        throw ConfigurationError(
                            place: field.place, "expected a probability, found \"\(field.text)\"")
                    }
                    return number
                })
        }
    }
}
