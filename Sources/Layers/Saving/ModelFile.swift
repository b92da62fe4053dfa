import Autograd
import Configuration

/// A model with all that it takes to use it again: weights as safetensors, with its config and its card as metadata.
public enum ModelFile {
    /// Writes `name.safetensors`, and `name.json` with the same config for people and other programs. Each file is
    /// complete or not there; the config comes first, and the weights need only their own metadata.
    ///
    /// Throws a `FileError` where the path does not end in ".safetensors" or cannot be written, and an `ExportProblem`
    /// where the card does not fit the model.
    public static func write(_ model: Model, card: ModelCard = ModelCard(), to path: String) throws {
        try card.check(model)
        let entries = card.metadata(of: model)
        try AtomicFile.write(Array(config(entries).utf8), to: configPath(path))
        try model.saveWeights(to: path, metadata: Dictionary(entries) { first, _ in first })
    }

    /// Makes the model from the metadata of a file that `write` wrote, and reads its weights.
    ///
    /// Throws a `FileError` or a `WeightsError` where the file is not one of these or is damaged, and a
    /// `ConfigurationError` where it holds a layer that is not known here.
    public static func read(_ path: String) throws -> (model: Model, card: ModelCard) {
        let file = try SafeTensors(contentsOf: path)
        let format = try text("format", file, path)
        guard format == ModelCard.format else {
            throw FileError(
                file: path, place: "metadata \"format\"", found: "\"\(format.prefix(60))\"",
                allowed: "\"\(ModelCard.format)\"; the file is of another version or program")
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
        // Before any memory is taken: a config may ask for more than there is.
        let plan: LayerPlan
        do { plan = try spec.checkedPlan(shape) } catch { throw error.located(in: json) }
        let stored = file.entries.reduce(0) { $0 + $1.bytes.count / $1.type.size }
        let planned = plan.parameters + plan.buffers
        // A model that is not far larger than the file is made, and what does not fit is told by name.
        guard planned == stored || planned / 4 <= stored || planned <= smallCount else {
            throw FileError(
                file: path, place: "tensors", found: "\(stored) numbers",
                allowed: "the \(planned) that the model in the metadata has")
        }
        let model: Model
        do { model = try Model(spec, input: shape, generator: RandomGenerator(seed: 0)) } catch {
            throw error.located(in: json)
        }
        try model.loadWeights(file, file: path)
        return (model, try card(file, path))
    }

    private static let largestSize = 1 << 24
    /// So many weights are made whatever a file holds.
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
        if let rate = file.metadata["sample_rate"] {
            guard let number = Int(rate), number > 0 else {
                throw FileError(
                    file: path, place: "metadata \"sample_rate\"", found: "\"\(rate.prefix(60))\"",
                    allowed: "a whole number above 0")
            }
            card.sampleRate = number
        }
        return card
    }

    private static func text(_ key: String, _ file: SafeTensors, _ path: String) throws -> String {
        guard let text = file.metadata[key] else {
            throw FileError(
                file: path, place: "metadata", found: "no \"\(key)\"",
                allowed: "what an export of weights writes; weights alone are read by loadWeights")
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

    /// The file with the config beside a model file. Throws where the path does not end in ".safetensors".
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
