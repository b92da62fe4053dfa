import Foundation
import Reports

/// Samples from standard input: raw 16-bit mono, or a WAV file with 16-bit samples, as they arrive.
struct SampleStream {
    /// The sample rate in Hz; for a WAV file, known after its header.
    private(set) var rate: Int
    /// Whether any sample has arrived.
    private(set) var hasSamples = false
    /// Whether bytes of an incomplete sample remain.
    var hasRest: Bool { !rest.isEmpty }
    private let isRateGiven: Bool
    private var rest: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 65536)
    private var state = State.beginning
    private var channels = 1

    private enum State {
        /// Nothing has been recognized yet.
        case beginning
        /// Samples, of which a WAV file promises a number of bytes.
        case samples(bytes: Int?)
        /// After the samples of a WAV file.
        case end
    }

    /// Creates the stream of raw samples of a rate; nil for 16 kHz, or for the rate of a WAV file.
    init(rate: Int?) {
        self.rate = rate ?? 16000
        isRateGiven = rate != nil
    }

    /// Waits for bytes and returns their samples, which may be none; nil at the end of the input. Throws after Ctrl-C.
    mutating func next() throws -> [Float]? {
        while true {
            try Interrupt.check()
            // A read would block after Ctrl-C until more audio came; poll does not.
            var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard poll(&input, 1, 500) > 0 else { continue }
            let count = buffer.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else {
                if case .beginning = state, !rest.isEmpty { try begin(isEnd: true) }
                let last = taken()
                return last.isEmpty ? nil : last
            }
            rest += buffer[..<count]
            if case .beginning = state { try begin(isEnd: false) }
            return taken()
        }
    }

    /// Recognizes the kind of input from its first bytes.
    private mutating func begin(isEnd: Bool) throws {
        guard rest.count >= 4 || isEnd else { return }
        let kinds = ["fLaC": "FLAC", "OggS": "OGG", "FORM": "AIFF"]
        let start = String(decoding: rest.prefix(4), as: UTF8.self)
        if let kind = kinds[start] { throw unsupported("a \(kind) file") }
        guard start == "RIFF" else {
            state = .samples(bytes: nil)
            return
        }
        guard let header = try WAVHeader(rest) else {
            guard !isEnd else { throw unsupported("a WAV file without samples") }
            return
        }
        guard header.isPCM16 else { throw unsupported("a WAV file without 16-bit PCM samples") }
        guard !isRateGiven || header.rate == rate else {
            throw UsageError(
                "--rate is \(rate), but standard input is a WAV file with \(header.rate) Hz; remove --rate")
        }
        (rate, channels) = (header.rate, header.channels)
        rest.removeFirst(header.count)
        state = .samples(bytes: header.bytes)
    }

    private func unsupported(_ found: String) -> UsageError {
        UsageError(
            "standard input is \(found), but - expects raw 16-bit mono samples or a WAV file with 16-bit samples; pass the file name, or pipe it through "
                + "ffmpeg -i FILE -f s16le -ac 1 -ar \(rate) -")
    }

    /// Takes the complete samples from the bytes: the mean of the channels.
    private mutating func taken() -> [Float] {
        guard case .samples(let bytes) = state else {
            if case .end = state { rest = [] }
            return []
        }
        let size = 2 * channels
        let count = min(rest.count, bytes ?? .max) / size
        let samples = (0..<count).map { frame -> Float in
            var sum: Float = 0
            for channel in 0..<channels {
                let at = frame * size + 2 * channel
                sum += Float(Int16(bitPattern: UInt16(rest[at]) | UInt16(rest[at + 1]) << 8)) / 32768
            }
            return sum / Float(channels)
        }
        rest.removeFirst(count * size)
        if let bytes {
            let left = bytes - count * size
            state = left < size ? .end : .samples(bytes: left)
            if left < size { rest = [] }
        }
        hasSamples = hasSamples || count > 0
        return samples
    }
}

/// The header of a WAV file in a stream.
private struct WAVHeader {
    /// The number of bytes before the samples.
    let count: Int
    let rate: Int
    let channels: Int
    let isPCM16: Bool
    /// The number of bytes of samples; nil if a program that writes to a pipe did not know it.
    let bytes: Int?

    /// Parses the beginning of a file; nil if the header is incomplete. Throws if it is damaged.
    init?(_ start: [UInt8]) throws {
        func number(_ at: Int, _ size: Int) -> Int {
            (0..<size).reversed().reduce(0) { $0 << 8 | Int(start[at + $1]) }
        }
        func damaged(_ found: String) -> UsageError {
            UsageError("standard input is a damaged WAV file: \(found)")
        }
        var format: (code: Int, channels: Int, rate: Int, bits: Int)?
        var at = 12
        while at + 8 <= start.count {
            let (name, size) = (String(decoding: start[at..<at + 4], as: UTF8.self), number(at + 4, 4))
            if name == "data" {
                guard let format else { throw damaged("the data chunk comes before the fmt chunk") }
                guard (1...64).contains(format.channels), (1000...768_000).contains(format.rate) else {
                    throw damaged("\(format.channels) channels at \(format.rate) Hz")
                }
                (count, rate, channels) = (at + 8, format.rate, format.channels)
                isPCM16 = (format.code == 1 || format.code == 0xFFFE) && format.bits == 16
                bytes = size == 0 || size >= 0x7FFF_F000 ? nil : size
                return
            }
            guard size <= 1 << 20 else { throw damaged("a header chunk of \(size) bytes") }
            if name == "fmt " {
                guard size >= 16 else { throw damaged("an fmt chunk of \(size) bytes") }
                guard at + 24 <= start.count else { return nil }
                format = (number(at + 8, 2), number(at + 10, 2), number(at + 12, 4), number(at + 22, 2))
            }
            at += 8 + size + size % 2
        }
        return nil
    }
}
