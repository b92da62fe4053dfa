import Autograd
import Foundation
import Server
import SpeechEmotion

/// A recording that a request contains or names.
struct Recording: Sendable {
    /// The name in responses and messages: that of the uploaded file, or the id of the clip.
    let name: String
    /// The path to read.
    let path: String
    /// Keeps the path valid.
    private let memory: MemoryFile?

    /// The longest clip that is decoded as a whole, in seconds.
    static let longest = 1800.0

    /// An uploaded recording.
    init(_ bytes: some Collection<UInt8>, name: String) throws {
        guard !bytes.isEmpty else {
            throw Problem(400, "The body is empty. It must be an audio file: \(AudioFile.readable).")
        }
        let memory = try Self.memory(bytes, name)
        (self.name, self.memory, path) = (name, memory, memory.path)
    }

    /// A clip of a corpus. A segment of a file, or a synthetic clip, is decoded into memory without loss.
    init(_ clip: Clip) throws {
        name = clip.id
        if case .file(let path, nil, nil) = clip.source {
            (self.path, memory) = (path, nil)
        } else {
            let memory = try Self.memory(AudioFile.bytes([Self.wave(clip)], as: .wavFloat), clip.id)
            (self.path, self.memory) = (memory.path, memory)
        }
    }

    /// The recording as a WAV file of 16 bits, mixed down to mono, for players.
    func wav() throws -> [UInt8] {
        try naming {
            if let seconds = try AudioFile.info(path).duration, seconds > Self.longest {
                throw Problem(
                    413,
                    "\(name) lasts \(Int(seconds / 60)) minutes. Recordings of at most \(Int(Self.longest / 60)) minutes can be converted."
                )
            }
            return try AudioFile.bytes([AudioFile.read(path)], as: .wav16)
        }
    }

    /// Calls `body`; messages of errors name the recording instead of its path.
    func naming<Result>(_ body: () throws -> Result) throws -> Result {
        try withExtendedLifetime(memory) { try Failure.naming(name, path: path, body) }
    }

    private static func memory(_ bytes: some Collection<UInt8>, _ name: String) throws -> MemoryFile {
        do { return try MemoryFile(bytes, name: name) } catch { throw Problem(507, "\(error)") }
    }

    private static func wave(_ clip: Clip) throws -> Waveform {
        guard try clip.header().seconds <= longest else {
            throw Problem(
                413, "\(clip.id) is longer than \(Int(longest / 60)) minutes, too long to be played here.")
        }
        return try clip.wave()
    }
}
