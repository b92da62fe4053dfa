import Configuration
import Foundation
import Testing

/// `Train import` of the models of scikit-learn that the tests of ONNXExport have.
struct ImportCommandTests {
    private static func model(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("ONNXExportTests/Fixtures/\(name).onnx").path
    }

    /// A folder with a table of two clips with four features.
    private func inFolder(_ body: (_ folder: String, _ table: String) throws -> Void) throws {
        try SmallExperiment.inFolder { folder in
            let table = folder + "/table.csv"
            try "path,mfcc_0,mfcc_1,rms,zcr\na.wav,1,2,-1,0.5\nb.wav,-1,0.5,0.25,0\n"
                .write(toFile: table, atomically: true, encoding: .utf8)
            try body(folder, table)
        }
    }

    private func probabilities(_ model: String, in folder: String) throws -> [[Double]] {
        let ending = try BuiltProgram.run(
            "predict", "a.wav", "b.wav", "--model", model, "--format", "csv", "--no-cache", in: folder)
        #expect(ending.status == 0, "\(ending.errors)")
        return ending.output.split(separator: "\n").dropFirst().map { line in
            line.split(separator: ",").dropFirst(2).compactMap { Double($0) }
        }
    }

    @Test func anImportedModelPredictsAndCombines() throws {
        try inFolder { folder, table in
            var known: [[[Double]]] = []
            for name in ["logistic_frame3", "forest3"] {
                let file = "\(folder)/\(name).safetensors"
                let made = try BuiltProgram.run(
                    "import", Self.model(name), "--features", table, "--out", file)
                #expect(made.status == 0, "\(made.errors)")
                #expect(made.output.contains("classes angry, calm, sad"))
                known.append(try probabilities(file, in: folder))
            }
            #expect(known.joined().allSatisfy { $0.count == 3 && abs($0.reduce(0, +) - 1) < 1e-5 })
            let both = folder + "/both.safetensors"
            let made = try BuiltProgram.run(
                "combine", folder + "/logistic_frame3.safetensors", folder + "/forest3.safetensors", "--out",
                both)
            // The columns of the data frame were selected by name.
            #expect(made.status != 0 && made.errors.contains("columns"), "\(made.errors)")
            let twice = try BuiltProgram.run(
                "combine", folder + "/forest3.safetensors", folder + "/forest3.safetensors", "--out", both)
            #expect(twice.status == 0, "\(twice.errors)")
            for (row, values) in try probabilities(both, in: folder).enumerated() {
                #expect(zip(values, known[1][row]).allSatisfy { abs($0 - $1) < 1e-5 })
            }
            let exported = try BuiltProgram.run("export", both, "--out", folder + "/export")
            #expect(exported.status == 0, "\(exported.errors)")
        }
    }

    @Test func labelsNameTheClasses() throws {
        try inFolder { folder, table in
            func names(_ labels: String, _ file: String) throws -> BuiltProgram.Ending {
                try BuiltProgram.run(
                    "import", Self.model("tree2"), "--features", table, "--labels", labels, "--out",
                    folder + "/" + file)
            }
            #expect(try names(#"["calm", "sad"]"#, "a.safetensors").output.contains("classes calm, sad"))
            #expect(try names(#"{"1": "sad"}"#, "b.safetensors").output.contains("classes 0, sad"))
            for labels in [#"["calm"]"#, #"{"2": "sad"}"#, #"{"0": "1"}"#, "3"] {
                let ending = try names(labels, "c.safetensors")
                #expect(ending.status == 64 && ending.errors.contains("--labels: "), "\(ending.errors)")
            }
        }
    }

    @Test func errorsSayWhatToDo() throws {
        try inFolder { folder, table in
            let narrow = folder + "/narrow.csv"
            try "path,rms\na.wav,1\n".write(toFile: narrow, atomically: true, encoding: .utf8)
            let file = folder + "/a.safetensors"
            let weights = folder + "/pytorch_model.bin"
            try "PK".write(toFile: weights, atomically: true, encoding: .utf8)
            let calls: [([String], Int32, String)] = [
                (
                    [Self.model("unsupported3"), "--features", table, "--out", file], 1,
                    "unsupported operators"
                ),
                ([folder + "/missing.onnx"], 1, "no such file or folder"),
                ([Self.model("tree3"), "--out", file], 64, "--features"),
                ([Self.model("tree3"), "--features", table], 64, "--out"),
                ([Self.model("tree3"), "--features", table, "--out", folder + "/run"], 64, "run folder"),
                ([Self.model("tree3"), "--features", table, "--out", table], 1, "existing file"),
                ([Self.model("tree3"), "--features", narrow, "--out", file], 64, "takes 4 values"),
                ([Self.model("linear_regression"), "--features", table, "--out", file], 1, "regression"),
                ([table, "--features", table, "--out", file], 1, "protocol buffers"),
                ([folder + "/nothing"], 1, "no such file or folder"),
                ([weights], 1, "for a speech encoder, its folder"),
            ]
            for (words, status, text) in calls {
                let ending = try BuiltProgram.run(["import"] + words)
                #expect(ending.status == status && ending.errors.contains(text), "\(ending.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: file))
        }
    }
}
