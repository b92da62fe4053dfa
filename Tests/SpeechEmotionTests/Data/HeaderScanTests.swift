import Foundation
import SpeechEmotion
import Testing

/// What is known of clips from the headers of their files.
@Suite struct HeaderScanTests {
    private func clip(_ path: String, start: Double? = nil, end: Double? = nil) -> Clip {
        Clip(
            id: path + (start.map { "#\($0)" } ?? ""), source: .file(path: path, start: start, end: end),
            label: "a")
    }

    private func tone(_ seconds: Double, rate: Int) -> Waveform {
        Waveform((0..<Int(seconds * Double(rate))).map { Float(sin(Double($0) * 0.1)) * 0.3 }, rate: rate)
    }

    @Test func headersOfFilesAndPartsOfThem() throws {
        let folder = try TemporaryFolder()
        let (mono, stereo) = (folder.path + "/mono.wav", folder.path + "/stereo.flac")
        try AudioFile.write(tone(2, rate: 8000), to: mono)
        try AudioFile.write(
            channels: [tone(1.5, rate: 48000), tone(1.5, rate: 48000)], to: stereo, as: .flac24)
        let clips = [
            clip(mono), clip(stereo), clip(mono, start: 0.5), clip(mono, start: 0.5, end: 1.25),
            clip(mono, start: 1.5, end: 9), clip(stereo, start: 0, end: 0.5),
        ]
        let scan = HeaderScan(clips)
        let headers = try scan.headers.map { try #require($0) }
        #expect(scan.unreadable == [])
        #expect(headers.map(\.seconds) == [2, 1.5, 1.5, 0.75, 0.5, 0.5])
        #expect(headers.map(\.rate) == [8000, 48000, 8000, 8000, 8000, 48000])
        #expect(headers.map(\.channels) == [1, 2, 1, 1, 1, 2])
        #expect(headers[0].format.contains("16 bit") && headers[1].format.contains("24 bit"))
        #expect(try clips[3].header() == headers[3])
    }

    @Test func whatCannotBeReadIsNamed() throws {
        let folder = try TemporaryFolder()
        let bytes = WAVFile.bytes(tone(1, rate: 8000))
        let good = try folder.write("good.wav", bytes)
        let cut = try folder.write("cut.wav", Array(bytes.prefix(bytes.count / 2)))
        let clips = [
            clip(folder.path + "/none.wav"), clip(good), clip(try folder.write("text.wav", "no sound")),
            clip(cut), clip(good, start: 3),
        ]
        let scan = HeaderScan(clips)
        #expect(scan.headers.map { $0 != nil } == [false, true, false, false, false])
        #expect(scan.unreadable.map(\.file) == [0, 2, 3, 4].map { clips[$0].id })
        #expect(scan.unreadable.allSatisfy { !$0.reason.contains(folder.path) })
        #expect(scan.unreadable[2].reason.contains("allowed: the whole file; copy it again"))
        #expect(
            scan.unreadable[3].reason.contains(
                "found the end: the recording lasts 1.0 s; allowed: a clip that begins before it"))
    }

    @Test func madeUpSoundsHaveHeaders() throws {
        var corpus = SyntheticCorpus()
        (corpus.speakers, corpus.repetitions) = (1, 1)
        let clips = corpus.corpus().clips
        for (clip, header) in zip(clips, HeaderScan(clips).headers) {
            let wave = try clip.wave()
            #expect(
                header
                    == ClipHeader(format: "synthetic", rate: wave.rate, channels: 1, seconds: wave.duration))
        }
    }

    /// The numbers are those of numpy.percentile and numpy.median.
    @Test func summariesOfNumbers() throws {
        let summary = try #require(NumberSummary([10, 1, 4, 3, 2]))
        #expect(summary.least == 1 && summary.largest == 10 && summary.median == 3 && summary.total == 20)
        #expect(abs(summary.percentile95 - 8.8) < 1e-12)
        let even = try #require(NumberSummary([4, 1, 3, 2]))
        #expect(even.median == 2.5 && abs(even.percentile95 - 3.85) < 1e-12)
        #expect(NumberSummary([7])?.percentile95 == 7)
        #expect(NumberSummary([]) == nil)
    }
}
