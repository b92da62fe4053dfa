import Autograd
import Foundation

/// What a cache folder holds: entries with features, and the two files beside them.
public struct CacheInventory: Sendable {
    /// A file with features.
    struct Entry: Sendable {
        var path: String
        var size: Int
        /// When it was read or written last, in nanoseconds since 1970.
        var used: Int64
    }

    /// The folder.
    public let folder: String
    /// Files with features, and what killed processes left of such files.
    private(set) var entries: [Entry] = []
    /// The bytes of what was found of sounds by audits, and of the index by which sounds need not be read again.
    public private(set) var otherBytes = 0
    /// What audits found of sounds; nil without such a file.
    private(set) var audits: Entry?
    /// How many files are there that a cache does not make; they are left alone.
    public private(set) var strangers = 0
    /// The places of the two other files, where they are.
    private var others: [String] = []
    /// The folders that the entries are in.
    private var groups: [String] = []

    /// What audits found of sounds.
    public static let soundsName = "sounds"
    static let stampsName = "stamps"

    /// Lists a folder. A folder that is not there holds nothing. Throws a `FileError` for one that cannot be read.
    public init(_ folder: String) throws {
        self.folder = folder
        guard let names = try Self.names(in: folder, isRoot: true) else { return }
        let others = [Self.soundsName, Self.stampsName] + CacheLimit.names
        for name in names {
            let path = folder + "/" + name
            if others.contains(name) {
                self.others.append(path)
                otherBytes += Int(FileStamp(path)?.size ?? 0)
                if name == Self.soundsName { audits = Self.entry(path) }
            } else if name.utf8.count == 2, name.isHexadecimal {
                groups.append(path)
            } else {
                strangers += 1
            }
        }
        for group in groups {
            for name in try Self.names(in: group, isRoot: false) ?? [] {
                let path = group + "/" + name
                let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts[0].utf8.count == 62, parts[0].isHexadecimal else {
                    strangers += 1
                    continue
                }
                // One that has been taken away since is none.
                if let entry = Self.entry(path) { entries.append(entry) }
            }
        }
    }

    private static func entry(_ path: String) -> Entry? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Entry(path: path, size: Int(status.st_size), used: status.lastUse)
    }

    /// The names in a folder; nil where it is not there.
    private static func names(in folder: String, isRoot: Bool) throws -> [String]? {
        guard let stream = opendir(folder) else {
            if errno == ENOENT || !isRoot && errno == ENOTDIR { return nil }
            throw FileError.system(
                folder, "reading the cache", allowed: "a folder that can be read; --cache names another")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let item = readdir(stream) {
            let name = withUnsafeBytes(of: &item.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// How many entries there are.
    public var count: Int { entries.count }
    /// The bytes of the entries.
    public var entryBytes: Int { entries.reduce(0) { $0 + $1.size } }
    /// The bytes of all.
    public var bytes: Int { entryBytes + otherBytes }
    /// When the entry that nobody has used for the longest time was used last; nil without entries.
    public var leastRecent: Date? { entries.map(\.used).min().map(Self.date) }
    /// When an entry was used last; nil without entries.
    public var mostRecent: Date? { entries.map(\.used).max().map(Self.date) }

    private static func date(_ nanoseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(nanoseconds) * 1e-9)
    }

    /// Takes everything away that a cache has made. Processes that use it go on, and make anew what they miss. Throws a
    /// `FileError` for the first file that stays, after all others are gone.
    public func clear() throws {
        var failure: FileError?
        for path in entries.map(\.path) + others where unlink(path) != 0 && errno != ENOENT {
            failure =
                failure
                ?? FileError.system(path, "removing it", allowed: "a cache whose files you may remove")
        }
        // Those in which something is left stay.
        for group in groups { rmdir(group) }
        if let failure { throw failure }
    }
}

extension stat {
    /// When the file was read as a cache reads it, or written, in nanoseconds since 1970.
    var lastUse: Int64 {
        #if canImport(Darwin)
            let read = st_atimespec
        #else
            let read = st_atim
        #endif
        return max(read.nanoseconds, lastChange.nanoseconds)
    }

    /// When the file was written.
    var lastChange: timespec {
        #if canImport(Darwin)
            st_mtimespec
        #else
            st_mtim
        #endif
    }
}

extension timespec {
    fileprivate var nanoseconds: Int64 { Int64(tv_sec) * 1_000_000_000 + Int64(tv_nsec) }
}

extension StringProtocol {
    /// Whether all characters are digits to the base 16 as a cache writes them.
    fileprivate var isHexadecimal: Bool {
        utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
    }
}
