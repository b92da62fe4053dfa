import TestSupport
import Configuration
import Foundation
import Lab
import SpeechEmotion
import Testing

/// Counts, lengths and formats of a corpus, as tables and for programs.
@Suite struct CorpusStatisticsTests {
    /// Three clips of two classes and speakers; one file cannot be read and one has no room.
    private func statistics(_ body: (CorpusStatistics, CorpusStatistics) throws -> Void) throws {
        try Toy.inFolder { folder in
            func wave(_ seconds: Double, _ rate: Int) -> Waveform {
                Waveform([Float](repeating: 0.1, count: Int(seconds * Double(rate))), rate: rate)
            }
            try AudioFile.write(wave(1, 8000), to: folder + "/a.wav")
            try AudioFile.write(channels: [wave(2, 48000), wave(2, 48000)], to: folder + "/b.wav")
            try AudioFile.write(wave(4, 8000), to: folder + "/c.wav")
            try Data("none".utf8).write(to: URL(fileURLWithPath: folder + "/d.wav"))
            let rows = [
                ("a", "sad", "1", "hall"), ("b", "sad", "2", "hall"), ("c", "sad", "2", nil),
                ("d", "glad", "1", "hall"),
            ]
            let clips = rows.map { name, label, speaker, room in
                Clip(
                    id: name, source: .file(path: "\(folder)/\(name).wav", start: nil, end: nil),
                    label: label,
                    speaker: speaker, attributes: room.map { ["room": $0] } ?? [:])
            }
            let corpus = Corpus(name: "four", clips: clips)
            try body(
                CorpusStatistics(corpus, scan: HeaderScan(clips)), CorpusStatistics(corpus, scan: nil))
        }
    }

    @Test func tablesForPeople() throws {
        try statistics { found, counts in
            #expect(found.headline == "four: 4 clips, 2 classes, 2 speakers")
            #expect(found.tables.count == 5)
            #expect(
                found.tables[0].columns == [
                    "corpus", "clips", "unreadable", "min s", "median s", "p95 s", "max s",
                    "total min",
                    "sample rate", "channels",
                ])
            #expect(
                found.tables[0].cells == [
                    [
                        "all", "4", "1", "1.00", "2.00", "3.80", "4.00", "0.12", "8 kHz (2), 48 kHz (1)",
                        "1 (2), 2 (1)",
                    ]
                ])
            #expect(found.tables[1].title == "Audio formats")
            #expect(
                found.tables[1].cells.map { $0.dropFirst() } == [["8 kHz", "1", "2"], ["48 kHz", "2", "1"]])
            #expect(
                found.tables[2].cells == [
                    ["glad", "1", "1", "–", "–", "–", "–", "–", "–", "–"],
                    [
                        "sad", "3", "0", "1.00", "2.00", "3.80", "4.00", "0.12", "8 kHz (2), 48 kHz (1)",
                        "1 (2), 2 (1)",
                    ],
                ])
            #expect(found.tables[3].cells[1].prefix(5) == ["2", "2", "0", "2.00", "3.00"])
            #expect(found.tables[4].columns[0] == "room" && found.tables[4].cells.map { $0[0] } == ["hall"])
            #expect(
                found.notes == [
                    "1 clip without a value for \"room\".",
                    "1 clip cannot be read; durations and formats exclude them.",
                ])
            #expect(found.text.hasPrefix("four: 4 clips, 2 classes, 2 speakers\n\n"))
            #expect(found.markdown.contains("| sad | 3 | 0 | 1.00 |"))
            #expect(
                counts.tables.map(\.columns) == ["corpus", "label", "speaker", "room"].map { [$0, "clips"] })
            #expect(counts.notes == ["1 clip without a value for \"room\"."])
        }
    }

    @Test func forPrograms() throws {
        try statistics { found, counts in
            let json = try JSONValue.parse(found.json.pretty())
            func value(_ path: String) throws -> JSONValue? { json[try JSONPath(parsing: path)] }
            #expect(try value("all.seconds.percentile_95")?.double == 3.8)
            #expect(try value("all.seconds.total")?.double == 7)
            #expect(try value("all.sampling_rates") == ["8000": 2, "48000": 1])
            #expect(try value("columns[0].values[0].seconds.min") == .null)
            #expect(try value("columns[2].missing") == 1 && value("columns[2].listed") == true)
            #expect(try value("unreadable[0].clip") == "d")
            let lines = found.csv.split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false)
            }
            #expect(lines.count == 7 && lines.allSatisfy { $0.count == lines[0].count })
            #expect(
                lines[1] == [
                    "", "all", "4", "1", "1.0", "2.0", "3.8", "4.0", "7.0", "8000:2;48000:1", "1:2;2:1",
                ])
            #expect(lines[2] == ["label", "glad", "1", "1", "", "", "", "", "", "", ""])
            #expect(counts.csv.hasPrefix("column,value,clips\n,all,4\nlabel,glad,1\n"))
            #expect(try JSONValue.parse(counts.json.pretty())["all"] == ["value": "all", "clips": 4])
        }
    }

    @Test func columnsWithManyValuesAreNamed() {
        let clips = (0..<201).map { number in
            Clip(
                id: "\(number)", source: .file(path: "/none", start: nil, end: nil), label: "a",
                attributes: ["text": "text \(number)", "half": "\(number / 2)"])
        }
        let found = CorpusStatistics(Corpus(name: "texts", clips: clips), scan: nil)
        #expect(found.columns.map(\.isListed) == [true, true, false])
        #expect(
            found.notes == [
                "\"text\" has 201 different values; columns with more than 200 are not listed. Train data list writes all of them.",
                "No clip has a speaker: splits by speaker are not possible.",
            ])
        #expect(found.headline == "texts: 201 clips, 1 class")
        #expect(!found.csv.contains("text 7") && found.csv.contains("half,7,2"))
    }
}
