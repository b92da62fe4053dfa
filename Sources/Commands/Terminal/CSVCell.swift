/// Quoting for CSV.
enum CSVCell {
    /// Returns the text, quoted if necessary.
    static func quoted(_ text: String) -> String {
        guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
