/// The headers of many clips, read on all threads. A file with several clips is opened once.
public struct HeaderScan: Sendable {
    /// The headers in the order of the clips; nil for unreadable ones.
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
        var errors = [(any Error)?](repeating: nil, count: clips.count)
        for (members, results) in zip(groups, results) {
            for (index, result) in zip(members, results) {
                switch result {
                case .success(let header): headers[index] = header
                case .failure(let error): errors[index] = error
                }
            }
        }
        self.headers = headers
        unreadable = zip(clips, errors).compactMap { clip, error in error.map { Omission(clip, $0) } }
    }
}
