import Autograd
import Configuration
import Foundation
import SpeechEmotion
import Testing

@Suite struct TableLayoutTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "table-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func clip(_ id: String) -> Clip {
        Clip(id: id, source: .file(path: "/nowhere/" + id, start: nil, end: nil), label: "a")
    }

    private func features(_ layout: TableLayout, _ id: String) throws -> Features {
        let pipeline = FeaturePipeline(sampleRate: 16000, layout: layout)
        return try FeatureExtractor(pipeline).features(of: clip(id))[0]
    }

    private func write(_ text: String, _ path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    @Test func clipsAreFoundByIdPathOrName() throws {
        try inFolder { folder in
            let file = folder + "/x.csv"
            try write("path,f0,f1\nActor_01/a.wav,1,2.5\n/data/b.flac,3,-4\nc,5,6\n", file)
            let layout = TableLayout(file: file)
            #expect(try features(layout, "Actor_01/a.wav") == Features(shape: [2], values: [1, 2.5]))
            #expect(try features(layout, "Actor_02/b.wav").values == [3, -4])
            #expect(try features(layout, "sub/c.wav").values == [5, 6])
            #expect(layout.names == ["f0", "f1"] && layout.outputShape == [2])
            let error = #expect(throws: InputError.self) { try features(layout, "d.wav") }
            #expect("\(error.map { "\($0)" } ?? "")".contains("no row"))
        }
    }

    @Test func arraysHaveTheirClipsInATable() throws {
        try inFolder { folder in
            let numbers = (0..<24).map { Real($0) }
            try Npy.write(Tensor(numbers, shape: [2, 4, 3]), to: folder + "/x.npy")
            try Npy.write(Indices([4, 2]), to: folder + "/x.lengths.npy")
            try write("path,label\nb,glad\na,sad\n", folder + "/x.csv")
            let found = try features(TableLayout(file: folder + "/x.npy"), "a.wav")
            #expect(found.shape == [4, 3] && found.length == 2)
            #expect(found.values == (12..<24).map { Float($0) })
            try write("path\nb\n", folder + "/x.csv")
            try write("path\nb\n", folder + "/y.csv")
            var other = TableLayout(file: folder + "/x.npy")
            other.clips = folder + "/y.csv"
            #expect(throws: InputError.self) { try other.check(rate: 16000) }
            let missing = #expect(throws: InputError.self) {
                try TableLayout(file: folder + "/z.npy").check(rate: 16000)
            }
            #expect(
                missing?.description
                    == "table, \(folder)/z.npy: opening: found \"No such file or directory\"; allowed: an existing, readable file"
            )
        }
    }

    @Test(arguments: [
        ("path,f0\na,1\na,2\n", "twice"), ("path,f0\na,x\n", "expected a number"),
        ("path,speaker,f0\na,1,2\n", "exclude"), ("name2,f0\na,1\n", "no column \"path\""),
        ("path\na\n", "no column with features"), ("path,f0\na,nan\n", "finite"),
        ("path,f0\na,1,2\n", "fields"),
    ])
    func damageIsNamed(_ text: String, _ words: String) throws {
        try inFolder { folder in
            try write(text, folder + "/x.csv")
            let error = #expect(throws: (any Error).self) {
                try features(TableLayout(file: folder + "/x.csv"), "a")
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains(words), "\(error.map { "\($0)" } ?? "")")
        }
    }

    @Test func otherRecordingsAndWaveformOptionsAreRefused() throws {
        try inFolder { folder in
            try write("path,f0\na,1\n", folder + "/x.csv")
            var pipeline = FeaturePipeline(sampleRate: 16000, layout: TableLayout(file: folder + "/x.csv"))
            #expect(throws: InputError.self) {
                try pipeline(Waveform(Array(repeating: 0.1, count: 16000), rate: 16000))
            }
            pipeline.duration = 3
            #expect(pipeline.validationIssues.count == 1)
        }
    }
}
