import Foundation

/// Frequencies a tenth of a semitone apart.
struct PitchSteps {
    let low: Double
    let count: Int
    static let ofSemitone = 10

    init(_ range: PitchRange) {
        low = range.low
        count = Int((12 * Double(Self.ofSemitone) * log2(range.high / range.low)).rounded(.down)) + 1
    }

    func nearest(to frequency: Double) -> Int {
        let step = (12 * Double(Self.ofSemitone) * log2(frequency / low)).rounded(.toNearestOrEven)
        return Int(min(max(step, 0), Double(count)))
    }

    func frequency(_ step: Int) -> Double { low * pow(2, Double(step) / Double(12 * Self.ofSemitone)) }
}
