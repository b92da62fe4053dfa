import Configuration
import Foundation
import SpeechEmotion
import Testing

/// The stretch of a recording that reaches a model.
@Suite struct InputExtentTests {
    private func extent(_ json: String) throws -> InputExtent {
        try FeaturePipeline.decode(text: json).extent
    }

    @Test func framesLimitASequence() throws {
        let found = try extent(
            #"{"sample_rate": 8000, "layout": {"type": "sequence", "frames": 40, "features": [{"type": "mfcc", "hop_length": 256}]}}"#
        )
        #expect(found == InputExtent(lead: 0, seconds: 1.28, secondsWithSilence: nil))
        // Frames that are not centered end where the last of them does.
        let apart = try extent(
            #"{"sample_rate": 8000, "layout": {"type": "sequence", "frames": 40, "features": [{"type": "mfcc", "hop_length": 256, "n_fft": 512, "center": false}]}}"#
        )
        #expect(apart.seconds == Double(39 * 256 + 512) / 8000)
        let delta = try extent(
            #"{"sample_rate": 8000, "layout": {"type": "sequence", "frames": 40, "features": [{"type": "delta", "of": {"type": "rms", "hop_length": 80}}]}}"#
        )
        #expect(delta.seconds == 0.4)
    }

    @Test func statisticsAndPicturesHaveNoLimit() throws {
        for layout in [
            #"{"type": "summary", "entries": [{"feature": {"type": "rms"}}]}"#, #"{"type": "image"}"#,
        ] {
            #expect(try extent(#"{"layout": \#(layout)}"#).seconds == nil)
            let cut = try extent(#"{"offset": 0.5, "duration": 3, "layout": \#(layout)}"#)
            #expect(cut == InputExtent(lead: 0.5, seconds: 3, secondsWithSilence: nil))
        }
    }

    @Test func editsCut() throws {
        let layout = #""layout": {"type": "image"}"#
        let crop = try extent(
            #"{"offset": 0.5, "duration": 3, "preprocessing": [{"type": "crop", "offset": 1, "duration": 2.5}], \#(layout)}"#
        )
        #expect(crop == InputExtent(lead: 1.5, seconds: 2, secondsWithSilence: nil))
        let length = try extent(
            #"{"sample_rate": 16000, "preprocessing": [{"type": "resample", "rate": 8000}, {"type": "length", "samples": 4000}], \#(layout)}"#
        )
        #expect(length.seconds == 0.5)
    }

    /// Without silence a longer recording may fit, but for what is cut off before.
    @Test func silenceMakesRoom() throws {
        let layout =
            #""layout": {"type": "sequence", "frames": 100, "features": [{"type": "rms", "hop_length": 160}]}"#
        let trim = #"{"type": "trim"}"#
        #expect(
            try extent(#"{"preprocessing": [\#(trim)], \#(layout)}"#)
                == InputExtent(lead: 0, seconds: 1, secondsWithSilence: .infinity))
        #expect(
            try extent(
                #"{"duration": 2, "preprocessing": [\#(trim), {"type": "length", "seconds": 0.5}], \#(layout)}"#
            )
                == InputExtent(lead: 0, seconds: 0.5, secondsWithSilence: 2))
    }

    /// Blocks are the sound that reading at once gives.
    @Test func blocksAreTheWholeSound() throws {
        let path = NSTemporaryDirectory() + "blocks-\(UUID().uuidString).wav"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let left = Waveform((0..<100_000).map { Float(sin(Double($0) / 7) / 2) }, rate: 16000)
        let right = Waveform((0..<100_000).map { Float(cos(Double($0) / 5) / 3) }, rate: 16000)
        try AudioFile.write(channels: [left, right], to: path, as: .wavFloat)
        var samples: [Float] = []
        var blocks = 0
        try AudioFile.eachBlock(path) { block in
            #expect(block.rate == 16000)
            samples += block.samples
            blocks += 1
        }
        #expect(try samples == AudioFile.read(path).samples && blocks > 2)
        #expect(samples == zip(left.samples, right.samples).map { ($0 + $1) / 2 })
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        // The sample of the right channel at that place becomes what is no number.
        var spoilt = bytes
        let place = bytes.count - (100_000 - 70_000) * 8
        spoilt.replaceSubrange(place..<place + 4, with: [0, 0, 0xC0, 0x7F])
        try spoilt.write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: (any Error).self) { try AudioFile.eachBlock(path) { _ in } }
        #expect(
            "\(error.map { "\($0)" } ?? "")".contains("sample 70,000 (4.375 s)"),
            "\(String(describing: error))")
    }
}
