/// The location of a value in its source: a file with line and column, or a whole command-line argument.
public struct Location: Sendable, Hashable, CustomStringConvertible {
    /// The path of the file, or the text of the argument.
    public var source: String
    /// The line, counted from 1; 0 denotes the source as a whole.
    public var line: Int
    /// The column, counted from 1 in Unicode scalars.
    public var column: Int

    /// Creates a location in a source, or of the source as a whole.
    public init(source: String, line: Int = 0, column: Int = 0) {
        self.source = source
        self.line = line
        self.column = column
    }

    /// The location of values that have no source.
    public static let nowhere = Location(source: "")

    /// The location as `file:line:column`, which editors and terminals turn into a link.
    public var description: String {
        line == 0 ? source : "\(source.isEmpty ? "line " : source + ":")\(line):\(column)"
    }
}
