import Configuration
import Foundation

/// Keeps the segments that are louder than the background, which may change slowly: voice activity detection by energy.
///
/// The noise floor of a moment is the lowest smoothed level in a window around it, as with minimum statistics (Martin 2001). A segment
/// begins `open_db` above the floor and ends below `close_db`.
public struct EnergyActivity: PreprocessingStep, Equatable {
    /// The level above the noise floor at which a segment begins, in dB.
    public var open = 10.0
    /// The level above the noise floor below which a segment ends, in dB.
    public var close = 6.0
    /// The window in which the noise floor is the lowest level, in seconds.
    public var window = 4.0
    /// The minimum durations, and the margin around segments.
    public var durations = SegmentDurations()

    public static let type = "voice_activity"
    public static let summary =
        "Keeps the segments that are louder than the adaptive noise floor, and joins them: voice activity detection by energy. A recording without such a segment is left unchanged."
    public static let fields: [Field<Self>] =
        [
            .init(
                "open_db", \.open, "Level above the noise floor at which a segment begins.", .range(0...100)),
            .init(
                "close_db", \.close, "Level above the noise floor below which a segment ends.",
                .range(0...100)),
            .init(
                "window", \.window, "Length in seconds of the window whose lowest level is the noise floor.",
                .range(0.1...600)),
        ] + group(\.durations)

    public var validationIssues: [ValidationIssue] {
        close <= open
            ? [] : [ValidationIssue("close_db", "must be at most open_db, \(open), found \(close)")]
    }

    /// Segments of at least 0.1 s that begin 10 dB above the noise floor of 4 s.
    public init() {}

    /// The thresholds and durations.
    public var decision: SegmentDecision { SegmentDecision(open: open, close: close, durations) }

    /// Returns the segments joined without a fade; the waveform itself if there are none.
    public func callAsFunction(_ wave: Waveform) -> Waveform {
        let found = segments(of: wave)
        return found.isEmpty ? wave : wave.joining(found)
    }

    /// Returns the segments in seconds.
    public func segments(of wave: Waveform) -> [Range<Double>] {
        let scores = scores(of: wave)
        let hop = Double(Self.hop(wave.rate)) / Double(wave.rate)
        return decision(
            scores, edges: (0...scores.count).map { min(Double($0) * hop, wave.duration) })
    }

    /// Returns the level above the noise floor for every 10 ms of a waveform, in dB.
    public func scores(of wave: Waveform) -> [Double] {
        let hop = Self.hop(wave.rate)
        let count = (wave.count + hop - 1) / hop
        let powers = (0..<count).map { index -> Double in
            let range = index * hop..<min(wave.count, (index + 1) * hop)
            let sum = wave.samples[range].reduce(0.0) { $0 + Double($1) * Double($1) }
            return sum / Double(range.count)
        }
        func decibels(_ reach: Int) -> [Double] {
            var sums = [0.0]
            for power in powers { sums.append(sums[sums.count - 1] + power) }
            return powers.indices.map { index in
                let (first, end) = (max(0, index - reach), min(count, index + reach + 1))
                let mean = max(0, sums[end] - sums[first]) / Double(end - first)
                return 10 * log10(max(mean, Self.quietest))
            }
        }
        let (levels, smooth) = (decibels(1), decibels(5))
        let floors = Self.minima(smooth, reach: max(1, Int((window * 50).rounded())))
        return zip(levels, floors).map { $0 - $1 }
    }

    /// A power of -75 dB, below which everything is silence.
    private static let quietest = 3.1622776601683795e-8

    private static func hop(_ rate: Int) -> Int { max(1, rate / 100) }

    /// Returns the lowest value within `reach` places of each place.
    private static func minima(_ values: [Double], reach: Int) -> [Double] {
        // The places of candidates, whose values rise.
        var candidates: [Int] = []
        var (first, next) = (0, 0)
        return values.indices.map { place in
            while next < min(values.count, place + reach + 1) {
                while candidates.count > first, let last = candidates.last, values[last] >= values[next] {
                    candidates.removeLast()
                }
                candidates.append(next)
                next += 1
            }
            while candidates[first] < place - reach { first += 1 }
            return values[candidates[first]]
        }
    }
}

extension Waveform {
    /// Returns the concatenated segments, given their start and end times in seconds.
    package func joining(_ segments: [Range<Double>]) -> Waveform {
        func place(_ seconds: Double) -> Int {
            max(0, min(count, Int((seconds * Double(rate)).rounded())))
        }
        return Waveform(
            segments.flatMap { samples[place($0.lowerBound)..<place($0.upperBound)] }, rate: rate)
    }
}
