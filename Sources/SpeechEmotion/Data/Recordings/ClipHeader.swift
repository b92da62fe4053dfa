import Autograd

/// What the header of a clip's audio file says: the format, and how long the clip is.
public struct ClipHeader: Sendable, Hashable {
    /// The format in words, such as `WAV (Microsoft), Signed 16 bit PCM`.
    public var format: String
    /// The sampling rate in Hz.
    public var rate: Int
    /// How many channels there are.
    public var channels: Int
    /// The length of the clip in seconds.
    public var seconds: Double

    /// What a header says of a clip.
    public init(format: String, rate: Int, channels: Int, seconds: Double) {
        self.format = format
        self.rate = rate
        self.channels = channels
        self.seconds = seconds
    }
}

extension Clip {
    /// Returns what the header of the clip's audio file says. Throws a `FileError` where the file is missing, damaged or
    /// truncated, or ends before the clip begins.
    public func header() throws -> ClipHeader {
        switch source {
        case .synthetic(let sound):
            return ClipHeader(
                format: "synthetic", rate: SpeechSynthesizer.rate, channels: 1, seconds: sound.seconds)
        case .file(let path, _, _):
            return try header(AudioFile.info(path), path)
        }
    }

    /// The same with the file's information at hand.
    fileprivate func header(_ info: AudioInfo, _ path: String) throws -> ClipHeader {
        guard case .file(_, let start, let end) = source else { return try header() }
        if let shortfall = info.shortfall {
            throw FileError(
                file: path, place: "header", found: shortfall, allowed: "the whole file; copy it again")
        }
        // Some formats tell only when they are decoded.
        let whole = try info.duration ?? AudioFile.read(path).duration
        let seconds = min(end ?? whole, whole) - (start ?? 0)
        guard seconds > 0 else {
            throw FileError(
                file: path, place: "\(start ?? 0) s", found: "the end: the recording lasts \(whole) s",
                allowed: "a clip that begins before it")
        }
        return ClipHeader(format: info.format, rate: info.rate, channels: info.channels, seconds: seconds)
    }
}

/// The headers of many clips, read on all threads. A file that holds several clips is opened once.
public struct HeaderScan: Sendable {
    /// In the order of the clips; nil for those that cannot be read.
    public let headers: [ClipHeader?]
    /// The clips that cannot be read, and why.
    public let unreadable: [Omission]

    /// Reads the headers of clips.
    public init(_ clips: [Clip], progress: Progress? = nil) {
        var places: [String: Int] = [:]
        var groups: [[Int]] = []
        for (index, clip) in clips.enumerated() {
            guard case .file(let path, _, _) = clip.source else {
                groups.append([index])
                continue
            }
            if let place = places[path] {
                groups[place].append(index)
            } else {
                places[path] = groups.count
                groups.append([index])
            }
        }
        let results = parallelMap(groups.count, progress: progress) {
            group -> [Result<ClipHeader, any Error>] in
            let members = groups[group]
            guard members.count > 1, case .file(let path, _, _) = clips[members[0]].source else {
                return members.map { index in Result { try clips[index].header() } }
            }
            let info = Result { try AudioFile.info(path) }
            return members.map { index in Result { try clips[index].header(info.get(), path) } }
        }
        var headers = [ClipHeader?](repeating: nil, count: clips.count)
        var reasons = [String?](repeating: nil, count: clips.count)
        for (members, results) in zip(groups, results) {
            for (index, result) in zip(members, results) {
                switch result {
                case .success(let header): headers[index] = header
                case .failure(let error): reasons[index] = "\(error)"
                }
            }
        }
        self.headers = headers
        unreadable = zip(clips, reasons).compactMap { clip, reason in reason.map { Omission(clip.id, $0) } }
    }
}
