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
    ///   - read: Returns the bytes of a file, or throws an error with one issue. The default reads from the file system.
    public static func load(
        _ file: String, read: (String) throws(ConfigurationError) -> [UInt8] = JSONValue.bytes(of:)
    ) throws(ConfigurationError) -> JSONValue {
        var count = 0
        return try load(file, Location(source: file), [], &count, read)
    }

    private static let extendsLimit = 20
    private static let fileLimit = 200

    private static func load(
        _ file: String, _ place: Location, _ children: [String], _ count: inout Int,
        _ read: (String) throws(ConfigurationError) -> [UInt8]
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
        do throws(ConfigurationError) {
            bytes = try read(file)
        } catch  where !children.isEmpty {
            throw ConfigurationError(
                place: place, path: path, "cannot read \(JSONValue.quoted(file)): \(error.reason)")
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

    /// Reads a file from the file system. Throws if it cannot be read or is larger than 64 MB.
    public static func bytes(of file: String) throws(ConfigurationError) -> [UInt8] {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw unreadable(file, systemError()) }
        defer { close(descriptor) }
        var status = stat()
        // Reading a folder is an error. A pipe may be empty for now, and a device may have no end.
        if fstat(descriptor, &status) == 0, ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) {
            throw unreadable(file, "a pipe or a device; write its content to a regular file")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = buffer.withUnsafeMutableBytes { fill(descriptor, $0) }
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(file, systemError())
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
            if bytes.count > 64 << 20 {
                throw unreadable(file, "the file is larger than 64 MB, the limit for a configuration")
            }
        }
    }

    private static func unreadable(_ file: String, _ reason: String) -> ConfigurationError {
        ConfigurationError(place: Location(source: file), reason)
    }

    private static func fill(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        read(descriptor, buffer.baseAddress, buffer.count)
    }

    private static func systemError() -> String {
        let text = String(cString: strerror(errno))
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
