import Autograd
import CKernels

/// An opened audio file whose header has been validated.
struct OpenedAudioFile {
    let decoder: any AudioDecoder
    /// What the header promises and the file lacks, as text.
    let shortfall: String?
    private let name: String
    private let cut: FileError?

    /// The maximum number of channels.
    private static let mostChannels = 64

    init(path: String, ffmpeg: @autoclosure () -> Ffmpeg = .installed) throws {
        try self.init(AudioSource(path: path), path: path, ffmpeg)
    }

    init(bytes: [UInt8], name: String, ffmpeg: @autoclosure () -> Ffmpeg = .installed) throws {
        try self.init(AudioSource(bytes, name: name), path: nil, ffmpeg)
    }

    private init(_ source: AudioSource, path: String?, _ ffmpeg: () -> Ffmpeg) throws {
        name = source.name
        var source = source
        var container = try AudioContainer(source)
        var complaint: String?
        if case .foreign(let format) = container {
            let wav = try ffmpeg().wav(of: source, path: path, format: format)
            (source, complaint) = (try AudioSource(wav.bytes, name: name), wav.complaint)
            container = .wav(bigEndian: false)
        }
        let extent = AudioExtent(source, container)
        source.correction = extent.correction
        switch extent.verdict {
        case .whole:
            shortfall = complaint
            cut = complaint.map { [name] in
                FileError(file: name, place: "ffmpeg", found: $0, allowed: Self.remedy)
            }
        case .empty: throw Self.nothing(name)
        case .cut(let place, let found):
            shortfall = found
            cut = FileError(file: name, place: place, found: found, allowed: Self.remedy)
        }
        do {
            if let plain = PCMDecoder(source, container) {
                decoder = plain
            } else {
                decoder = try LibraryDecoder(source)
            }
        } catch {
            if let cut { throw cut }
            throw error
        }
        guard 1...Self.mostChannels ~= decoder.channels else {
            throw FileError(
                file: name, place: "header", found: "\(decoder.channels) channels",
                allowed: "1 to \(Self.mostChannels)")
        }
        let rates = Waveform.allowedRates
        guard rates.contains(decoder.rate) else {
            throw FileError(
                file: name, place: "header", found: "\(decoder.rate) Hz",
                allowed: "\(rates.lowerBound) to \(rates.upperBound)")
        }
        if decoder.frames == 0 {
            if let cut { throw cut }
            throw Self.nothing(name)
        }
    }

    private static let remedy =
        "the complete file; copy it again, or save the readable part as a new file, for example with ffmpeg"

    private static func nothing(_ name: String) -> FileError {
        FileError(file: name, place: "header", found: "a recording without samples", allowed: "at least one")
    }

    /// Returns the mean of the channels, resampled if a sample rate is given.
    func mono(_ part: AudioSegment, rate: Int?) throws -> Waveform {
        if let rate, !Waveform.allowedRates.contains(rate) {
            throw InputError(
                "read", found: "a sample rate of \(rate)",
                allowed: "\(Waveform.allowedRates.lowerBound) to \(Waveform.allowedRates.upperBound)")
        }
        let samples = try decoder.channels == 1 ? single(part) : mixed(part)
        try checkFinite(samples, part)
        let wave = Waveform(samples, rate: decoder.rate)
        return try rate.map { try wave.resampled(to: $0) } ?? wave
    }

    /// The largest recording whose memory is reserved before it has been read: 16 MB.
    private static let mostAtOnce = 1 << 22

    /// Reads a mono file, decoded in place if the header gives the number of samples.
    private func single(_ part: AudioSegment) throws -> [Float] {
        guard let count = try frames(of: part).count, count <= Self.mostAtOnce else { return try mixed(part) }
        return try [Float](unsafeUninitializedCapacity: count) { samples, size in
            try read(part, atMost: count, at: { UnsafeMutableBufferPointer(rebasing: samples[size...]) }) {
                size += $1
            }
        }
    }

    /// The mean of the channels.
    private func mixed(_ part: AudioSegment) throws -> [Float] {
        let count = try frames(of: part).count ?? 0
        if count <= Waveform.mostSamples {
            try MemoryLimit.check(
                4 * Double(count), "read", "a recording of \(grouped(count)) samples",
                advice: "divide the recording into shorter files")
        }
        var samples: [Float] = []
        samples.reserveCapacity(min(count, Self.mostAtOnce))
        try eachMixed(part, atMost: Waveform.mostSamples) { samples.append(contentsOf: $0) }
        return samples
    }

    /// Calls `body` with the mean of the channels, one block after another.
    private func eachMixed(
        _ part: AudioSegment, atMost most: Int, block size: Int = Self.block,
        _ body: (UnsafeBufferPointer<Float>) throws -> Void
    ) throws {
        let channels = decoder.channels
        try read(part, atMost: most, block: size) { block, frames in
            if channels > 1 {
                // Each frame is read before its position is overwritten.
                for frame in 0..<frames {
                    var sum: Float = 0
                    for channel in 0..<channels { sum += block[frame * channels + channel] }
                    block[frame] = sum / Float(channels)
                }
            }
            try body(UnsafeBufferPointer(rebasing: block[..<frames]))
        }
    }

    /// Calls `body` with the whole recording as mono blocks, at the file's own sample rate.
    func eachBlock(_ body: (Waveform) throws -> Void) throws {
        var done = 0
        let part = AudioSegment()
        try eachMixed(part, atMost: .max) { block in
            let samples = Array(block)
            try checkFinite(samples, part, after: done)
            done += samples.count
            try body(Waveform(samples, rate: decoder.rate))
        }
    }

    /// Returns the warnings about a part of the recording. Ends where later samples cannot add any.
    func warnings(_ part: AudioSegment) throws -> [AudioWarning] {
        struct Passed: Error {}
        var check = AudibilityCheck(rate: decoder.rate)
        do {
            try eachMixed(part, atMost: .max, block: 4096) {
                check.add($0)
                if check.isPassed { throw Passed() }
            }
        } catch is Passed {}
        return check.warnings
    }

    /// Returns the channels separately.
    func channels(_ part: AudioSegment) throws -> [Waveform] {
        let channels = decoder.channels
        var samples = [[Float]](repeating: [], count: channels)
        try read(part, atMost: Waveform.mostSamples / channels) { block, frames in
            for channel in 0..<channels {
                for frame in 0..<frames { samples[channel].append(block[frame * channels + channel]) }
            }
        }
        for channel in samples { try checkFinite(channel, part) }
        return samples.map { Waveform($0, rate: decoder.rate) }
    }

    /// The number of samples of all channels that are decoded at once.
    private static let block = 32768

    /// Calls `take` with one block of frames after another. Memory grows with the data that is actually read.
    private func read(
        _ part: AudioSegment, atMost most: Int, block size: Int = Self.block,
        _ take: (UnsafeMutableBufferPointer<Float>, Int) throws -> Void
    ) throws {
        let block = UnsafeMutableBufferPointer<Float>.allocate(
            capacity: max(1, size / decoder.channels) * decoder.channels)
        defer { block.deallocate() }
        try read(part, atMost: most, at: { block }, take)
    }

    /// Decodes frames into `memory` until there are no more, and passes their number to `take`.
    private func read(
        _ part: AudioSegment, atMost most: Int, at memory: () -> UnsafeMutableBufferPointer<Float>,
        _ take: (UnsafeMutableBufferPointer<Float>, Int) throws -> Void
    ) throws {
        if let cut, !part.allowTruncated { throw cut }
        let (first, wanted) = try frames(of: part)
        if let wanted, wanted > most { throw tooLong(wanted, most) }
        try skip(to: first)
        var done = 0
        while done < wanted ?? .max {
            let block = memory()
            guard let base = block.baseAddress else { break }
            let got = try decoder.read(
                base, frames: min(block.count / decoder.channels, (wanted ?? .max) - done))
            if got == 0 { break }
            done += got
            if done > most { throw tooLong(nil, most) }
            try take(block, got)
        }
        try checkEnd(first + done, expected: decoder.frames.map { _ in first + (wanted ?? 0) }, part)
        if done == 0 { throw Self.nothing(name) }
    }

    /// Returns the first frame of a range and the number of frames; nil if only decoding can tell.
    private func frames(of part: AudioSegment) throws -> (first: Int, count: Int?) {
        let rate = Double(decoder.rate)
        guard part.offset >= 0, part.offset < 1e9, part.duration.map({ $0 > 0 && $0 < 1e9 }) ?? true else {
            throw InputError(
                "read", found: "an offset of \(part.offset) s and a duration of \(part.duration ?? 0) s",
                allowed: "an offset of 0 or more and a duration above 0")
        }
        let first = Int(part.offset * rate)
        var count = part.duration.map { max(1, Int($0 * rate)) }
        if let frames = decoder.frames {
            guard first < frames else { throw tooShort(part, frames) }
            count = min(count ?? .max, frames - first)
        }
        return (first, count)
    }

    private func skip(to first: Int) throws {
        guard first > 0, try !decoder.seek(to: first) else { return }
        throw FileError(
            file: name, place: "\(Double(first) / Double(decoder.rate)) s",
            found: "a position that cannot be reached (\(decoder.trouble ?? "the format cannot seek"))",
            allowed: "reading from the start, without an offset")
    }

    private func checkEnd(_ end: Int, expected: Int?, _ part: AudioSegment) throws {
        let trouble = decoder.trouble
        guard !part.allowTruncated else { return }
        if let expected, end < expected {
            throw FileError(
                file: name, place: "sample \(grouped(end))",
                found: "the end of the readable samples" + (trouble.map { " (\($0))" } ?? "")
                    + "; the header declares \(grouped(decoder.frames ?? expected)) samples",
                allowed: Self.remedy)
        }
        if let trouble {
            throw FileError(
                file: name, place: "before sample \(grouped(end))", found: "damaged data (\(trouble))",
                allowed:
                    "an undamaged file; copy it again, or save the readable part as a new file, for example with ffmpeg"
            )
        }
    }

    /// - Parameter done: Samples of the range that came before these.
    private func checkFinite(_ samples: [Float], _ part: AudioSegment, after done: Int = 0) throws {
        guard let bad = samples.firstNotFinite else { return }
        let place = done + bad
        throw FileError(
            file: name,
            place: "sample \(grouped(place)) (\((Double(place) / Double(decoder.rate) + part.offset)) s)",
            found: "\(samples[bad])", allowed: "finite values; write the file again")
    }

    private func tooShort(_ part: AudioSegment, _ frames: Int) -> FileError {
        FileError(
            file: name, place: "\(part.offset) s",
            found: "the end: the recording lasts \(Double(frames) / Double(decoder.rate)) s",
            allowed: "an offset below that")
    }

    private func tooLong(_ count: Int?, _ most: Int) -> FileError {
        let hours = Double(most) / Double(decoder.rate) / 3600
        return FileError(
            file: name, place: "header",
            found: count.map { "\(grouped($0)) samples to read" } ?? "more samples than can be read at once",
            allowed:
                "at most \((hours * 10).rounded(.down) / 10) hours at this sample rate; read a segment with an offset and a duration"
        )
    }
}

extension [Float] {
    /// The index of the first sample that is infinite or NaN.
    var firstNotFinite: Int? {
        let isFine = withUnsafeBufferPointer {
            ck_all_within($0.baseAddress, $0.count, .greatestFiniteMagnitude) != 0
        }
        return isFine ? nil : firstIndex { !$0.isFinite }
    }
}
