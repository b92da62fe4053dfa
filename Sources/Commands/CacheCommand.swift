import Configuration
import Foundation
import Lab
import Reports
import SpeechEmotion

extension Command {
    private static let clear = Switch(
        name: "clear", help: "Remove all entries of the cache. Other files in the folder are kept.")
    private static let json = Switch(name: "json", help: "Print the result as one line of JSON.")

    /// Shows or clears the feature cache.
    static let cache: Command = Command(
        name: "cache",
        summary: "Show the size of the feature cache, or clear it.",
        options: [Common.cache, Common.cacheLimit, clear, json],
        rules: [.useless([Common.cacheLimit], with: clear)],
        examples: [
            ("Train cache", "Show the folder, its size, the number of entries and when they were used."),
            ("Train cache --cache-limit 500MB", "Evict the least recently used entries beyond 500 MB."),
            ("Train cache --clear", "Remove all entries, including cached audit results."),
        ],
        run: { arguments in
            let folder = arguments[Common.cache] ?? FeatureCache.defaultFolder
            if arguments.has(Common.cacheLimit.name) {
                // Opening a cache evicts what exceeds its limit.
                _ = FeatureCache(folder: folder, limit: try arguments.cacheLimit())
            }
            let inventory = try CacheInventory(folder)
            if arguments[clear] { try inventory.clear() }
            let text = CacheText(inventory, limit: try arguments.cacheLimit())
            if arguments[json] { return print(text.json(isCleared: arguments[clear]).line) }
            print(arguments[clear] ? text.cleared : text.summary)
        })
}

/// Describes a cache.
struct CacheText {
    private let inventory: CacheInventory
    private let limit: ByteSize?

    init(_ inventory: CacheInventory, limit: ByteSize?) {
        (self.inventory, self.limit) = (inventory, limit)
    }

    private var entries: String { NumberText.count(inventory.count, "entries", one: "entry") }
    private var strangers: String { NumberText.count(inventory.strangers, "other file") }

    /// The description, one line per item.
    var summary: String {
        let used = inventory.mostRecent.flatMap { newest in
            inventory.leastRecent.map { oldest in [("least recent use", oldest), ("most recent use", newest)]
            }
        }
        let size =
            inventory.otherBytes == 0
            ? "\(ByteSize(inventory.bytes))"
            : "\(ByteSize(inventory.bytes)), of which \(ByteSize(inventory.otherBytes)) are audit results and the index"
        let rows =
            [("folder", inventory.folder), ("size", size), ("entries", NumberText.count(inventory.count))]
            + (used ?? []).map { ($0.0, Self.text($0.1)) }
            + [("limit", limit.map { "\($0)" } ?? "none")]
            + (inventory.strangers > 0 ? [("unrelated", strangers)] : [])
        return TextTable(rows.map { [$0.0, $0.1] }).lines.joined(separator: "\n")
    }

    /// A message about what was removed.
    var cleared: String {
        let left =
            inventory.strangers > 0
            ? "\nKept \(strangers) that \(inventory.strangers == 1 ? "does" : "do") not belong to the cache."
            : ""
        return inventory.bytes == 0
            ? "The cache in \(inventory.folder) is already empty.\(left)"
            : "Removed \(entries) from \(inventory.folder) (\(ByteSize(inventory.bytes)), audit results included).\(left)"
    }

    /// The description as JSON.
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
