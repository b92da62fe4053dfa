import Autograd
import Foundation

/// The contents of a cache folder: entries with features, and two index files.
public struct CacheInventory: Sendable {
    /// A file with features.
    struct Entry: Sendable {
        var path: String
        var size: Int
        /// The last time it was read or written, in nanoseconds since 1970.
        var used: Int64
    }

    /// The folder.
    public let folder: String
    /// Feature files, including temporary ones of killed processes.
    private(set) var entries: [Entry] = []
    /// The size of the audio fingerprints of audits and of the file index, in bytes.
    public private(set) var otherBytes = 0
    /// The audio fingerprints of audits; nil if there are none.
    private(set) var audits: Entry?
    /// The number of files that do not belong to the cache; they are left alone.
    public private(set) var strangers = 0
    /// The paths of the two other files that exist.
    private var others: [String] = []
    /// The folders that the entries are in.
    private var groups: [String] = []

    /// The file with audio fingerprints of audits.
    public static let fingerprintsName = "sounds"
    static let stampsName = "stamps"

    /// Lists a folder. A missing folder has no entries. Throws a `FileError` if the folder cannot be read.
    public init(_ folder: String) throws {
        self.folder = folder
        guard let names = try Self.names(in: folder, isRoot: true) else { return }
        let others = [Self.fingerprintsName, Self.stampsName] + CacheLimit.names
        for name in names {
            let path = folder + "/" + name
            if others.contains(name) {
                self.others.append(path)
                otherBytes += Int(FileStamp(path)?.size ?? 0)
                if name == Self.fingerprintsName { audits = Self.entry(path) }
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
                // A file that was removed meanwhile is skipped.
                if let entry = Self.entry(path) { entries.append(entry) }
            }
        }
    }

    private static func entry(_ path: String) -> Entry? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Entry(path: path, size: Int(status.st_size), used: status.lastUse)
    }

    /// The names in a folder; nil if the folder is missing.
    private static func names(in folder: String, isRoot: Bool) throws -> [String]? {
        guard let stream = opendir(folder) else {
            if errno == ENOENT || !isRoot && errno == ENOTDIR { return nil }
            throw FileError.system(
                folder, "reading the cache", allowed: "a readable folder; choose another with --cache FOLDER")
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

    /// The number of entries.
    public var count: Int { entries.count }
    /// The size of all entries in bytes.
    public var entryBytes: Int { entries.reduce(0) { $0 + $1.size } }
    /// The size of everything in bytes.
    public var bytes: Int { entryBytes + otherBytes }
    /// The last use of the least recently used entry; nil without entries.
    public var leastRecent: Date? { entries.map(\.used).min().map(Self.date) }
    /// The last use of the most recently used entry; nil without entries.
    public var mostRecent: Date? { entries.map(\.used).max().map(Self.date) }

    private static func date(_ nanoseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(nanoseconds) * 1e-9)
    }

    /// Removes everything that the cache created. Processes that use it continue and recompute what they miss. Throws a
    /// `FileError` for the first file that cannot be removed, after removing all others.
    public func clear() throws {
        var failure: FileError?
        for path in entries.map(\.path) + others where unlink(path) != 0 && errno != ENOENT {
            failure =
                failure
                ?? FileError.system(
                    path, "removing the file", allowed: "a cache folder with permission to remove files")
        }
        // Folders that are not empty are kept.
        for group in groups { rmdir(group) }
        if let failure { throw failure }
    }
}

extension stat {
    /// The last time a cache read the file, or it was written, in nanoseconds since 1970.
    var lastUse: Int64 {
        #if canImport(Darwin)
            let read = st_atimespec
        #else
            let read = st_atim
        #endif
        return max(read.nanoseconds, lastChange.nanoseconds)
    }

    /// The last time the file was written.
    var lastChange: timespec {
        #if canImport(Darwin)
            st_mtimespec
        #else
            st_mtim
        #endif
    }
}

extension timespec {
    /// The nanoseconds since 1970, between 0 and those of the year 2262, the last that fits: files may have any time.
    var nanoseconds: Int64 {
        Int64(min(max(tv_sec, 0), 9_223_372_035)) * 1_000_000_000 + Int64(tv_nsec)
    }
}

extension StringProtocol {
    /// Whether all characters are lowercase hexadecimal digits.
    fileprivate var isHexadecimal: Bool {
        utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
    }
}
