import Autograd
import SpeechEmotion
import Testing

@Suite struct OmissionTests {
    @Test func filesThatShareAReasonAreOneLine() {
        let many = (1...400).map { Omission("notes/\($0).wav", "not a file name of RAVDESS") }
        let few = [Omission("a.wav", "a damaged file"), Omission("b.wav", "a damaged file")]
        #expect(
            (few.prefix(1) + many + few.suffix(1)).summary() == [
                "skipped: a.wav: a damaged file", "skipped: b.wav: a damaged file",
                "skipped 400 files, from notes/1.wav to notes/400.wav: not a file name of RAVDESS",
            ])
        #expect([Omission]().summary().isEmpty)
    }

    /// The id of a clip already names its file; another file, such as that of weights, is part of the reason.
    @Test func theFileOfAClipIsNamedOnce() {
        let clip = Clip(
            id: "b/a.au", source: .file(path: "/data/b/a.au", start: 1, end: nil), label: "b")
        func text(_ file: String) -> String {
            "\(Omission(clip, FileError(file: file, place: "header", found: "\n", allowed: "y")))"
        }
        #expect(text("/data/b/a.au") == "b/a.au: header: found \\n; allowed: y")
        #expect(text("b/a.au") == text("/data/b/a.au"))
        #expect(text("/w") == "b/a.au: /w: header: found \\n; allowed: y")
    }

    @Test func theLimitCountsFilesPerReason() {
        let omissions = (1...4).map { Omission("\($0).wav", "empty") }
        #expect(omissions.summary(limit: 4).count == 4)
        #expect(omissions.summary() == ["skipped 4 files, from 1.wav to 4.wav: empty"])
    }
}
