import Reports

/// A kind of plot of `Train plot`.
struct PlotKind: Sendable {
    let name: String
    /// What it shows.
    let summary: String
    /// The options that have an effect on it, besides those of every kind.
    let options: [any OptionDeclaration]
    let draw: @Sendable (PlotSource) throws -> any Plot

    static let all: [PlotKind] = [
        classes, histograms, violins, correlation, importance, shap, projection, confusion, learningCurve,
        search,
    ]

    /// The kind of a name.
    static func named(_ name: String) throws -> PlotKind {
        guard let kind = all.first(where: { $0.name == name }) else {
            throw UsageError("unknown kind of plot \"\(name)\"", of: name, among: all.map(\.name))
        }
        return kind
    }

    /// Throws a `UsageError` for an option that has no effect on this kind.
    func check(_ arguments: Arguments) throws {
        for option in PlotOption.all where arguments.has(option.name) {
            guard !options.contains(where: { $0.name == option.name }) else { continue }
            throw UsageError(
                "--\(option.name) has no effect on plot \(name); it applies to \(Self.taking(option).joined(separator: ", "))"
            )
        }
    }

    /// The names of the kinds that take an option.
    static func taking(_ option: any OptionDeclaration) -> [String] {
        all.filter { kind in kind.options.contains { $0.name == option.name } }.map(\.name)
    }
}
