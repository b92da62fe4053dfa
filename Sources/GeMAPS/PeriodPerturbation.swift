import Foundation

/// Jitter and shimmer: the change of length and amplitude from one period to the next.
///
/// One pass through the recording follows the periods by waveform matching: a period ends at the lag, near the expected
/// one, at which the signal correlates best with what follows. A frame describes the periods that end in its hop.
struct PeriodPerturbation {
    private static let searchRange = 0.1
    private static let leastCorrelation = 0.5
    /// The samples that must follow two of the longest periods.
    private static let margin = 4

    private let samples: UnsafeBufferPointer<Double>
    private let hop: Int
    private let sampleRate: Double
    /// Sums and sums of squares of all samples before a place.
    private let sums, squares: [Double]
    /// The start of the next period and the length of the last one, 0 at the start of a voiced segment.
    private var start = 0
    private var last = 0.0
    private var result: Result = (0, 0)

    /// The mean change over the mean: of period lengths, and of amplitudes in dB.
    typealias Result = (jitter: Double, shimmer: Double)

    init(_ samples: UnsafeBufferPointer<Double>, hop: Int, sampleRate: Double) {
        (self.samples, self.hop, self.sampleRate) = (samples, hop, sampleRate)
        var (sums, squares) = ([0.0], [0.0])
        var (sum, square) = (0.0, 0.0)
        sums.reserveCapacity(samples.count + 1)
        squares.reserveCapacity(samples.count + 1)
        for sample in samples {
            sum += sample
            square += sample * sample
            sums.append(sum)
            squares.append(square)
        }
        (self.sums, self.squares) = (sums, squares)
    }

    /// Describes a frame. Frames must come in order; `frequency` is 0 if unvoiced.
    mutating func next(frame: Int, frequency: Double) -> Result {
        let (from, through) = (frame * hop, (frame + 1) * hop)
        guard frequency > 0 else {
            (start, last, result) = (through, 0, (0, 0))
            return result
        }
        let expected = sampleRate / frequency
        let lags = Int(expected * (1 - Self.searchRange))...Int(expected * (1 + Self.searchRange))
        let needed = 2 * lags.upperBound + Self.margin
        // At least one period a frame, unless the search is ahead.
        let isBehind = start < from || start == from && expected <= Double(hop)
        let end = min(max(through, isBehind ? start + needed : 0), samples.count)
        var (changes, lengths, differences, amplitudes) = (0.0, 0.0, 0.0, 0.0)
        var (periods, pairs, tries) = (0, 0, 0)
        while start + needed <= end {
            tries += 1
            guard let match = match(lags) else {
                start += Int(expected.rounded())
                continue
            }
            if match.correlation > Self.leastCorrelation {
                let (a, b) = (amplitude(start, match.lag), amplitude(start + match.lag, match.lag))
                differences += abs(a - b)
                amplitudes += (a + b) / 2
                if last > 0 {
                    changes += abs(match.length - last)
                    pairs += 1
                }
                last = match.length
                lengths += last
                periods += 1
            }
            start += match.lag
        }
        if periods > 0 {
            result.jitter = pairs > 0 ? changes / Double(pairs) / (lengths / Double(periods)) : 0
            result.shimmer = 20 * log10(1 + min(amplitudes > 0 ? differences / amplitudes : 0, 1))
        } else if tries == 0 {
            result.jitter = 0
        }
        return result
    }

    /// The highest local maximum of the correlation between the lags, interpolated by a parabola; nil without one.
    private func match(_ lags: ClosedRange<Int>) -> (lag: Int, length: Double, correlation: Double)? {
        let values = lags.map { correlation($0) }
        var best: Int?
        for i in 1..<max(values.count - 1, 1)
        where values[i] > values[i - 1] && values[i] >= values[i + 1] {
            if best.map({ values[i] > values[$0] }) ?? true { best = i }
        }
        guard let best else { return nil }
        let (a, b, c) = (values[best - 1], values[best], values[best + 1])
        let offset = 0.5 * (a - c) / (a - 2 * b + c)
        let lag = lags.lowerBound + best
        return (lag, Double(lag) + offset, b - 0.25 * (a - c) * offset)
    }

    /// Pearson's correlation of `lag` samples with the next `lag` samples.
    private func correlation(_ lag: Int) -> Double {
        let (middle, end, count) = (start + lag, start + 2 * lag, Double(lag))
        var product = 0.0
        for i in start..<middle { product += samples[i] * samples[i + lag] }
        let (first, second) = (sums[middle] - sums[start], sums[end] - sums[middle])
        let power = squares[middle] - squares[start] - first * first / count
        let next = squares[end] - squares[middle] - second * second / count
        guard power > 1e-18, next > 1e-18 else { return 0 }
        return (product - first * second / count) / (power * next).squareRoot()
    }

    /// The difference between maximum and minimum; the first and the last sample do not count.
    private func amplitude(_ from: Int, _ count: Int) -> Double {
        guard count > 2 else { return 0 }
        var (low, high) = (samples[from + 1], samples[from + 1])
        for i in from + 1..<from + count - 1 { (low, high) = (min(low, samples[i]), max(high, samples[i])) }
        return high - low
    }
}
