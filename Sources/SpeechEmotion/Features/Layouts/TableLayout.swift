import Autograd
import Configuration
import Foundation

/// Features of another program, such as embeddings of wav2vec 2.0 or functionals of openSMILE: one row per clip of a file.
public struct TableLayout: FeatureLayout {
    /// The values: a `.npy` file with one row per clip, or a CSV file.
    public var file = ""
    /// The CSV file with the names of the clips of a `.npy` file; nil for the same name with `.csv`.
    public var clips: String?
    /// The column that names the clip.
    public var column = "path"
    /// The columns with the values of a CSV file; nil for all others.
    public var columns: [String]?
    /// The columns of a CSV file that hold no features.
    public var exclude: [String] = []

    public static let type = "table"
    public static let summary =
        "Precomputed features, such as embeddings: one row per clip in a .npy or CSV file. The audio is not read."
    public static let fields: [Field<Self>] = [
        .init(
            "file", \.file,
            "The values: a .npy file of shape [clips, values] or [clips, frames, channels], or a CSV file with one row per clip.",
            .required, .notEmpty),
        .init(
            "clips", \.clips,
            "CSV file that identifies the clips, with one row per row of the .npy file; by default the same name with .csv. If NAME.lengths.npy exists, it contains the number of valid frames of each row; the other frames are padding."
        ),
        .init(
            "column", \.column,
            "Column that identifies the clip: its id, its path, or its file name with or without extension.",
            .notEmpty),
        .init(
            "columns", \.columns,
            "Columns of a CSV file that contain features; by default all but \"column\" and \"exclude\".",
            .notEmpty),
        .init("exclude", \.exclude, "Columns of a CSV file that do not contain features."),
    ]

    public init() {}
    /// The rows of a file.
    public init(file: String) { self.file = file }

    public var outputShape: [Int] { (try? FeatureTable.of(self))?.shape ?? [] }
    public var names: [String] { (try? FeatureTable.of(self))?.names ?? [] }

    /// Reads the table. Throws if it is missing or damaged.
    public func check(rate: Int) throws(InputError) {
        do { _ = try FeatureTable.of(self) } catch {
            throw InputError(Self.type, reading: error, allowed: "one row of finite values per clip")
        }
    }

    /// Throws: a table has no features of other recordings.
    public func features(of analysis: WaveformAnalysis) throws(InputError) -> Features {
        throw InputError(
            "the features of a recording",
            found: "the layout \"table\", which contains only the clips of \(file)",
            allowed:
                "clips in the table; compute the features of other recordings with the program that wrote it")
    }

    /// Returns the features of a clip.
    func features(ofClip id: String) throws -> Features { try FeatureTable.of(self).features(ofClip: id) }
}

extension FeaturePipeline {
    public var validationIssues: [ValidationIssue] {
        guard layout.value is TableLayout else { return [] }
        let unused = [
            ("preprocessing", preprocessing.isEmpty), ("duration", duration == nil), ("offset", offset == 0),
        ].filter { !$0.1 }.map(\.0)
        return unused.map { ValidationIssue($0, "has no effect on the layout \"table\"; remove it") }
    }
}
