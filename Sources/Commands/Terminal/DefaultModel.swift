import Foundation
import Lab

/// The model of `Train predict` and `Train serve` unless another is named.
enum DefaultModel {
    /// The path of the bundled model of emotions, or the value of `PROSODY_MODEL`.
    static func path() throws -> String {
        if let named = ProcessInfo.processInfo.environment["PROSODY_MODEL"], !named.isEmpty { return named }
        do { return try BundledModel.emotion.path() } catch { throw UsageError("\(error)") }
    }
}
