import Foundation

/// A file below a folder that a response sends.
struct FileBody: Sendable {
    let path: String
    let root: String
    let type: String?

    /// What is sent for a request.
    struct Reply {
        let status: Int
        let headers: Headers
        let file: OpenFile
        let range: Range<Int>
    }

    private var missing: Problem { Problem(404, "There is no file \(shown(path)).") }

    /// Opens the file and applies the conditions and the range of the request.
    func reply(to head: RequestHead) throws(Problem) -> Reply {
        let file = try open()
        var headers: Headers = [
            "Content-Type": type ?? MediaType.of(path), "ETag": file.tag,
            "Last-Modified": HTTPDate.text(file.modified),
            "Accept-Ranges": "bytes", "Cache-Control": "no-cache",
        ]
        if isUnchanged(file, head.headers) {
            return Reply(status: 304, headers: headers, file: file, range: 0..<0)
        }
        let isSame =
            head.headers["If-Range"].map { $0 == file.tag || $0 == HTTPDate.text(file.modified) } ?? true
        switch ByteRange(isSame && head.method == "GET" ? head.headers["Range"] : nil, size: file.size) {
        case .whole: return Reply(status: 200, headers: headers, file: file, range: 0..<file.size)
        case .part(let range):
            headers["Content-Range"] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
            return Reply(status: 206, headers: headers, file: file, range: range)
        case .unsatisfiable:
            throw Problem(
                416,
                "The file \(shown(path)) has \(shown(bytes: file.size)). The requested range is outside of it.",
                headers: ["Content-Range": "bytes */\(file.size)"])
        }
    }

    /// `If-None-Match` decides alone where it is present (RFC 9110, section 13.2.2).
    private func isUnchanged(_ file: OpenFile, _ headers: Headers) -> Bool {
        let tags = headers.values("If-None-Match").flatMap { $0.split(separator: ",") }.map {
            $0.trimmingBlanks()
        }
        if !tags.isEmpty { return tags.contains { $0 == "*" || $0 == file.tag || $0 == "W/" + file.tag } }
        guard let since = headers["If-Modified-Since"].flatMap(HTTPDate.second) else { return false }
        return file.modified <= since
    }

    private func open() throws(Problem) -> OpenFile {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !segments.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }), !path.utf8.contains(0),
            let folder = realpath(root, nil)
        else { throw missing }
        defer { free(folder) }
        let descriptor = Foundation.open("\(root)/\(path)", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else {
            if errno == EMFILE || errno == ENFILE {
                throw Problem(503, "The server has too many open files.")
            }
            throw missing
        }
        // The check of the opened file, not of a path that may change after the check.
        guard let file = OpenFile(descriptor), file.isInside(String(cString: folder)) else { throw missing }
        return file
    }
}

/// An open regular file.
final class OpenFile: Sendable {
    let descriptor: Int32
    let size: Int
    /// The Unix time of the last change.
    let modified: Int
    /// The entity tag with its quotes.
    let tag: String

    /// Takes over the descriptor, which is closed if it is not a regular file.
    init?(_ descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        size = Int(status.st_size)
        modified = status.st_mtim.tv_sec
        let parts = [Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
        tag = "\"" + parts.map { String($0, radix: 36) }.joined(separator: "-") + "\""
    }

    deinit { close(descriptor) }

    /// Whether the file lies below a folder, whatever symbolic links its path had.
    func isInside(_ folder: String) -> Bool {
        guard let path = realpath("/proc/self/fd/\(descriptor)", nil) else { return false }
        defer { free(path) }
        return String(cString: path).hasPrefix(folder == "/" ? "/" : folder + "/")
    }
}
