import Configuration
import Foundation
import Lab
import Reports
import SpeechEmotion

extension Command {
    private static let clear = Switch(
        name: "clear", help: "Removes everything that the cache holds; files of other kinds stay.")

    /// Shows or empties the feature cache.
    static let cache: Command = Command(
        name: "cache",
        summary: "Shows how large the feature cache is, or empties it.",
        options: [Common.cache, Common.cacheLimit, clear, Common.json],
        examples: [
            ("Train cache", "The folder, its size, how many entries it has and when they were used."),
            ("Train cache --clear", "Removes all entries, and what audits found of recordings."),
        ],
        run: { arguments in
            let folder = arguments[Common.cache] ?? FeatureCache.defaultFolder
            let inventory = try CacheInventory(folder)
            if arguments[clear] { try inventory.clear() }
            let text = CacheText(inventory, limit: try arguments.cacheLimit())
            if arguments[Common.json] { return print(text.json(isCleared: arguments[clear]).line) }
            print(arguments[clear] ? text.cleared : text.summary)
        })
}

/// What there is to tell of a cache.
struct CacheText {
    private let inventory: CacheInventory
    private let limit: ByteSize?

    init(_ inventory: CacheInventory, limit: ByteSize?) {
        (self.inventory, self.limit) = (inventory, limit)
    }

    private var entries: String { NumberText.count(inventory.count, "entries", one: "entry") }
    private var strangers: String { NumberText.count(inventory.strangers, "other file") }

    /// A line for each fact.
    var summary: String {
        let used = inventory.mostRecent.flatMap { newest in
            inventory.leastRecent.map { oldest in [("least recent use", oldest), ("most recent use", newest)]
            }
        }
        let size =
            inventory.otherBytes == 0
            ? "\(ByteSize(inventory.bytes))"
            : "\(ByteSize(inventory.bytes)), \(ByteSize(inventory.otherBytes)) of it from audits and for finding entries"
        let rows =
            [("folder", inventory.folder), ("size", size), ("entries", NumberText.count(inventory.count))]
            + (used ?? []).map { ($0.0, Self.text($0.1)) }
            + [("limit", limit.map { "\($0)" } ?? "none")]
            + (inventory.strangers > 0 ? [("not of the cache", strangers)] : [])
        let width = (rows.map(\.0.count).max() ?? 0) + 2
        return rows.map { $0.0 + String(repeating: " ", count: width - $0.0.count) + $0.1 }
            .joined(separator: "\n")
    }

    /// What has been removed.
    var cleared: String {
        let left =
            inventory.strangers > 0
            ? "\n\(strangers) there \(inventory.strangers == 1 ? "is" : "are") not of the cache and stay\(inventory.strangers == 1 ? "s" : "")."
            : ""
        return inventory.bytes == 0
            ? "The cache in \(inventory.folder) is empty already.\(left)"
            : "Removed \(entries) from \(inventory.folder), \(ByteSize(inventory.bytes)) with what audits had kept.\(left)"
    }

    /// The same for programs.
    func json(isCleared: Bool) -> JSONValue {
        func time(_ date: Date?) -> JSONValue { date.map { JSONValue(.text(Self.text($0))) } ?? .null }
        return [
            "folder": JSONValue(.text(inventory.folder)), "bytes": JSONValue(.integer(inventory.bytes)),
            "entries": JSONValue(.integer(inventory.count)), "least_recent_use": time(inventory.leastRecent),
            "most_recent_use": time(inventory.mostRecent),
            "limit": limit.map { JSONValue(.integer($0.bytes)) } ?? .null,
            "other_files": JSONValue(.integer(inventory.strangers)),
            "cleared": JSONValue(.bool(isCleared)),
        ]
    }

    /// `2026-03-01T12:00:00Z`
    private static func text(_ date: Date) -> String { ISO8601DateFormatter().string(from: date) }
}
