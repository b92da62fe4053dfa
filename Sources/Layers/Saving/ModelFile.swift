import Autograd
import Configuration

/// A model file: weights as safetensors, with the model's config and its card as metadata.
public enum ModelFile {
    /// Writes `name.safetensors`, and `name.json` with the metadata in readable form and the SHA-256 digest of the first file.
    /// Each file is written completely or not at all; `read` needs only the first.
    ///
    /// Throws a `FileError` if the path does not end in ".safetensors" or cannot be written, and a `LayerError` if the
    /// card does not fit the model or a layer declares no spec.
    public static func write(_ model: Model, card: ModelCard = ModelCard(), to path: String) throws {
        try card.check(model)
        let entries = card.metadata(of: model)
        let configPath = try Self.configPath(path)
        try model.saveWeights(to: path, metadata: Dictionary(entries) { first, _ in first })
        let digest = try SHA256.hash(contentsOf: path)
        try AtomicFile.write(Array(config(entries + [("sha256", "\"\(digest)\"")]).utf8), to: configPath)
    }

    /// Throws if the file differs from the digest in the config next to it, if there is one.
    private static func checkDigest(_ path: String) throws {
        guard let description = try? configPath(path),
            let digest = (try? JSONValue.load(description))?["sha256"]?.text,
            try SHA256.hash(contentsOf: path) != digest
        else { return }
        throw FileError(
            file: path, place: "checksum", found: "contents other than those that \(description) describes",
            allowed: "the unchanged file; copy both files again, or repeat what wrote them")
    }

    /// Creates the model from the metadata of a file written by `write`, and reads its weights.
    ///
    /// Throws a `FileError` or a `WeightsError` if the file is of another kind or damaged, and a `ConfigurationError` if it
    /// contains an unknown layer.
    public static func read(_ path: String) throws -> (model: Model, card: ModelCard) {
        let file = try SafeTensors(contentsOf: path)
        let format = try text("format", file, path)
        guard format == ModelCard.format else {
            throw FileError(
                file: path, place: "metadata \"format\"", found: "\"\(format.prefix(60))\"",
                allowed: "\"\(ModelCard.format)\"; the file was written by another version or program")
        }
        let json = try parse("model", file, path)
        let input = try parse("input", file, path)
        guard let sizes = input.elements?.map(\.integer), (1...3).contains(sizes.count),
            sizes.allSatisfy({ (1...largestSize).contains($0 ?? 0) })
        else {
            throw FileError(
                file: path, place: "metadata \"input\"", found: String(input.line.prefix(60)),
                allowed: "1 to 3 sizes of 1 to \(largestSize), such as [200, 40]")
        }
        let (spec, shape) = (try Model.spec(json), sizes.compactMap { $0 })
        // Before memory is allocated: a config may ask for any amount.
        let plan: LayerPlan
        do { plan = try spec.checkedPlan(shape) } catch { throw error.located(in: json) }
        let stored = file.entries.reduce(0) { $0 + $1.bytes.count / $1.type.size }
        let planned = plan.parameters + plan.buffers
        // A model that is not much larger than the file is created, so that mismatches are reported by name.
        guard planned == stored || planned / 4 <= stored || planned <= smallCount else {
            throw FileError(
                file: path, place: "tensors", found: "\(stored) weights",
                allowed: "the \(planned) of the model in the metadata")
        }
        let model: Model
        do { model = try Model(spec, input: shape, generator: RandomGenerator(seed: 0)) } catch {
            throw error.located(in: json)
        }
        try model.loadWeights(file, file: path)
        let card = try card(file, path)
        try checkDigest(path)
        return (model, card)
    }

    /// Reads the card of a model file without its weights; nil if the file was written by another program.
    package static func card(_ path: String) throws -> ModelCard? {
        let file = try SafeTensors(contentsOf: path)
        return file.metadata["format"] == ModelCard.format ? try card(file, path) : nil
    }

    private static let largestSize = 1 << 24
    /// The number of weights that is always allowed.
    private static let smallCount = 1 << 16

    private static func card(_ file: SafeTensors, _ path: String) throws -> ModelCard {
        var card = ModelCard()
        let classes = try parse("classes", file, path)
        guard let names = classes.elements?.map(\.text), !names.contains(nil) else {
            throw FileError(
                file: path, place: "metadata \"classes\"", found: String(classes.line.prefix(60)),
                allowed: "a list of names")
        }
        card.classes = names.compactMap { $0 }
        if file.metadata["features"] != nil { card.features = try parse("features", file, path) }
        if file.metadata["tta"] != nil {
            card.tta = try parse("tta", file, path)
        }
        if file.metadata["targets"] != nil { card.targets = try parse("targets", file, path) }
        if file.metadata["frames"] != nil { card.frames = try parse("frames", file, path) }
        if file.metadata["decisions"] != nil { card.decisions = try parse("decisions", file, path) }
        if let rate = file.metadata["sample_rate"] {
            guard let number = Int(rate), number > 0 else {
                throw FileError(
                    file: path, place: "metadata \"sample_rate\"", found: "\"\(rate.prefix(60))\"",
                    allowed: "a positive integer")
            }
            card.sampleRate = number
        }
        return card
    }

    private static func text(_ key: String, _ file: SafeTensors, _ path: String) throws -> String {
        guard let text = file.metadata[key] else {
            throw FileError(
                file: path, place: "metadata", found: "no \"\(key)\"",
                allowed: "a file written by an export; read weights alone with loadWeights")
        }
        return text
    }

    private static func parse(_ key: String, _ file: SafeTensors, _ path: String) throws -> JSONValue {
        try JSONValue.parse(text(key, file, path), source: "\(path), metadata \"\(key)\"")
    }

    private static func config(_ entries: [(key: String, value: String)]) throws -> String {
        let members = try entries.map { key, value in
            JSONMember(key, key == "format" ? JSONValue(.text(value)) : try JSONValue.parse(value))
        }
        return JSONValue(.object(members)).pretty() + "\n"
    }

    /// Returns the path of the config next to a model file. Throws if the path does not end in ".safetensors".
    public static func configPath(_ path: String) throws -> String {
        let ending = ".safetensors"
        guard path.hasSuffix(ending), path.utf8.count > ending.utf8.count else {
            throw FileError(
                file: path, place: "the path", found: "another ending",
                allowed: "a name that ends in \(ending)")
        }
        return path.dropLast(ending.count) + ".json"
    }
}
