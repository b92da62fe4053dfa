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

    /// A text with one to four bytes changed, removed or inserted, most of them such as the text has already.
    func damaged(_ text: [UInt8]) -> [UInt8] {
        var bytes = text
        for _ in 0...below(4) {
            guard !bytes.isEmpty else { break }
            let at = below(bytes.count)
            switch below(5) {
            case 0: bytes[at] = UInt8(below(256))
            case 1: bytes.remove(at: at)
            case 2: bytes[at] = text[below(text.count)]
            case 3: bytes.insert(Array(",\"\n\r;{}[]:-9e".utf8)[below(13)], at: at)
            default:
                let piece = text[below(text.count)...].prefix(1 + below(12))
                bytes.insert(contentsOf: piece, at: at)
            }
        }
        return bytes
    }
}
