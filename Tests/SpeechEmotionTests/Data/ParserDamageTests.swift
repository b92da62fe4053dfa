import SpeechTestSupport
import Autograd
import Configuration
import Foundation
import SpeechEmotion
import Testing

/// Thousands of damaged lists, splits and tables: each is read or named by its place, and none stops the program.
@Suite struct ParserDamageTests {
    struct Case: CustomTestStringConvertible {
        let file: String
        let text: String
        let read: @Sendable (_ folder: String) throws -> Corpus
        var testDescription: String { file }
    }

    static let cases: [Case] = [
        Case(
            file: "list.csv",
            text: """
                path,label,speaker,start,end,mood
                a.wav,sad,x,0.5,1.25,
                "b, ""c"".wav",glad,,,,2

                """
        ) { try ManifestCorpus(file: $0 + "/list.csv").read() },
        Case(
            file: "list.jsonl",
            text: """
                {"path": "a.wav", "label": 3, "start": 1e-1, "clean": true, "note": null}
                {"path": "b.wav", "label": "\\u00e4\\ud83d\\ude00", "end": 2.5}

                """
        ) { try ManifestCorpus(file: $0 + "/list.jsonl").read() },
        Case(
            file: "list.json",
            text:
                #"[{"path": "a.wav", "label": "sad", "start": 0, "end": 1}, {"path": "b.wav", "label": "x"}]"#
        ) { try ManifestCorpus(file: $0 + "/list.json").read() },
        Case(
            file: "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt",
            text: """
                [6.2901 - 8.2357]\tSes01F_impro01_F000\tneu\t[2.5000, 2.5000, 2.5000]
                C-E2:\tNeutral;\t()
                [10.0100 - 11.3925]\tSes01F_impro01_M001\texc\t[2.5000, 3.0000, 2.5000]

                """
        ) { try IEMOCAPCorpus(folder: $0).read() },
        Case(file: "VideoDemographics.csv", text: "ActorID,Age,Sex\n1001,51,Male\n1002,21,Female\n") {
            try CremaDCorpus(folder: $0).read()
        },
        Case(
            file: "splits.json",
            text: """
                {"format": "prosody-splits-1", "corpus": "made up", "splits": [
                    {"name": "one", "train": ["clip0.wav"], "test": ["clip1.wav", "clip2"]}]}
                """
        ) { try splitting(by: $0 + "/splits.json") },
        Case(
            file: "parts.csv",
            text: "clip,subset,split\nclip1.wav,train,a\nclip2.wav,test,a\nclip3,train,b\nclip1,test,b\n"
        ) {
            try splitting(by: $0 + "/parts.csv")
        },
    ]

    private static func splitting(by file: String) throws -> Corpus {
        var corpus = MadeUp.corpus(counts: [2, 3])
        let split = try FileSplit(file).split(corpus)[0]
        #expect(Set(split.train).isDisjoint(with: split.test))
        corpus.clips.removeAll { !split.train.contains($0.id) && !split.test.contains($0.id) }
        return corpus
    }

    @Test(arguments: cases) func damagedFiles(_ item: Case) throws {
        let folder = try TemporaryFolder()
        try folder.sounds([
            "a.wav", "b.wav", "b, \"c\".wav", "1001_DFA_ANG_XX.wav", "1002_IEO_SAD_HI.wav",
            "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav",
            "Session1/dialog/wav/Ses01F_impro01.wav",
        ])
        let names = RandomNames(seed: 21)
        var (read, refused) = (0, 0)
        try folder.write(item.file, item.text)
        let whole = try item.read(folder.path)
        for _ in 0..<1500 {
            try folder.write(item.file, names.damaged(Array(item.text.utf8)))
            do {
                let corpus = try item.read(folder.path)
                #expect(corpus.clips.count <= 20)
                for clip in corpus.clips {
                    guard case .file(_, let start, let end) = clip.source else { continue }
                    #expect(start ?? 0 >= 0 && start ?? 0 < end ?? .infinity)
                }
                if corpus.clips == whole.clips { read += 1 } else { refused += 1 }
            } catch is ConfigurationError {
                refused += 1
            } catch is FileError {
                refused += 1
            } catch is InputError {
                refused += 1
            }
        }
        #expect(read > 0 && refused > 0, "\(read) read, \(refused) refused or changed")
    }
}
