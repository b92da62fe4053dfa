import Autograd
import Encoders
import Foundation
import Reports

/// Checks a pretrained speech encoder, reports what it is, and converts it.
struct ImportEncoder {
    let source: EncoderSource

    /// Returns whether a path is that of an encoder rather than of an ONNX file.
    static func isEncoder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && (isFolder.boolValue || path.hasSuffix(".safetensors"))
    }

    init(_ path: String) throws { source = try EncoderSource(path) }

    /// Throws if a path is one of the files in the folder of an encoder, such as its weights.
    static func checkIsNoPart(_ path: String) throws {
        guard ["bin", "pt", "pth", "ckpt", "msgpack", "json"].contains((path as NSString).pathExtension)
        else { return }
        throw FileError(
            file: path, place: "the path", found: "a file whose name does not end in .onnx",
            allowed: "an ONNX file; for a speech encoder, its folder with config.json and the weights")
    }

    func run(out: String?) throws {
        if let out {
            guard out.hasSuffix(".safetensors") else {
                throw UsageError("--out \(out): expected FILE.safetensors for an encoder")
            }
            guard !FileManager.default.fileExists(atPath: out) else {
                throw FileError(file: out, place: "--out", found: "an existing file", allowed: "a new name")
            }
        }
        let loaded = try source.load()
        let config = source.config
        let damaged = loaded.nonFinite
        guard damaged.isEmpty else {
            throw FileError(
                file: source.path, place: "the weights",
                found: "NaN or infinite values in \(summary(of: damaged))",
                allowed: "finite values; download the encoder again")
        }
        print(
            "\(source.path): \(config.architecture.rawValue), \(NumberText.count(config.layers, "layer")) of \(config.hidden) channels, \(NumberText.count(config.heads, "attention head")), \(grouped(config.parameters)) parameters"
        )
        print("input: \(input), one hidden state every \(config.hop) samples")
        if !loaded.leftOut.isEmpty { print("left out: \(summary(of: loaded.leftOut))") }
        print("SHA-256: \(loaded.fingerprint)")
        guard let out else { return }
        try source.write(loaded.encoder, to: out)
        print("\(out): written")
    }

    private var input: String {
        switch source.config.input {
        case .waveform:
            "waveform at 16 kHz" + (source.normalizesInput ? ", standardized to mean 0 and variance 1" : "")
                + (source.statesNormalization
                    ? "" : " (assumed: there is no preprocessor_config.json or processor_config.json)")
        case .logMel(let bands, let positions):
            "log-mel spectrogram with \(bands) bands, \(positions / 50) s at 16 kHz"
        }
    }

    /// The names, or for many tensors their first parts with numbers.
    private func summary(of names: [String]) -> String {
        if names.count <= 6 { return names.joined(separator: ", ") }
        var counts: [(part: String, count: Int)] = []
        for name in names {
            let part = name.split(separator: ".").prefix(2).joined(separator: ".")
            if let place = counts.firstIndex(where: { $0.part == part }) {
                counts[place].count += 1
            } else {
                counts.append((part, 1))
            }
        }
        return counts.map { "\($0.part) (\($0.count))" }.joined(separator: ", ")
    }
}
