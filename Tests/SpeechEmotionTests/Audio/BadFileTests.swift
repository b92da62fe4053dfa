import SpeechTestSupport
import Autograd
import Foundation
import SpeechEmotion
import Testing

/// What is wrong with a file is said with its name, the place and what to do; nothing is read in part without a word.
@Suite struct BadFileTests {
    /// Bytes with others in the place of some.
    private func patched(_ bytes: [UInt8], _ place: Int, _ new: [UInt8]) -> [UInt8] {
        var bytes = bytes
        bytes.replaceSubrange(place..<place + new.count, with: new)
        return bytes
    }

    private func little(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    private func message(_ bytes: [UInt8], allowTruncated: Bool = false) -> String {
        do {
            let wave = try AudioFile.read(bytes: bytes, name: "a.wav", allowTruncated: allowTruncated)
            return "read \(wave.count) samples"
        } catch {
            return "\(error)"
        }
    }

    private func wav(_ encoding: AudioEncoding = .wav16) throws -> [UInt8] {
        try AudioFile.bytes([TestSound.voice(count: 1000)], as: encoding)
    }

    @Test func whatIsNoFile() throws {
        let folder = try TestFolder()
        func message(_ path: String) -> String {
            do {
                _ = try AudioFile.read(path)
                return "read"
            } catch {
                return "\(error)"
            }
        }
        let missing = folder.file("missing.wav")
        #expect(
            message(missing)
                == "\(missing): opening: found \"No such file or directory\"; allowed: an audio file that exists and is readable"
        )
        #expect(message(folder.path) == "\(folder.path): opening: found a folder; allowed: an audio file")
        #expect(message("/dev/zero").contains("a device or pipe"))
        let pipe = folder.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(message(pipe).contains("a device or pipe"))
        #expect(message(try folder.write([], "empty")).contains("an empty file"))
        // It has no contents on the disk.
        let sparse = try folder.write(wav(), "sparse")
        #expect(truncate(sparse, 1 << 40) == 0)
        #expect(
            message(sparse)
                == "\(sparse): opening: found 1,099,511,627,776 bytes; allowed: at most 68,719,476,736 bytes; split the recording"
        )
        if geteuid() != 0 {
            let locked = try folder.write(wav(), "locked")
            chmod(locked, 0)
            #expect(message(locked).contains("Permission denied"))
        }
    }

    @Test func whatIsNoSound() {
        #expect(
            message(Array("PK\u{3}\u{4}....".utf8)).contains(
                "found a ZIP archive; allowed: an audio file: WAV, FLAC"))
        #expect(message([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A]).contains("found a PNG image"))
        #expect(
            message(Array("path,label\na.wav,sad\n".utf8)).contains(
                "found text that begins with \"path,label\""))
        #expect(message([0, 0, 0, 0, 0, 0, 0, 0]).contains("found zeros"))
        #expect(message([0xDE, 0xAD, 0xBE, 0xEF]).contains("an unknown format (DE AD BE EF)"))
        #expect(message(Array("R".utf8)).contains("found text that begins with \"R\""))
        #expect(message(Array("RIFF....AVI ".utf8)).contains("a RIFF file without WAVE"))
    }

    @Test func aHeaderThatPromisesTooMuch() throws {
        let whole = try wav()
        #expect(message(whole) == "read 1000 samples")
        let cut = Array(whole.dropLast(101))
        #expect(
            message(cut)
                == "a.wav: byte 1943, the end of the file: found 1,899 of the 2,000 bytes of samples that the header declares; "
                + "allowed: the complete file; copy it again, or save the readable part as a new file, for example with ffmpeg"
        )
        #expect(message(cut, allowTruncated: true) == "read 949 samples")
        #expect(message(Array(whole.prefix(44))).contains("found 0 of the 2,000 bytes"))
        #expect(message(Array(whole.prefix(30))).contains("the end of the file before any samples"))
        // Ten hours of 16 bits at 24 kHz and at 48 kHz.
        for (size, text) in [(1_728_000_000, "1,728,000,000"), (3_456_000_000, "3,456,000,000")]
            as [(UInt32, String)]
        {
            let hours = patched(whole, 40, little(size))
            #expect(message(hours).contains("found 2,000 of the \(text) bytes"))
            #expect(message(hours, allowTruncated: true) == "read 1000 samples")
        }
        let folder = try TestFolder()
        #expect(
            try AudioFile.info(folder.write(cut, "cut.wav")).shortfall?.contains("1,899 of the 2,000") == true
        )
        #expect(try AudioFile.info(folder.write(cut, "cut.wav")).frames == 949)
    }

    /// STREAMINFO ends its 36 bits of samples at byte 26.
    @Test func aFLACHeaderThatPromisesTooMuch() throws {
        let whole = try wav(.flac16)
        #expect(message(whole) == "read 1000 samples")
        let hours = patched(whole, 22, [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(message(hours).contains("at most 9.3 hours at this sample rate"))
        let minutes = patched(whole, 22, [0x01, 0xFF, 0xFF, 0xFF])
        #expect(message(minutes).contains("sample 1,000: found the end of the readable samples"))
        #expect(message(minutes).contains("the header declares 33,554,431 samples"))
        #expect(message(minutes, allowTruncated: true) == "read 1000 samples")
        #expect(
            message(Array(whole.dropLast(whole.count / 3))).contains("found the end of the readable samples"))
    }

    @Test func filesThatWereWrittenIntoAPipe() throws {
        let whole = try wav()
        for size in [0, 0xFFFF_FFFF, 0xFFFF_FFDB, 0x7FFF_FFFF, 0x7FFF_F000, 0x8000_0000] as [UInt32] {
            let stream = patched(patched(whole, 4, little(size)), 40, little(size))
            #expect(message(stream) == "read 1000 samples", "\(size)")
        }
        #expect(try message(patched(wav(.au16), 8, [0xFF, 0xFF, 0xFF, 0xFF])) == "read 1000 samples")
    }

    /// A closed file without samples is not taken for one that was written into a pipe, chunks after it for samples.
    @Test func noSamples() throws {
        let empty = try AudioFile.bytes([Waveform([], rate: 8000)])
        #expect(message(empty) == "a.wav: header: found a recording without samples; allowed: at least one")
        let tagged = patched(empty, 4, little(UInt32(empty.count))) + Array("LIST".utf8) + little(0)
        #expect(message(patched(tagged, 40, little(0))).contains("a recording without samples"))
    }

    @Test func cutOffSoundsOfEveryFormat() throws {
        for encoding in AudioEncoding.allCases {
            let whole = try AudioFile.bytes([TestSound.voice(count: 40_000)], as: encoding)
            let cut = Array(whole.prefix(whole.count * 2 / 3))
            let said = message(cut)
            #expect(!said.hasPrefix("read"), "\(encoding): \(said)")
            let kept = message(cut, allowTruncated: true)
            #expect(kept.hasPrefix("read") && kept != message(whole), "\(encoding): \(kept)")
        }
    }

    @Test func numbersThatAreNotFinite() throws {
        for bad in [Float.nan, .infinity, -.infinity] {
            let whole = try AudioFile.bytes(
                [Waveform([Float](repeating: 0.5, count: 500), rate: 1000)], as: .wavFloat)
            let place = try #require(
                (0..<whole.count).first { Array(whole[$0...].prefix(4)) == Array("data".utf8) })
            let file = patched(whole, place + 8 + 4 * 250, little(bad.bitPattern))
            #expect(
                message(file)
                    == "a.wav: sample 250 (0.25 s): found \(bad); allowed: finite values; write the file again"
            )
        }
    }

    @Test func strangeRatesAndChannels() throws {
        let whole = try wav()
        #expect(
            message(patched(whole, 24, little(7))).contains("7 Hz; allowed: 100 to 1000000"))
        #expect(message(patched(whole, 24, little(2_000_000_000))).contains(" Hz"))
        for rate in [0, 0xFFFF_FFFF] as [UInt32] {
            #expect(message(patched(whole, 24, little(rate))).hasPrefix("a.wav: header: found"))
        }
        for channels in [0, 65, 255] as [UInt8] {
            #expect(message(patched(whole, 22, [channels, 0])).hasPrefix("a.wav: header: found"))
        }
    }

    @Test func ffmpegIsAskedForWhatLibsndfileCannotRead() throws {
        let folder = try TestFolder()
        let sound = try folder.write([0, 0, 0, 32] + Array("ftypM4A ................".utf8), "-a.m4a")
        func message(_ script: String?, _ change: (inout Ffmpeg) -> Void = { _ in }) throws -> String {
            let programs = try TestFolder()
            if let script {
                chmod(try programs.write(Array("#!/bin/sh\n\(script)\n".utf8), "ffmpeg"), 0o700)
            }
            var ffmpeg = Ffmpeg(folders: [programs.path])
            change(&ffmpeg)
            do {
                return "read \(try AudioFile.read(sound, ffmpeg: ffmpeg).count) samples"
            } catch {
                return "\(error)"
            }
        }
        #expect(
            try message(nil).contains("found MP4 (M4A), which requires ffmpeg; ffmpeg is not installed"))
        #expect(
            try message(nil).contains("Install ffmpeg (apt-get install ffmpeg), or convert the file to WAV"))
        let wav = try folder.write(wav(), "decoded.wav")
        #expect(try message("cat \(wav)") == "read 1000 samples")
        #expect(
            try message(
                "for a in \"$@\"; do last=$b; b=$a; [ \"$last\" = -i ] && echo \"$a\" >&2; done; cat \(wav)"
            )
            .contains("ffmpeg: found file:\(folder.path)/-a.m4a"))
        #expect(
            try message("echo moov atom not found >&2; exit 1").contains("ffmpeg: found moov atom not found"))
        #expect(
            try message("echo '[mov @ 0x7f] no moov' >&2; echo file:a.m4a: Invalid data >&2; exit 1")
                .contains("ffmpeg: found no moov; allowed"))
        #expect(try message("exit 3").contains("the exit status 3"))
        #expect(
            try message("exec cat /dev/zero") { $0.mostBytes = 1 << 20 }.contains("more than 1,048,576 bytes")
        )
        #expect(try message("exec sleep 100") { $0.patience = 0.3 }.contains("no output"))
        #expect(try message("echo no sound").contains("found text that begins") == false)
    }

    /// Lossless in both directions, so every sample has to come back; half of the file is an error with its cause.
    @Test(.enabled(if: Ffmpeg.installed.program != nil, "ffmpeg is not installed"))
    func theInstalledFfmpegDecodesToTheSample() throws {
        let folder = try TestFolder()
        let wave = TestSound.voice(count: 40_000)
        let wav = folder.file("a.wav")
        try AudioFile.write(wave, to: wav)
        let program = try #require(Ffmpeg.installed.program)
        for (name, codec) in [("a.m4a", "alac"), ("a.mka", "flac")] {
            let encoded = folder.file(name)
            let process = try Process.run(
                URL(fileURLWithPath: program), arguments: ["-v", "error", "-i", wav, "-c:a", codec, encoded])
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
            #expect(try AudioFile.read(encoded) == AudioFile.read(wav))
            let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: encoded)))
            #expect(try AudioFile.read(bytes: bytes, offset: 1, duration: 0.5).count == 8000)
            let half = message(Array(bytes.prefix(bytes.count / 2)))
            #expect(half.contains("ffmpeg: found") && !half.contains(" @ 0x"), "\(half)")
        }
    }
}
