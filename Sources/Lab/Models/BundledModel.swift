import Autograd
import Foundation

/// A model in the folder `Models` of this package.
public enum BundledModel: String, Sendable {
    /// Classifies emotions.
    case emotion = "speech-emotion"
    /// Detects voice activity.
    case voiceActivity = "voice-activity"

    /// Returns the path, in the folder `Models` next to the program or in a folder above it. Throws an `InputError` if it is not there.
    public func path() throws(InputError) -> String {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        var folders = [FileManager.default.currentDirectoryPath]
        var folder = (program as NSString).deletingLastPathComponent
        while folder.count > 1 {
            folders.append(folder)
            folder = (folder as NSString).deletingLastPathComponent
        }
        let name = "Models/\(rawValue).safetensors"
        for folder in folders {
            let file = folder + "/" + name
            if FileManager.default.fileExists(atPath: file) { return file }
        }
        throw InputError(
            "cannot find the bundled model, \(name), next to the program or in a folder above it; pass the path of another model"
        )
    }

    /// Returns the path of a voice activity model: that of the bundled model for `bundled`, otherwise the path itself.
    public static func voiceActivityPath(_ name: String) throws(InputError) -> String {
        name == "bundled" ? try voiceActivity.path() : name
    }
}
