import Foundation

/// Measures the level and the duration of a recording that arrives in blocks.
package struct AudibilityCheck {
    private let rate: Int
    private var count = 0
    private var (lowest, highest) = (Float.infinity, -Float.infinity)

    package init(rate: Int) { self.rate = rate }

    package mutating func add(_ samples: UnsafeBufferPointer<Float>) {
        count += samples.count
        for sample in samples { (lowest, highest) = (min(lowest, sample), max(highest, sample)) }
    }

    /// Whether the recording is audible and long enough, which later samples cannot change.
    package var isPassed: Bool { warnings.isEmpty }

    package var warnings: [AudioWarning] {
        var found: [AudioWarning] = []
        let seconds = Double(count) / Double(rate)
        if seconds < AudioWarning.shortest { found.append(.short(seconds: seconds)) }
        // Half the range, so that a constant offset counts as silence.
        let peak = 20 * log10(Double(max(highest - lowest, 0)) / 2)
        if peak <= AudioWarning.silence { found.append(.silent(peak: peak)) }
        return found
    }
}
