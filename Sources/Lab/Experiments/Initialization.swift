import Configuration
import Layers

/// The trained weights that a model starts from: the `initialize` section of an experiment.
public struct Initialization: Options {
    public var from = ""
    public var format: WeightFormat?
    public var include: NamePatterns = ["*"]
    public var exclude: NamePatterns = []
    public var rename = Named<String>()
    public var resetHead: Bool?
    public var sha256: String?

    public static let summary = "Fine-tuning: the trained weights that the model starts from."
    public static let fields: [Field<Self>] = [
        .init(
            "from", \.from,
            "The folder of a finished run, a model file, a `state_dict` of PyTorch saved as `.safetensors`, or Keras weights saved as `.npz` or `.safetensors`.",
            .required, .notEmpty),
        .init(
            "format", \.format,
            "Names and layouts of the weights: those of Prosody, of PyTorch (matched by name), of torchvision's EfficientNet, or of Keras (matched by order); `null` infers it from the file."
        ),
        .init(
            "include", \.include,
            "Patterns of the weight names to load; * matches any characters. Each pattern may match names in the file or in the model. Other weights keep their random initial values."
        ),
        .init("exclude", \.exclude, "Patterns of names not to load, even if `include` matches them."),
        .init(
            "rename", \.rename,
            "New names for weights in the file, such as `{\"encoder.*\": \"0.*\"}`. The first matching pattern applies; * stands for the same characters in both names."
        ),
        .init(
            "reset_head", \.resetHead,
            "Whether the last dense layer keeps its random initial values; `null` resets it if its shape or the classes differ from those of the source."
        ),
        .init(
            "sha256", \.sha256,
            "SHA-256 of the file. A run records it, and stops if the file differs; `null` accepts any file.",
            .check("of 64 hexadecimal digits") { $0.map(Self.isDigest) ?? true }),
    ]

    public init() {}
    /// Creates options that load all weights of a run or a file.
    public init(from: String) { self.from = from }

    public var validationIssues: [ValidationIssue] {
        var issues: [ValidationIssue] = []
        if include.list.isEmpty {
            issues.append(
                ValidationIssue("include", "must not be empty; remove \"initialize\" to load nothing"))
        }
        if format == .keras, !rename.entries.isEmpty {
            issues.append(
                ValidationIssue("rename", "has no effect on Keras weights, which are matched by their order"))
        }
        for entry in rename.entries where entry.name.count(of: "*") != entry.value.count(of: "*") {
            issues.append(
                ValidationIssue(
                    at: [.key("rename"), .key(entry.name)],
                    "expected as many * as in \"\(entry.name)\", found \"\(entry.value)\""))
        }
        return issues
    }

    private static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64 && text.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }
}

extension String {
    fileprivate func count(of character: Character) -> Int { reduce(0) { $0 + ($1 == character ? 1 : 0) } }
}
