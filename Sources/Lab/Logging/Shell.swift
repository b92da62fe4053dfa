/// Quoting for shells.
public enum Shell {
    /// Returns the text quoted as one shell word, if necessary.
    public static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
                    || "_-./=+:,@%".unicodeScalars.contains($0)
            }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }

    /// Returns a command line made of words.
    public static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }
}
