import Autograd
import Layers

/// An encoder with the weights of a checkpoint.
public struct LoadedEncoder: Sendable {
    /// The encoder.
    public let encoder: SpeechEncoder
    /// The tensors of the checkpoint that are not part of the encoder, such as the head of a fine-tuned model.
    public let leftOut: [String]
    /// Whether waveforms are standardized.
    let normalizesInput: Bool

    /// The names in the checkpoint of the weights that contain NaN or infinite values, which is not checked when an encoder is
    /// loaded.
    public var nonFinite: [String] {
        let hub = HubNames(architecture: encoder.config.architecture)
        return encoder.namedTensors.filter { _, tensor in
            tensor.withElements { values in
                !UnsafeBufferPointer(start: values, count: tensor.count).allSatisfy(\.isFinite)
            }
        }.map { hub.hubName($0.0) }
    }

    /// The SHA-256 of the configuration and of all weights as Float32, 64 hexadecimal digits. It is the same for a folder of
    /// the hub and for the file converted from it.
    public var fingerprint: String {
        let tensors = encoder.namedTensors
        let digests = [String](unsafeUninitializedCapacity: tensors.count) { buffer, count in
            nonisolated(unsafe) let start = buffer.baseAddress
            Parallel.chunks(tensors.count) { index in
                let digest = SHA256.hex(float32Digest(tensors[index].1))
                start.map { ($0 + index).initialize(to: digest) }
            }
            count = tensors.count
        }
        let lines = zip(tensors, digests).map { "\($0.0) \($0.1.shape) \($1)" }
        let head = "\(encoder.config.signature) normalize \(normalizesInput)"
        return SHA256.hex(of: ([head] + lines).joined(separator: "\n"))
    }
}

private func float32Digest(_ tensor: Tensor) -> [UInt8] {
    guard Real.self == Float.self else {
        return tensor.array.map { Float($0) }.withUnsafeBytes { SHA256.digest(of: $0) }
    }
    return tensor.withElements {
        SHA256.digest(of: UnsafeRawBufferPointer(UnsafeBufferPointer(start: $0, count: tensor.count)))
    }
}

extension EncoderSource {
    /// Reads the weights.
    ///
    /// Throws a `WeightsError` with every tensor that is missing, unexpected or of another shape.
    public func load() throws -> LoadedEncoder {
        try isConverted ? loadConverted() : loadHub()
    }

    private func loadConverted() throws -> LoadedEncoder {
        let file = try SafeTensors(contentsOf: path)
        try checkSize(file.entries.reduce(0) { $0 + $1.shape.reduce(1, *) })
        let encoder = SpeechEncoder(config, .zeros)
        try encoder.loadWeights(file, file: path)
        // That of the zeros, which mapped weights have replaced.
        Memory.releaseCached()
        return LoadedEncoder(encoder: encoder, leftOut: [], normalizesInput: normalizesInput)
    }

    private func loadHub() throws -> LoadedEncoder {
        let hub = HubNames(architecture: config.architecture)
        let tensors = try HubTensors(self, hub)
        try checkSize(tensors.elementCount)
        let encoder = SpeechEncoder(config, .zeros)
        var problem = WeightsError(summary: "\(path): the weights do not fit config.json")
        problem.missing = index.map(\.name).filter { !tensors.names.contains($0) }
        var known: Set<String> = []
        // Each weight replaces its zeros and leaves the mapped file at once, so that there is no second copy of all.
        for var slot in encoder.torchSlots("", "", { _ in false }) {
            slot.sources = [hub.hubName(slot.name)]
            let sources = tensors.sources(of: slot.sources[0])
            known.formUnion(sources)
            // The key projection of Whisper has no bias, which equals a bias of 0.
            slot.isOptional = config.architecture == .whisper && slot.name.hasSuffix("attention.key.bias")
            guard !slot.isOptional || tensors.contains(slot.sources[0]) else { continue }
            if let value = try slot.read(tensors, &problem) { slot.store(value) }
            tensors.releaseMemory()
        }
        problem.unexpected = tensors.names.filter { !known.contains($0) && !tensors.isLeftOut($0, hub) }
        guard problem.isEmpty else { throw problem }
        return LoadedEncoder(
            encoder: encoder, leftOut: tensors.names.filter { !known.contains($0) },
            normalizesInput: normalizesInput)
    }

    /// Throws if the configuration describes an encoder that is much larger than the files, before it is allocated.
    private func checkSize(_ found: Int) throws {
        let expected = config.parameters
        guard expected / 2 > found + 1_000_000 else { return }
        throw FileError(
            file: path, place: "the weights", found: "\(grouped(found)) values",
            allowed: "about \(grouped(expected)), according to the configuration")
    }

    /// Writes the encoder to a single file, which `EncoderSource` opens like the folder. Weights are stored as Float32.
    public func write(_ encoder: SpeechEncoder, to path: String) throws {
        try encoder.saveWeights(
            to: path,
            metadata: [
                "format": Self.format, "config": hubConfig.line, "normalize": "\(normalizesInput)",
            ])
    }
}
