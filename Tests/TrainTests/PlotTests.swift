import Foundation
import Lab
import Testing

/// `Train plot`, with the built program.
@Suite(.serialized) struct PlotTests {
    private static let config = withSearch(
        #"{"folds": 2, "parameters": {"model.n_estimators": [2, 5], "model.max_depth": [1, 4], "features.layout.entries[0].feature.n_mfcc": [4, 5]}}"#
    )

    /// A random forest on the embedded corpus with a search.
    static func withSearch(_ search: String) -> String {
        """
        {"name": "forest", "data": {"source": {"type": "synthetic", "speakers": 6, "repetitions": 1},
         "balance": {"max_per_class": 3}},
         "split": {"type": "grouped", "test": 2, "validation": 1},
         "features": {"sample_rate": 8000, "layout": {"type": "summary", "entries": [{"feature": {"type": "mfcc",
          "n_mfcc": 6, "n_fft": 512, "hop_length": 256, "n_mels": 20}, "statistics": ["mean", "std"]}]}},
         "model": {"type": "random_forest", "n_estimators": 10},
         "search": \(search)}
        """
    }

    @Test func everyKindOfPlotIsDrawn() throws {
        try SmallExperiment.inFolder { folder in
            let config = folder + "/forest.json"
            try Self.config.write(toFile: config, atomically: true, encoding: .utf8)
            let made = try BuiltProgram.run(
                "run", config, "--runs", folder + "/runs", "--no-cache", "--quiet")
            #expect(made.status == 0, "\(made.errors)")
            let run = folder + "/runs/forest"
            let page = try String(contentsOfFile: run + "/report.html", encoding: .utf8)
            for section in ["Hyperparameter search", "Training examples", "Feature importances"] {
                #expect(page.contains(">\(section)<"), "\(section)")
            }
            let calls = [
                ["importance", run], ["importance", run, "--method", "permutation"],
                ["importance", run, "--method", "families"], ["importance", run, "--method", "shap"],
                ["shap", run], ["confusion", run], ["search", run], ["classes", config],
                ["violins", config, "--top", "3"], ["histograms", run, "--features", "mfcc_0_mean"],
                ["correlation", run], ["projection", run, "--method", "pca", "--color", "speaker"],
                ["projection", config, "--method", "tsne"], ["projection", run, "--method", "umap"],
                ["learning-curve", config],
                ["importance", run, "--method", "families", "--subset", "validation"],
            ]
            func reads() throws -> [Substring] {
                try String(contentsOfFile: run + "/test-reads.jsonl", encoding: .utf8).split(separator: "\n")
            }
            #expect(try reads().count == 1)
            for (index, words) in calls.enumerated() {
                let file = folder + "/\(index).svg"
                let call = try BuiltProgram.run(
                    ["plot"] + words + ["--out", file, "--no-cache", "--quiet"])
                #expect(call.status == 0, "\(words): \(call.errors)")
                let svg = try String(contentsOfFile: file, encoding: .utf8)
                #expect(svg.hasPrefix("<svg") && svg.hasSuffix("</svg>\n") || svg.contains("</svg>"))
                if words.contains("permutation") || words.contains("families") {
                    let note = "95% intervals over 10 random shuffles, not over speakers"
                    #expect(call.output.contains(note) && svg.contains(note), "\(call.output)")
                }
            }
            // Of these plots, three importances, one of SHAP values and two projections have read the test set.
            let lines = try reads()
            #expect(lines.count == 7, "\(lines)")
            #expect(lines.count { $0.contains("plot importance") } == 3)
            // Everything else uses the features of the search, too.
            for words in [
                ["evaluate", run], ["report", run], ["verify", run, "--quiet"], ["export", run],
            ] {
                let call = try BuiltProgram.run(words + (words[0] == "export" ? [] : ["--no-cache"]))
                #expect(call.status == 0, "\(words): \(call.errors)")
            }
        }
    }

    @Test func theHelpSaysWhichOptionsBelongToWhichKind() throws {
        let help = try BuiltProgram.run("plot", "--help").output.split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
        #expect(help.contains("usage: Train plot KIND RUN|CONFIG [--features NAMES]"))
        for words in ["[projection]", "[shap]", "[histograms, violins, correlation]", "learning-curve"] {
            #expect(help.contains(words), "\(words)")
        }
    }

    @Test(arguments: [
        (["bars", "x"], "unknown kind"), (["importance"], "expected a kind"),
        (["importance", "CONFIG"], "requires a run folder"),
        (["violins", "CONFIG", "--features", "mfcc_0_meen"], "did you mean"),
        (["projection", "CONFIG", "--method", "shap"], "pca, tsne or umap"),
        (["violins", "CONFIG", "--layer", "1"], "it applies to projection"),
        (["confusion", "CONFIG", "--top", "3"], "histograms, violins, correlation, importance, shap"),
        (["classes", "CONFIG", "--subset", "test"], "has no effect on plot classes"),
        (["projection", "CONFIG", "--subset", "test"], "requires a run folder"),
        (["projection", "CONFIG", "--method", "pca", "--seed", "1"], "with --method pca"),
        (["violins", "CONFIG", "--features", "mfcc_0_mean", "--top", "3"], "with --features"),
    ])
    func mistakesAreNamed(_ words: [String], _ message: String) throws {
        try SmallExperiment.inFolder { folder in
            let config = folder + "/forest.json"
            try Self.config.write(toFile: config, atomically: true, encoding: .utf8)
            let call = try BuiltProgram.run(
                ["plot"] + words.map { $0 == "CONFIG" ? config : $0 } + ["--no-cache", "--quiet"])
            #expect(call.status == 64 && call.errors.contains(message), "\(call.errors)")
        }
    }
}
