import Autograd
import Layers

/// The tensors of one file of a checkpoint.
private protocol NamedTensors: TensorFile, Sendable {
    var names: [String] { get }
    /// Returns the shape of a tensor; nil if there is none with this name.
    func shape(_ name: String) -> [Int]?
    func releaseMemory()
}

extension TorchArchive: NamedTensors {}

extension SafeTensors: NamedTensors {
    fileprivate func shape(_ name: String) -> [Int]? { try? entry(name).shape }
}

/// The tensors of one or several files of a checkpoint. Convolutions with weight normalization appear as plain weights.
struct HubTensors: TensorFile {
    private var files: [String: any NamedTensors] = [:]
    private var opened: [any NamedTensors] = []
    private let prefix: String
    /// All names, in the order of the files.
    let names: [String]
    /// The weights that are computed from a magnitude and a direction, with their names.
    private var normalized: [String: (magnitude: String, direction: String)] = [:]

    /// The names of both parts in the two parametrizations of PyTorch.
    private static let parts = [
        ("weight_g", "weight_v"), ("parametrizations.weight.original0", "parametrizations.weight.original1"),
    ]

    init(_ source: EncoderSource, _ hub: HubNames) throws {
        var names: [String] = []
        for path in source.files {
            let file: any NamedTensors =
                path.hasSuffix(".safetensors")
                ? try SafeTensors(contentsOf: path) : try TorchArchive(contentsOf: path)
            opened.append(file)
            for name in file.names {
                guard files.updateValue(file, forKey: name) == nil else {
                    throw FileError(
                        file: path, place: "tensor \"\(name)\"",
                        found: "a tensor that is also in another file",
                        allowed: "each tensor in one file")
                }
                names.append(name)
            }
        }
        self.names = names
        prefix = hub.prefix(in: names)
        for (magnitude, direction) in Self.parts {
            for name in names where name.hasSuffix("." + magnitude) {
                let base = name.dropLast(magnitude.count)
                guard files[base + direction] != nil else { continue }
                normalized[base + "weight"] = (name, base + direction)
            }
        }
    }

    /// The number of values in all files.
    var elementCount: Int {
        names.reduce(0) { $0 + (files[$1]?.shape($1)?.reduce(1, capped) ?? 0) }
    }

    /// The names of the tensors that make up a weight.
    func sources(of name: String) -> [String] {
        let full = prefix + name
        guard files[full] == nil, let parts = normalized[full] else { return [full] }
        return [parts.magnitude, parts.direction]
    }

    /// Returns whether a tensor that is not a weight of the encoder may be left out.
    func isLeftOut(_ name: String, _ hub: HubNames) -> Bool { hub.isLeftOut(name, prefix: prefix) }

    func contains(_ name: String) -> Bool { sources(of: name).allSatisfy { files[$0] != nil } }

    func tensor(_ name: String) throws -> Tensor {
        let parts = try sources(of: name).map { name in
            guard let file = files[name] else {
                throw FileError(
                    file: "the checkpoint", place: "tensor \"\(name)\"", found: "no such tensor",
                    allowed: "all weights of the encoder")
            }
            return try file.tensor(name)
        }
        guard parts.count == 2 else { return parts[0] }
        return Self.weight(magnitude: parts[0], direction: parts[1])
    }

    /// Releases the memory of the files, which are mapped.
    func releaseMemory() {
        for file in opened { file.releaseMemory() }
    }

    /// Returns g v / |v|, the norm being taken over all axes but the last; v if the shapes do not match, which is reported
    /// as the shape of the weight.
    private static func weight(magnitude g: Tensor, direction v: Tensor) -> Tensor {
        let taps = v.shape.last ?? 0
        guard v.rank == 3, g.count == taps, taps > 0 else { return g.count == taps ? v : g }
        let rows = v.count / taps
        return Tensor(shape: v.shape) { result in
            withElements(g, v) { g, v in
                var norms = [Double](repeating: 0, count: taps)
                for row in 0..<rows {
                    for tap in 0..<taps {
                        let value = Double(v[row * taps + tap])
                        norms[tap] += value * value
                    }
                }
                let scales = norms.enumerated().map { Double(g[$0]) / $1.squareRoot() }
                for row in 0..<rows {
                    for tap in 0..<taps {
                        result[row * taps + tap] = Real(Double(v[row * taps + tap]) * scales[tap])
                    }
                }
            }
        }
    }
}
