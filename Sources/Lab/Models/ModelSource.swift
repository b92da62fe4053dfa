import Autograd
import Foundation
import Layers
import SpeechEmotion

/// A file with trained weights, or a run folder that contains one.
struct ModelSource: Sendable {
    /// The path as given: a file or a run folder.
    let path: String
    /// The file with the weights.
    var file: String { RunFile.modelFile(path) }
    /// Whether the file exists.
    var isPresent: Bool { FileManager.default.fileExists(atPath: file) }

    init(_ path: String) { self.path = path }

    /// Throws if the file does not exist.
    func requireFile() throws {
        guard !isPresent else { return }
        throw FileError(
            file: file, place: "opening", found: "no such file",
            allowed: "the folder of a finished run, or a file with weights")
    }

    /// The feature pipeline of a model file. Throws if the file has none.
    func features() throws -> FeaturePipeline {
        try requireFile()
        guard let features = try card()?.features else {
            throw FileError(
                file: file, place: "metadata", found: "no feature pipeline",
                allowed: "the folder of a finished run, or a model file with \"features\"")
        }
        return try FeaturePipeline.decode(features)
    }

    /// The card of a model file of this package; nil for weights of another program.
    func card() throws -> ModelCard? {
        try requireFile()
        return file.hasSuffix(".npz") ? nil : try ModelFile.card(file)
    }

    /// The SHA-256 of the file in hexadecimal digits. Throws if the file cannot be read.
    func digest() throws -> String {
        try requireFile()
        return try SHA256.hash(contentsOf: file)
    }
}
