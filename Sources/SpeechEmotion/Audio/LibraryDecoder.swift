import Autograd
import CDecoder
import Foundation

/// An audio file opened by libsndfile in a `DecoderProcess`.
final class LibraryDecoder: AudioDecoder {
    let rate, channels: Int
    let frames: Int?
    let format: String
    private(set) var trouble: String?
    private let name: String
    private let process: DecoderProcess
    private var isUsable = true

    /// Processor time that a file may take, in addition to 20 s per MB. The environment variable replaces it.
    private static let leastSeconds = 10.0
    private static let variable = "PROSODY_DECODE_SECONDS"

    init(_ source: AudioSource) throws {
        var request = cd_request()
        request.action = Int32(CD_OPEN)
        request.number = Int64(source.size)
        if let correction = source.correction {
            request.correction_place = Int64(correction.place)
            request.correction_count = Int32(correction.bytes.count)
            withUnsafeMutableBytes(of: &request.correction) {
                $0.copyBytes(from: correction.bytes.prefix($0.count))
            }
        }
        let (process, reply) = try source.withDescriptor { try Self.opened(request, $0, source.name) }
        (self.process, name) = (process, source.name)
        (rate, channels) = (Int(reply.rate), Int(reply.channels))
        frames = reply.frames >= 0 && reply.frames < 1 << 48 ? Int(reply.frames) : nil
        format = Self.text(reply.format)
        guard reply.number == 1 else {
            throw FileError(
                file: name, place: "header", found: "a damaged file (\(Self.message(reply) ?? "unknown"))",
                allowed: "an audio file: \(AudioContainer.readable)")
        }
    }

    deinit {
        var request = cd_request()
        request.action = Int32(CD_CLOSE)
        if isUsable, (try? process.ask(request)) != nil { process.keep() }
    }

    private static func opened(
        _ request: cd_request, _ file: Int32, _ name: String
    ) throws -> (DecoderProcess, cd_reply) {
        while true {
            let process = try DecoderProcess.taken(for: name)
            process.begin(seconds: seconds(request.number))
            do throws(DecoderProcess.Failure) {
                return (process, try process.ask(request, file: file))
            } catch .ended(_) where !process.isNew {
                // Something else may have ended it while it was idle.
                continue
            } catch {
                throw problem(error, name)
            }
        }
    }

    private static func seconds(_ bytes: Int64) -> Double {
        let chosen = getenv(variable).flatMap { Double(String(cString: $0)) } ?? leastSeconds
        return (0...1e6 ~= chosen ? chosen : leastSeconds) + Double(bytes) / 50_000
    }

    private static func problem(_ failure: DecoderProcess.Failure, _ name: String) -> FileError {
        switch failure {
        case .late(let seconds):
            let text = (seconds * 10).rounded(.up) / 10
            return FileError(
                file: name, place: "decoding", found: "no result after \(text) s of CPU time",
                allowed:
                    "a file that libsndfile can decode; convert it to WAV, or increase the environment variable \(variable)"
            )
        case .ended(let ending):
            return FileError(
                file: name, place: "decoding",
                found: "a crash of libsndfile (\(ending.described))",
                allowed: "an undamaged file; convert it to WAV with another program")
        }
    }

    func seek(to frame: Int) throws -> Bool {
        try ask(CD_SEEK, frame).number == Int64(frame)
    }

    func read(_ target: UnsafeMutablePointer<Float>, frames count: Int) throws -> Int {
        let got = Int(try ask(CD_READ, count).number)
        guard 0...count ~= got else {
            isUsable = false
            return 0
        }
        try checked { () throws(DecoderProcess.Failure) in
            try process.receive(target, count: got * channels * MemoryLayout<Float>.size)
        }
        return got
    }

    private func ask(_ action: Int, _ number: Int) throws -> cd_reply {
        var request = cd_request()
        request.action = Int32(action)
        request.number = Int64(number)
        let reply = try checked { () throws(DecoderProcess.Failure) in try process.ask(request) }
        trouble = Self.message(reply)
        return reply
    }

    private func checked<Result>(_ body: () throws(DecoderProcess.Failure) -> Result) throws -> Result {
        do throws(DecoderProcess.Failure) {
            return try body()
        } catch {
            isUsable = false
            throw Self.problem(error, name)
        }
    }

    private static func message(_ reply: cd_reply) -> String? {
        var message = text(reply.message)
        if message.isEmpty { return nil }
        if message.hasPrefix("Error : ") { message.removeFirst(8) }
        while message.hasSuffix(".") || message.hasSuffix("\n") { message.removeLast() }
        return message.isEmpty ? "unknown" : message
    }

    /// The text in a C array of characters.
    private static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension ChildProcess.Ending {
    fileprivate var described: String {
        switch self {
        case .status(let status): "exit status \(status)"
        case .signal(let signal): "signal \(signal)"
        }
    }
}
