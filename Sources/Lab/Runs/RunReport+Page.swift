import Configuration
import Metrics
import Reports
import SpeechEmotion

extension RunReport {
    /// The report as a self-contained HTML page, without scripts or external resources.
    public var html: String {
        let sections = [
            HTML.section("Results", resultPart),
            HTML.section("Setup", HTML.definitions(facts)),
            HTML.section("Data split", splitSection),
            HTML.section("Truncation", truncation?.html ?? ""),
            HTML.section("Leakage audit", auditPart),
            HTML.section("Hyperparameter search", searchPart),
            HTML.section("Training examples", classCountPart),
            HTML.section("Training", trainingPart),
            HTML.section(targets.map(\.title).first ?? "Targets", targets.map(\.html).joined()),
            HTML.section("Confusion matrix", confusionPlot.map(HTML.figure) ?? ""),
            HTML.section("Classes", classPart),
            HTML.section("Speakers", speakerPart),
            HTML.section("Adaptation", adaptation?.html ?? ""),
            HTML.section("Groups", groups?.html ?? ""),
            HTML.section("Decisions", decisions.map(\.html).joined()),
            HTML.section("Calibration", calibrationPart),
            HTML.section("Feature importances", importancePart),
            HTML.section("Most confident misclassifications", mistakes.map(picture).joined()),
            HTML.section("Attention", attention.map(picture).joined()),
            HTML.section("Saliency", saliencyPart),
            HTML.section("Environment", HTML.definitions(environment)),
            HTML.section("Reproduction", commandPart),
            HTML.section("Configuration", config.map { HTML.listing($0.pretty()) } ?? ""),
        ]
        return HTML.page(
            title: title,
            (lead.isEmpty ? "" : HTML.paragraph(lead, class: "lead")) + sections.joined())
    }

    /// Whether the evaluation is speaker-independent: shown above the metrics.
    private var statement: String {
        guard let split else { return "" }
        return switch split.isSpeakerIndependent {
        case true?:
            callout(
                "good", "Speaker-independent evaluation.",
                "No speaker of the \(split.measured) set is in the training set: the metrics estimate performance on unseen speakers."
            )
        case false?:
            callout(
                "bad", "Not speaker-independent.",
                "Speakers of the \(split.measured) set are also in the training set: the metrics do not estimate performance on unseen speakers."
            )
        case nil:
            callout(
                "unknown", "Speakers unknown.",
                "The data have no speaker labels: do not interpret the metrics as performance on unseen speakers."
            )
        }
    }

    private var splitSection: String {
        guard let split else { return "" }
        let rows = split.subsets.map { subset in
            [
                subset.name, NumberText.count(subset.examples),
                subset.speakers.map { NumberText.count($0) } ?? "–",
            ]
        }
        return (split.rule.isEmpty ? "" : HTML.paragraph("Split \(split.rule)."))
            + (split.remarks.isEmpty
                ? "" : HTML.paragraph(split.remarks.joined(separator: "; ") + ".", class: "note"))
            + (rows.isEmpty
                ? ""
                : HTML.table(caption: "Subsets", columns: ["subset", "examples", "speakers"], rows: rows))
    }

    private var auditPart: String {
        guard let audit, !audit.findings.isEmpty else { return "" }
        let items = audit.findings.map { finding in
            let word = HTML.element("strong", [], finding.weight.rawValue + ":")
            return HTML.element(
                "li", [("class", finding.weight.rawValue.lowercased())],
                word + " " + Markup.escaped(finding.text)) + "\n"
        }
        return "<ul class=\"audit\">\n" + items.joined() + "</ul>\n"
    }

    private var resultPart: String {
        let rows = metrics.map { metric -> [String] in
            func text(_ value: Double) -> String {
                metric.isProportion ? NumberText.percent(value) : NumberText.fixed(value)
            }
            let interval = metric.interval
            let isKnown = interval.low.isFinite && interval.high.isFinite
            let level = NumberText.trimmed(NumberText.fixed(interval.level * 100, 2))
            return [
                metric.name, text(interval.estimate),
                isKnown ? "\(text(interval.low)) to \(text(interval.high)) (\(level)%)" : "–",
            ]
        }
        let table =
            rows.isEmpty
            ? ""
            : HTML.table(caption: "Metrics", columns: ["metric", "value", "confidence interval"], rows: rows)
        let warnings =
            findings.map { callout("bad", "Training problem:", $0) }
            + warnings.map { callout("bad", "Warning:", $0) }
        return statement + warnings.joined() + table
            + (metricsNote.isEmpty ? "" : HTML.paragraph(metricsNote, class: "note"))
            + tables.map(\.html).joined()
    }

    private var trainingPart: String {
        let charts = curves
        guard !charts.isEmpty else { return "" }
        let plots = charts.map { chart in
            var chart = chart
            chart.size = (456, 270)
            return HTML.figure(chart)
        }
        return HTML.element("div", [("class", "pair")], "\n" + plots.joined()) + "\n"
    }

    private var classPart: String {
        guard let chart = classChart else { return "" }
        let table = confusion.map { matrix in
            HTML.table(
                caption: "Metrics by class", columns: ["class", "precision", "recall", "F1", "examples"],
                rows: matrix.classes.indices.map { index in
                    [
                        matrix.classes[index], NumberText.percent(matrix.precisions[index]),
                        NumberText.percent(matrix.recalls[index]),
                        NumberText.percent(matrix.f1Scores[index]),
                        NumberText.count(matrix.supports[index]),
                    ]
                })
        }
        return HTML.figure(chart) + (table ?? "") + (frameScores?.html ?? "")
    }

    private var speakerPart: String {
        guard let chart = speakerChart else { return "" }
        let hasIntervals = speakers.contains { $0.low.isFinite && $0.high.isFinite }
        let rows = speakers.map { speaker in
            let isKnown = speaker.low.isFinite && speaker.high.isFinite
            let interval =
                isKnown ? "\(NumberText.percent(speaker.low)) to \(NumberText.percent(speaker.high))" : "–"
            return [speaker.name, NumberText.count(speaker.examples), NumberText.percent(speaker.share)]
                + (hasIntervals ? [interval] : [])
        }
        return HTML.figure(chart)
            + HTML.table(
                caption: speakerTitle,
                columns: ["speaker", "examples", "accuracy"]
                    + (hasIntervals ? ["confidence interval"] : []),
                rows: rows)
    }

    private var calibrationPart: String {
        (reliabilityPlot.map(HTML.figure) ?? "") + (confidencePlot.map(HTML.figure) ?? "")
    }

    private var importancePart: String {
        guard let plot = importancePlot else { return "" }
        let words =
            importances?.intervals.isEmpty == false
            ? "The decrease in the metric on the evaluated subset when the values of a feature family are shuffled between clips, with 95% intervals over repeated shuffles. Families that carry the same information share their importance."
            : "The fraction of the decrease in impurity (forests and trees) or of the gain (boosting) on the training set that each feature contributes. Impurity importances favor features with many distinct values; `Train plot importance --method permutation` computes importances on the evaluated subset."
        return HTML.paragraph(words) + HTML.figure(plot)
    }

    private var classCountPart: String {
        guard let plot = trainingClassesPlot, trainingClasses?.classes.isEmpty == false else { return "" }
        let isWeighted = trainingClasses?.weights.contains { $0 != 1 } == true
        let words =
            trainingClasses?.isPlain == true
            ? "Every clip of the training set is one training example."
            : "The clips of the training set, and the training examples after balancing and augmentation."
                + (isWeighted ? " Each example is weighted by its class weight." : "")
        return HTML.paragraph(words) + HTML.figure(plot)
    }

    private var saliencyPart: String {
        guard !saliency.isEmpty else { return "" }
        return HTML.paragraph(
            "Explanations of individual predictions. Integrated gradients: the contribution of each feature to the logit of the predicted class, compared with the mean of the training data; orange is evidence for the class, blue is evidence against it. Grad-CAM: where the last convolutional layer finds evidence for the class. Maps are overlaid on the features, which are gray. `Train predict FILE --saliency METHOD` computes saliency maps for other recordings."
        ) + saliency.map { HTML.figure($0) }.joined()
    }

    private var searchPart: String {
        guard let search else { return "" }
        var table = search.readableTable
        let count = table.rows.count
        table.rows = Array(table.rows.prefix(Self.shownTrials))
        if count > Self.shownTrials {
            table.note += " The best \(Self.shownTrials) trials are shown; \(RunFile.search) contains all."
        }
        var figures = ""
        for (_, plot) in search.plots { figures += HTML.figure(plot) }
        return HTML.paragraph("Chosen: \(search.sentence)") + figures + table.html
    }

    private static let shownTrials = 20

    private var commandPart: String {
        commands.isEmpty ? "" : HTML.listing(commands.joined(separator: "\n"))
    }

    private func picture(_ example: Example) -> String {
        example.plot.map(HTML.figure) ?? HTML.paragraph("\(example.name): \(example.note)")
    }

    private func callout(_ kind: String, _ statement: String, _ meaning: String) -> String {
        HTML.element(
            "p", [("class", "callout " + kind)],
            HTML.element("strong", [], Markup.escaped(statement)) + " " + Markup.escaped(meaning)) + "\n"
    }
}
