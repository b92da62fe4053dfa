/// A sentence as a sequence of syllables.
struct SyntheticStatement: Sendable {
    /// A syllable: onset, vowel, and whether it is accented.
    struct Syllable: Sendable {
        var onset: Onset
        var vowel: Vowel
        var isAccented: Bool
    }

    /// The onset of a syllable.
    enum Onset: Sendable {
        case none
        /// A stop: silence and a noise burst around a frequency in Hz.
        case stop(Double)
        /// A fricative: noise around a frequency in Hz.
        case fricative(Double)
        /// A sonorant: voiced, nasal or approximant.
        case sonorant
    }

    /// The first three formants of a male vocal tract in Hz (after Peterson and Barney 1952), and the relative
    /// duration.
    struct Vowel: Sendable {
        var resonances: [Double]
        var length: Double
    }

    let syllables: [Syllable]
    /// The syllables of each word, if the words are known.
    var words: [Range<Int>] = []

    /// The sentence of a number, from 1; larger numbers wrap around.
    static func number(_ number: Int) -> SyntheticStatement {
        let count = all.count
        return all[((number - 1) % count + count) % count]
    }

    private static let i = Vowel(resonances: [270, 2290, 3010], length: 1.05)
    private static let ih = Vowel(resonances: [390, 1990, 2550], length: 0.75)
    private static let ah = Vowel(resonances: [640, 1190, 2390], length: 0.75)
    private static let o = Vowel(resonances: [570, 840, 2410], length: 1.2)
    private static let aw = Vowel(resonances: [730, 1090, 2440], length: 1.15)
    private static let uh = Vowel(resonances: [490, 1350, 1690], length: 0.7)
    private static let schwa = Vowel(resonances: [500, 1400, 2450], length: 0.6)

    /// Two sentences with the rhythm of those of RAVDESS: "kids are talking by the door", "dogs are sitting by the
    /// door".
    static let all: [SyntheticStatement] = [
        SyntheticStatement(syllables: [
            Syllable(onset: .stop(2200), vowel: ih, isAccented: true),
            Syllable(onset: .fricative(5200), vowel: schwa, isAccented: false),
            Syllable(onset: .stop(3400), vowel: aw, isAccented: true),
            Syllable(onset: .stop(1900), vowel: ih, isAccented: false),
            Syllable(onset: .stop(900), vowel: aw, isAccented: false),
            Syllable(onset: .fricative(4200), vowel: schwa, isAccented: false),
            Syllable(onset: .stop(3000), vowel: o, isAccented: true),
        ]),
        SyntheticStatement(syllables: [
            Syllable(onset: .stop(2800), vowel: o, isAccented: true),
            Syllable(onset: .fricative(4800), vowel: schwa, isAccented: false),
            Syllable(onset: .fricative(5600), vowel: ih, isAccented: true),
            Syllable(onset: .stop(3300), vowel: i, isAccented: false),
            Syllable(onset: .sonorant, vowel: ah, isAccented: false),
            Syllable(onset: .fricative(4200), vowel: uh, isAccented: false),
            Syllable(onset: .stop(3000), vowel: o, isAccented: true),
        ]),
    ]
}
