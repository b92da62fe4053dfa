import Autograd
import Configuration
import Foundation

/// The files of a pretrained encoder: a folder of the Hugging Face Hub, or a file written by `write(to:)`.
///
/// A folder has `config.json`, the weights, and usually `preprocessor_config.json`. The weights are in `model.safetensors` or
/// `pytorch_model.bin`, or in the files that the index of one of them lists. Opening a folder reads the configuration only.
public struct EncoderSource: Sendable {
    /// The path of the folder or file.
    public let path: String
    /// The architecture.
    public let config: EncoderConfig
    /// Whether waveforms are standardized to mean 0 and variance 1 (`do_normalize`).
    public let normalizesInput: Bool
    /// Whether a file states `normalizesInput`; otherwise, it is assumed to be true.
    package let statesNormalization: Bool
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
            // `Train check` keeps variables that are not set.
            let unset = path.contains("${") ? "; set the environment variable, such as ENCODER=FOLDER" : ""
            throw FileError(
                file: path, place: "the path", found: "no such file or folder",
                allowed: "a folder with config.json and the weights, or a converted encoder" + unset)
        }
        if isFolder.boolValue {
            isConverted = false
            let (configFile, snapshots) = (path + "/config.json", path + "/snapshots")
            guard FileManager.default.fileExists(atPath: configFile) else {
                guard !FileManager.default.fileExists(atPath: snapshots) else {
                    throw FileError(
                        file: path, place: "the path", found: "a folder of the cache of huggingface_hub",
                        allowed: "one of the folders in \(snapshots)")
                }
                throw FileError(
                    file: configFile, place: "the path", found: "no such file",
                    allowed:
                        "the config.json of a checkpoint of Transformers; checkpoints of fairseq have none and cannot be read"
                )
            }
            hubConfig = try JSONValue.load(configFile)
            config = try EncoderConfig(hub: hubConfig)
            (files, index) = try Self.weightFiles(path)
            try files.forEach(Self.checkContent)
            let stated = try Self.normalizes(path, config)
            (normalizesInput, statesNormalization) = (stated ?? true, stated != nil)
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
        (normalizesInput, statesNormalization) = (file.metadata["normalize"] == "true", true)
    }

    /// The files with weights in a folder.
    private static func weightFiles(_ folder: String) throws -> ([String], [(name: String, file: String)]) {
        for name in ["model.safetensors", "pytorch_model.bin"] {
            let path = folder + "/" + name
            if FileManager.default.fileExists(atPath: path) { return ([path], []) }
            let index = path + ".index.json"
            if FileManager.default.fileExists(atPath: index) { return try files(folder, index) }
        }
        throw FileError(
            file: folder, place: "the weights", found: "no model.safetensors or pytorch_model.bin",
            allowed:
                "one of these files, or its index (model.safetensors.index.json) with the files that it lists"
        )
    }

    /// The files that an index lists.
    private static func files(
        _ folder: String, _ indexFile: String
    ) throws -> ([String], [(name: String, file: String)]) {
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
        let missing = files.filter { !FileManager.default.fileExists(atPath: $0) }
        guard missing.isEmpty else {
            throw FileError(
                file: indexFile, place: "weight_map",
                found:
                    "missing files: \(missing.map { ($0 as NSString).lastPathComponent }.joined(separator: ", "))",
                allowed: "all files of the index in the same folder")
        }
        return (files, index)
    }

    /// Throws if the file cannot be opened, or if Git LFS has not downloaded its content.
    private static func checkContent(_ file: String) throws {
        let bytes = try FileBytes.open(file, mapped: true)
        let isPointer = bytes.withBytes(0..<min(40, bytes.count)) {
            $0.starts(with: "version https://git-lfs".utf8)
        }
        guard isPointer else { return }
        throw FileError(
            file: file, place: "byte 0", found: "a pointer of Git LFS instead of the weights",
            allowed: "the file itself; run \"git lfs pull\" in the folder, or \"hf download\"")
    }

    /// Reads `do_normalize`, which is true if the file lacks it; nil without a file. Transformers 5 saves the options of a feature
    /// extractor in `processor_config.json` if there is also a tokenizer.
    private static func normalizes(_ folder: String, _ config: EncoderConfig) throws -> Bool? {
        guard case .waveform = config.input else { return false }
        func load(_ name: String) throws -> JSONValue? {
            let file = folder + "/" + name
            return FileManager.default.fileExists(atPath: file) ? try JSONValue.load(file) : nil
        }
        let own = try load("preprocessor_config.json")
        guard let json = try own ?? load("processor_config.json")?["feature_extractor"] else { return nil }
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
