/// The rule for names of runs, which are names of folders.
public enum RunName {
    /// Whether a name is valid for a run.
    public static func isValid(_ name: String) -> Bool {
        !["", ".", ".."].contains(name) && name.utf8.count <= 200
            && name.unicodeScalars.allSatisfy { $0 != "/" && $0.properties.generalCategory != .control }
    }
}
