import Autograd

/// Texts made of the pieces of corpora's names and of what breaks parsers.
struct RandomNames {
    private let generator: RandomGenerator
    private let pieces = [
        "03", "-", "01", "_", "a", "A", "DC", "sa", "é", "漢", "e\u{301}", " ", "\"", ",", "\n", "..", "%",
        "99",
        "OAF", "ANG", "XX", "{", "*", "\\", "1001", "\u{200B}", "👩‍👩‍👧", "F", "b10", "\t", "'",
    ]

    init(seed: UInt64) { generator = RandomGenerator(seed: seed) }

    /// One to nine pieces. A valid name of a file.
    func name() -> String {
        (0...generator.below(9)).map { _ in pieces[generator.below(pieces.count)] }.joined()
    }

    /// A number below `bound`.
    func below(_ bound: Int) -> Int { generator.below(bound) }
}
