/// Text in files of comma-separated values.
package enum CSV {
    /// A cell: in quotation marks where the text holds a comma, a quotation mark, a line's end or a space at its ends.
    package static func cell(_ text: String) -> String {
        let special = text.unicodeScalars.contains { [",", "\"", "\n", "\r"].contains($0) }
        guard special || text.hasPrefix(" ") || text.hasSuffix(" ") else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            quoted.unicodeScalars.append(scalar)
            if scalar == "\"" { quoted += "\"" }
        }
        return quoted + "\""
    }

    /// A number that reads back to the same bits; an empty cell for one that is not known.
    package static func cell(_ number: Double) -> String { number.isFinite ? "\(number)" : "" }
}
