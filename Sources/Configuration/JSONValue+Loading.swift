#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension JSONValue {
    /// Loads a file and the parent files that its key "extends" names: one file, or a list in which later files
    /// take precedence. Paths are relative to the file that names them; `a/../b` is simplified to `b`.
    ///
    /// - Parameters:
    ///   - file: The path of the file.
    ///   - read: Returns the bytes of a file, or throws a `ReadFailure`. The default reads from the file system.
    public static func load(
        _ file: String, read: (String) throws(ReadFailure) -> [UInt8] = JSONValue.bytes(of:)
    ) throws(ConfigurationError) -> JSONValue {
        var count = 0
        return try load(file, Location(source: file), [], &count, read)
    }

    /// An error while reading a file.
    public struct ReadFailure: Error, Sendable {
        /// The reason, such as `no such file or directory`.
        public var reason: String

        /// Creates an error with a reason.
        public init(_ reason: String) {
            self.reason = reason
        }
    }

    private static let extendsLimit = 20
    private static let fileLimit = 200

    private static func load(
        _ file: String, _ place: Location, _ children: [String], _ count: inout Int,
        _ read: (String) throws(ReadFailure) -> [UInt8]
    ) throws(ConfigurationError) -> JSONValue {
        let path = children.isEmpty ? JSONPath() : JSONPath([.key("extends")])
        let identity = plain(file)
        if children.contains(identity) {
            let chain = (children + [identity]).joined(separator: " extends ")
            throw ConfigurationError(place: place, path: path, "a file cannot extend itself: \(chain)")
        }
        count += 1
        if children.count > extendsLimit || count > fileLimit {
            throw ConfigurationError(place: place, path: path, "the extends chain is too long")
        }
        let bytes: [UInt8]
        do throws(ReadFailure) {
            bytes = try read(file)
        } catch {
            let message =
                children.isEmpty ? error.reason : "cannot read \(JSONValue.quoted(file)): \(error.reason)"
            throw ConfigurationError(place: place, path: path, message)
        }
        var own = try parse(bytes, source: file)
        guard let extends = own["extends"] else { return own }
        own["extends"] = nil
        let names = extends.elements ?? [extends]
        var parents: JSONValue?
        for name in names {
            guard let text = name.text, !text.isEmpty else {
                throw ConfigurationError(
                    place: name.place, path: JSONPath([.key("extends")]),
                    "expected the name of a file, found \(name.shown)")
            }
            let folder = file.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(file[...$0]) } ?? ""
            let parent = try load(
                plain(text.hasPrefix("/") ? text : folder + text), name.place, children + [identity], &count,
                read)
            parents = parents.map { parent.merged(over: $0) } ?? parent
        }
        return parents.map { own.merged(over: $0) } ?? own
    }

    /// Returns the path without redundant steps.
    private static func plain(_ file: String) -> String {
        var parts: [Substring] = []
        for part in file.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else {
                parts.append(part)
            }
        }
        return (file.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    /// Reads a file from the file system.
    public static func bytes(of file: String) throws(ReadFailure) -> [UInt8] {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw ReadFailure(systemError()) }
        defer { close(descriptor) }
        var status = stat()
        // Reading a folder is an error. A pipe may be empty for now, and a device may have no end.
        if fstat(descriptor, &status) == 0, ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) {
            throw ReadFailure("a pipe or a device; write its content to a regular file")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = buffer.withUnsafeMutableBytes { fill(descriptor, $0) }
            if count < 0 {
                if errno == EINTR { continue }
                throw ReadFailure(systemError())
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
            if bytes.count > 64 << 20 {
                throw ReadFailure("the file is larger than 64 MB, the limit for a configuration")
            }
        }
    }

    private static func fill(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        read(descriptor, buffer.baseAddress, buffer.count)
    }

    private static func systemError() -> String {
        let text = String(cString: strerror(errno))
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
