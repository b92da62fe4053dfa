/// Text in tables of comma-separated values.
enum CSVCell {
    /// The text, in quotation marks where it needs them.
    static func quoted(_ text: String) -> String {
        guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
