/// Where a value was written: a file with line and column, or a command-line argument as a whole.
public struct Place: Sendable, Hashable, CustomStringConvertible {
    /// The file's path, or the text of the argument.
    public var source: String
    /// Counted from 1; 0 stands for the source as a whole.
    public var line: Int
    /// Counted from 1, in Unicode characters (scalars) of the line.
    public var column: Int

    /// A place in a source, or the source as a whole.
    public init(source: String, line: Int = 0, column: Int = 0) {
        self.source = source
        self.line = line
        self.column = column
    }

    /// The place of values that a program made.
    public static let nowhere = Place(source: "")

    /// `file:line:column`, as editors and terminals link it.
    public var description: String {
        line == 0 ? source : "\(source.isEmpty ? "line " : source + ":")\(line):\(column)"
    }
}
