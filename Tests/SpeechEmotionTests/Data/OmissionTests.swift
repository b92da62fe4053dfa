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

    @Test func theLimitCountsFilesPerReason() {
        let omissions = (1...4).map { Omission("\($0).wav", "empty") }
        #expect(omissions.summary(limit: 4).count == 4)
        #expect(omissions.summary() == ["skipped 4 files, from 1.wav to 4.wav: empty"])
    }
}
