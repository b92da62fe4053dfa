/// A part of the clips, for one of several processes: every `count`-th clip from the `index`-th.
struct ClipPart: Sendable {
    /// The number of the part, from 1.
    let index: Int
    /// The number of parts.
    let count: Int

    static let expected = "I/N with I from 1 to N, such as 3/16"
    static let counts = 1...100_000

    init?(_ text: String) {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let index = numbers[0], let count = numbers[1], Self.counts ~= count,
            1...count ~= index
        else { return nil }
        (self.index, self.count) = (index, count)
    }

    /// Returns the clips of the part.
    func of<Clip>(_ clips: [Clip]) -> [Clip] {
        stride(from: index - 1, to: clips.count, by: count).map { clips[$0] }
    }
}
