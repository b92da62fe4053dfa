import Foundation

/// The golden files: those in the folder that the environment variable `GOLDEN` names, or in `Tests/Golden`.
package enum GoldenFiles {
    private static let named = ProcessInfo.processInfo.environment["GOLDEN"].flatMap { $0.isEmpty ? nil : $0 }

    /// The folder.
    package static let folder =
        named
        ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Golden").standardizedFileURL.path

    /// Whether the folder need not contain a group: a custom folder may omit it, but `Tests/Golden` must not.
    package static func mayOmit(_ group: String) -> Bool {
        named != nil && !FileManager.default.fileExists(atPath: "\(folder)/\(group).json")
    }

    /// A case of a list in the manifest of a group.
    package struct Case: @unchecked Sendable, CustomStringConvertible {
        /// The values of the case.
        package let values: [String: Any]
        /// The name of the case.
        package var description: String { values["name"] as? String ?? "" }
    }

    /// The cases of a list in the manifest of a group; none if it is missing.
    package static func cases(_ list: String, of group: String) -> [Case] {
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(group).json"),
            let manifest = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let cases = manifest[list] as? [[String: Any]]
        else { return [] }
        return cases.map(Case.init)
    }
}
