import Autograd
import Foundation

/// The ffmpeg command, which decodes what libsndfile cannot: M4A, AAC, WebM, Windows Media.
package struct Ffmpeg: Sendable {
    /// The path of the executable; nil if ffmpeg is not installed.
    package let program: String?
    /// Seconds without any output after which the process is killed.
    package var patience = 60.0
    /// The maximum number of bytes that are read from it.
    package var mostBytes = Waveform.mostSamples * MemoryLayout<Float>.size

    /// The ffmpeg in the folders of `PATH`.
    package static var installed: Ffmpeg {
        Ffmpeg(
            folders: (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(
                String.init))
    }

    /// The ffmpeg in the first of these folders that has one.
    package init(folders: [String]) {
        program = folders.map { $0 + "/ffmpeg" }.first { path in
            var status = stat()
            return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
        }
    }

    /// Decodes a file into a WAV file of floats with its own sample rate and channels.
    ///
    /// - Returns: The file, and the first warning of ffmpeg.
    func wav(of source: AudioSource, path: String?, format: String) throws -> (
        bytes: [UInt8], complaint: String?
    ) {
        guard let program else {
            throw FileError(
                file: source.name, place: "byte 0",
                found: "\(format), which requires ffmpeg; ffmpeg is not installed",
                allowed:
                    "\(AudioContainer.readable). Install ffmpeg (apt-get install ffmpeg), or convert the file to WAV"
            )
        }
        if let path { return try run(program, path, source.name, size: source.size) }
        let copy =
            FileManager.default.temporaryDirectory.path
            + "/waveform-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        defer { unlink(copy) }
        try AtomicFile.write(to: copy) { append in
            var at = 0
            while at < source.size {
                let part = source.bytes(at: at, 1 << 20)
                try part.withUnsafeBytes(append)
                at += max(part.count, 1)
            }
        }
        return try run(program, copy, source.name, size: source.size)
    }

    /// The processor time that a file may take: audio is decoded at several MB/s.
    private static func processorSeconds(_ bytes: Int) -> Int { 60 + bytes / 50_000 }

    private func run(_ program: String, _ path: String, _ name: String, size: Int) throws -> (
        bytes: [UInt8], complaint: String?
    ) {
        // An absolute path after "file:" can be neither an option nor a URL.
        let file = "file:" + URL(fileURLWithPath: path).path
        let child = try ChildProcess(
            program,
            words: [
                program, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-i", file, "-map",
                "0:a:0",
                "-c:a", "pcm_f32le", "-f", "wav", "pipe:1",
            ], subject: name, processorSeconds: Self.processorSeconds(size))
        var output: [UInt8] = []
        var messages: [UInt8] = []
        let end = child.read(patience: patience) { part, isMessage in
            if isMessage {
                if messages.count < 4096 { messages.append(contentsOf: part) }
            } else {
                output.append(contentsOf: part)
            }
            return output.count <= mostBytes
        }
        let complaint = Self.complaint(String(decoding: messages, as: UTF8.self))
        func problem(_ found: String, _ allowed: String) -> FileError {
            FileError(file: name, place: "ffmpeg", found: found, allowed: allowed)
        }
        switch end {
        case .silent:
            throw problem(
                "no output for \(Int(patience)) s", "a file that ffmpeg can decode; convert it to WAV")
        case .refused:
            throw problem(
                "more than \(grouped(mostBytes)) bytes of audio",
                "less; split the file or convert it to WAV")
        case .ended(.signal(SIGXCPU)), .ended(.signal(SIGKILL)):
            throw problem(
                "no result after \(Self.processorSeconds(size)) s of CPU time",
                "a file that ffmpeg can decode; convert it to WAV")
        case .ended(let ending) where ending != .status(0) || output.isEmpty:
            throw problem(
                complaint ?? "the exit status \(ending.code)", "a file that ffmpeg can decode; copy it again")
        case .ended: return (output, complaint)
        }
    }

    /// The first line of ffmpeg's messages, which names the cause; the following ones only report that it gave up.
    ///
    /// The component and its address in memory are removed: "[mov,mp4 @ 0x55add4b01b80] moov atom not found".
    private static func complaint(_ messages: String) -> String? {
        messages.split(whereSeparator: \.isNewline).first.map { line in
            let isNamed = line.hasPrefix("[") && line.contains(" @ 0x")
            let cause = isNamed ? line.firstRange(of: "] ").map { line[$0.upperBound...] } : nil
            return String((cause ?? line).prefix(200))
        }
    }
}
