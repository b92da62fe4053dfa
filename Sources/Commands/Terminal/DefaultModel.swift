import Foundation

/// The bundled model.
enum DefaultModel {
    /// Its path: `Models/speech-emotion.safetensors` beside the program or in a folder above it, or the value of `PROSODY_MODEL`.
    static func path() throws -> String {
        if let named = ProcessInfo.processInfo.environment["PROSODY_MODEL"], !named.isEmpty { return named }
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        var folders = [FileManager.default.currentDirectoryPath]
        var folder = (program as NSString).deletingLastPathComponent
        while folder.count > 1 {
            folders.append(folder)
            folder = (folder as NSString).deletingLastPathComponent
        }
        for folder in folders {
            let file = folder + "/Models/speech-emotion.safetensors"
            if FileManager.default.fileExists(atPath: file) { return file }
        }
        throw UsageError(
            "cannot find the bundled model, Models/speech-emotion.safetensors, next to the program or in a folder above it; pass another with --model, such as --model runs/quickstart"
        )
    }
}
