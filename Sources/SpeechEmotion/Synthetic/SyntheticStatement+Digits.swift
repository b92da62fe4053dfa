/// Spoken English digits as syllables. Final consonants are left out, except for a short stop.
extension SyntheticStatement {
    /// The digits, one after the other. Digits outside of 0...9 are left out.
    init(digits: [Int]) {
        let spoken = digits.map { DigitWords.all.indices.contains($0) ? DigitWords.all[$0] : [] }
        syllables = spoken.flatMap { $0 }
        var start = 0
        for word in spoken {
            words.append(start..<start + word.count)
            start += word.count
        }
    }
}

/// The syllables of the digits.
private enum DigitWords {
    typealias Syllable = SyntheticStatement.Syllable
    typealias Onset = SyntheticStatement.Onset
    typealias Vowel = SyntheticStatement.Vowel

    private static let i = Vowel(resonances: [270, 2290, 3010], length: 1.05)
    private static let ih = Vowel(resonances: [390, 1990, 2550], length: 0.7)
    private static let e = Vowel(resonances: [530, 1840, 2480], length: 0.9)
    private static let a = Vowel(resonances: [730, 1090, 2440], length: 1)
    private static let ah = Vowel(resonances: [640, 1190, 2390], length: 1)
    private static let o = Vowel(resonances: [500, 840, 2410], length: 1.2)
    private static let u = Vowel(resonances: [300, 870, 2240], length: 1.2)
    private static let schwa = Vowel(resonances: [500, 1400, 2450], length: 0.5)

    private static func syllable(_ onset: Onset, _ vowel: Vowel, isAccented: Bool = true) -> Syllable {
        Syllable(onset: onset, vowel: vowel, isAccented: isAccented)
    }

    static let all: [[Syllable]] = [
        [syllable(.fricative(5600), i), syllable(.sonorant, o, isAccented: false)],
        [syllable(.sonorant, ah)],
        [syllable(.stop(3400), u)],
        [syllable(.fricative(6500), i)],
        [syllable(.fricative(3500), o)],
        [syllable(.fricative(3500), a), syllable(.none, ih, isAccented: false)],
        [syllable(.fricative(5600), ih), syllable(.stop(2200), schwa, isAccented: false)],
        [syllable(.fricative(5600), e), syllable(.sonorant, schwa, isAccented: false)],
        [syllable(.none, e), syllable(.stop(3400), schwa, isAccented: false)],
        [syllable(.sonorant, a), syllable(.none, ih, isAccented: false)],
    ]
}
