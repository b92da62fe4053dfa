import Autograd
import Configuration
import Foundation

/// The files of a pretrained encoder: a folder of the Hugging Face hub, or a file written by `write(to:)`.
///
/// A folder has `config.json`, `model.safetensors` (or the files that `model.safetensors.index.json` lists), and usually
/// `preprocessor_config.json`. Opening it reads the configuration only.
public struct EncoderSource: Sendable {
    /// The path of the folder or file.
    public let path: String
    /// The architecture.
    public let config: EncoderConfig
    /// Whether waveforms are standardized to mean 0 and variance 1 (`do_normalize` of `preprocessor_config.json`).
    public let normalizesInput: Bool
    /// Whether the weights are in a file of this package.
    let isConverted: Bool
    /// The files with the weights.
    let files: [String]
    /// The file of each tensor, according to the index of a folder; empty without an index.
    let index: [(name: String, file: String)]
    /// The content of `config.json`.
    let hubConfig: JSONValue

    /// The value of "format" in the metadata of a converted file.
    static let format = "prosody encoder"

    /// Opens a folder or file. Throws a `FileError` or `ConfigurationError` if files are missing or the encoder is not
    /// supported.
    public init(_ path: String) throws {
        self.path = path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw FileError(
                file: path, place: "the path", found: "no such file or folder",
                allowed: "a folder with config.json and model.safetensors, or a converted encoder")
        }
        if isFolder.boolValue {
            isConverted = false
            hubConfig = try JSONValue.load(path + "/config.json")
            config = try EncoderConfig(hub: hubConfig)
            (files, index) = try Self.weightFiles(path)
            normalizesInput = try Self.normalizes(path, config)
            return
        }
        isConverted = true
        (files, index) = ([path], [])
        let file = try SafeTensors(contentsOf: path)
        guard file.metadata["format"] == Self.format, let text = file.metadata["config"] else {
            throw FileError(
                file: path, place: "metadata", found: "no encoder",
                allowed: "a file written by \"Train import FOLDER\", or the folder of the encoder itself")
        }
        hubConfig = try JSONValue.parse(text, source: path)
        config = try EncoderConfig(hub: hubConfig)
        normalizesInput = file.metadata["normalize"] == "true"
    }

    /// The files with weights in a folder.
    private static func weightFiles(_ folder: String) throws -> ([String], [(name: String, file: String)]) {
        let manager = FileManager.default
        let single = folder + "/model.safetensors"
        if manager.fileExists(atPath: single) { return ([single], []) }
        let indexFile = folder + "/model.safetensors.index.json"
        guard manager.fileExists(atPath: indexFile) else {
            let hasPickle = manager.fileExists(atPath: folder + "/pytorch_model.bin")
            throw FileError(
                file: folder, place: "the weights",
                found: hasPickle ? "pytorch_model.bin only" : "no model.safetensors",
                allowed: hasPickle
                    ? "model.safetensors; convert the file in Python: AutoModel.from_pretrained(folder).save_pretrained(folder, safe_serialization=True)"
                    : "model.safetensors, or model.safetensors.index.json with the files that it lists")
        }
        let json = try JSONValue.load(indexFile)
        guard let members = json["weight_map"]?.members, !members.isEmpty else {
            throw FileError(
                file: indexFile, place: "weight_map", found: "no names",
                allowed: "an object with the file of each tensor")
        }
        let index = try members.map { member in
            guard let name = member.value.text, !name.isEmpty, !name.contains("/") else {
                throw FileError(
                    file: indexFile, place: "weight_map, \(member.key)", found: member.value.line,
                    allowed: "the name of a file in the same folder")
            }
            return (name: member.key, file: folder + "/" + name)
        }
        let files = Set(index.map(\.file)).sorted()
        let missing = files.filter { !manager.fileExists(atPath: $0) }
        guard missing.isEmpty else {
            throw FileError(
                file: indexFile, place: "weight_map",
                found:
                    "missing files: \(missing.map { ($0 as NSString).lastPathComponent }.joined(separator: ", "))",
                allowed: "all files of the index in the same folder")
        }
        return (files, index)
    }

    /// Reads `do_normalize`, which is true for encoders of waveforms unless the file says otherwise.
    private static func normalizes(_ folder: String, _ config: EncoderConfig) throws -> Bool {
        guard case .waveform = config.input else { return false }
        let file = folder + "/preprocessor_config.json"
        guard FileManager.default.fileExists(atPath: file) else { return true }
        let json = try JSONValue.load(file)
        if let rate = json["sampling_rate"], rate.integer != EncoderConfig.sampleRate {
            throw ConfigurationError(
                place: rate.place, path: JSONPath([.key("sampling_rate")]),
                "found \(rate.line.prefix(40)), expected \(EncoderConfig.sampleRate)")
        }
        guard let value = json["do_normalize"] else { return true }
        guard let flag = value.bool else {
            throw ConfigurationError(
                place: value.place, path: JSONPath([.key("do_normalize")]),
                "found \(value.line.prefix(40)), expected true or false")
        }
        return flag
    }

    /// Added to the variance when waveforms are standardized.
    static let epsilon: Real = 1e-7

    /// Returns waveforms as the encoder expects them: standardized if `normalizesInput` is true.
    public func prepared(_ samples: [Float]) -> [Float] {
        guard normalizesInput, !samples.isEmpty else { return samples }
        let mean = samples.reduce(0.0) { $0 + Double($1) } / Double(samples.count)
        let variance =
            samples.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(samples.count)
        let scale = 1 / (variance + Double(Self.epsilon)).squareRoot()
        return samples.map { Float((Double($0) - mean) * scale) }
    }
}
