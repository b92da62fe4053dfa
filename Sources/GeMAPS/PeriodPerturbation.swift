import Foundation

/// Jitter and shimmer: the change of length and amplitude from one period to the next. Periods are found by waveform
/// matching: the lag near the expected period at which a period of the signal correlates best with what follows it.
struct PeriodPerturbation: Sendable {
    private let sampleRate: Double

    init(sampleRate: Int) { self.sampleRate = Double(sampleRate) }

    /// The mean change of the period over the mean period, and the mean change of the peak-to-peak amplitude in dB.
    func callAsFunction(
        _ frame: UnsafePointer<Double>, count: Int, period: Double
    ) -> (jitter: Double, shimmer: Double) {
        let size = Int(period.rounded())
        let lags = max(Int(period * 0.8), 2)...max(Int((period * 1.25).rounded(.up)), 3)
        var start = 0
        var (before, loudest) = (0.0, 0.0)
        var (changes, total, decibels) = (0.0, 0.0, 0.0)
        var periods = 0
        while start + size + lags.upperBound + 1 < count {
            guard let length = match(frame + start, size, lags) else { break }
            var (low, high) = (frame[start], frame[start])
            for i in start..<start + size { (low, high) = (min(low, frame[i]), max(high, frame[i])) }
            let height = high - low
            if periods > 0 {
                changes += abs(length - before)
                if height > 0, loudest > 0 { decibels += abs(20 * log10(height / loudest)) }
            }
            (before, loudest) = (length, height)
            total += length
            periods += 1
            start += max(Int(length.rounded()), 1)
        }
        guard periods > 1 else { return (0, 0) }
        let pairs = Double(periods - 1)
        return (changes / pairs / (total / Double(periods)), decibels / pairs)
    }

    /// The lag with the highest normalized correlation, interpolated by a parabola; nil for silence.
    private func match(_ x: UnsafePointer<Double>, _ size: Int, _ lags: ClosedRange<Int>) -> Double? {
        var energy = 0.0
        for i in 0..<size { energy += x[i] * x[i] }
        guard energy > 0 else { return nil }
        var best = (lag: lags.lowerBound, value: -Double.infinity)
        var values: [Double] = []
        values.reserveCapacity(lags.count)
        for lag in lags {
            var (product, other) = (0.0, 0.0)
            let y = x + lag
            for i in 0..<size {
                product += x[i] * y[i]
                other += y[i] * y[i]
            }
            let value = other > 0 ? product / (energy * other).squareRoot() : 0
            values.append(value)
            if value > best.value { best = (lag, value) }
        }
        let place = best.lag - lags.lowerBound
        guard place > 0, place < values.count - 1 else { return Double(best.lag) }
        let (a, b, c) = (values[place - 1], values[place], values[place + 1])
        let curvature = a - 2 * b + c
        return Double(best.lag) + (curvature < 0 ? 0.5 * (a - c) / curvature : 0)
    }
}
