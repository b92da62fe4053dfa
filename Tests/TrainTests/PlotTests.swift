import Foundation
import Lab
import Testing

/// `Train plot`, with the built program.
@Suite(.serialized) struct PlotTests {
    private static let config = """
        {"name": "forest", "data": {"source": {"type": "synthetic", "speakers": 6, "repetitions": 1},
         "balance": {"max_per_class": 3}},
         "split": {"type": "grouped", "test": 2, "validation": 1},
         "features": {"sample_rate": 8000, "layout": {"type": "summary", "entries": [{"feature": {"type": "mfcc",
          "n_mfcc": 6, "n_fft": 512, "hop_length": 256, "n_mels": 20}, "statistics": ["mean", "std"]}]}},
         "model": {"type": "random_forest", "n_estimators": 10},
         "search": {"folds": 2, "parameters": {"model.n_estimators": [2, 5], "model.max_depth": [1, 4]}}}
        """

    @Test func everyKindOfPlotIsDrawn() throws {
        try SmallExperiment.inFolder { folder in
            let config = folder + "/forest.json"
            try Self.config.write(toFile: config, atomically: true, encoding: .utf8)
            let made = try BuiltProgram.run(
                "run", config, "--runs", folder + "/runs", "--no-cache", "--quiet")
            #expect(made.status == 0, "\(made.errors)")
            let run = folder + "/runs/forest"
            let page = try String(contentsOfFile: run + "/report.html", encoding: .utf8)
            for section in ["Hyperparameter search", "Class balancing", "Feature importances"] {
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
            ]
            for (index, words) in calls.enumerated() {
                let file = folder + "/\(index).svg"
                let call = try BuiltProgram.run(
                    ["plot"] + words + ["--out", file, "--no-cache", "--quiet"])
                #expect(call.status == 0, "\(words): \(call.errors)")
                let svg = try String(contentsOfFile: file, encoding: .utf8)
                #expect(svg.hasPrefix("<svg") && svg.hasSuffix("</svg>\n") || svg.contains("</svg>"))
            }
        }
    }

    @Test(arguments: [
        (["bars", "x"], "unknown kind"), (["importance"], "expected a kind"),
        (["importance", "CONFIG"], "requires the folder of a run"),
        (["violins", "CONFIG", "--features", "mfcc_0_meen"], "did you mean"),
        (["projection", "CONFIG", "--method", "shap"], "pca, tsne or umap"),
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
