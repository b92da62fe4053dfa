import Autograd
import CKernels
import Foundation

extension Waveform {
    /// The supported sample rates in Hz.
    public static let allowedRates = 100...1_000_000
    /// The maximum number of samples in a waveform: 3.1 hours at 48 kHz, 9.3 hours at 16 kHz.
    public static let mostSamples = 1 << 29

    /// Resamples to another sample rate with a band-limited filter (see `ResampleFilter`): returns `ceil(count * new /
    /// old)` samples.
    ///
    /// Throws an `InputError` if a sample rate is not supported or there would be too many samples.
    public func resampled(to new: Int) throws -> Waveform {
        if new == rate { return self }
        for rate in [rate, new] where !Self.allowedRates.contains(rate) {
            throw InputError(
                "resample", found: "a sample rate of \(rate)",
                allowed: "\(Self.allowedRates.lowerBound) to \(Self.allowedRates.upperBound) Hz"
            )
        }
        let (product, isOver) = samples.count.multipliedReportingOverflow(by: new)
        let count = isOver ? Int.max : product / rate + (product % rate > 0 ? 1 : 0)
        try Self.check(count, "resample")
        let made =
            ResampleFilter.from(rate, to: new)?(samples, count: count)
            ?? samples.resampled(step: Double(rate) / Double(new), count: count)
        return Waveform(made, rate: new)
    }

    /// Samples the waveform at intervals of `step` samples, through the same filter: returns `ceil(count / step)`
    /// samples. The sample rate is kept, so that the waveform becomes shorter and higher for a step above 1, longer and
    /// lower below.
    ///
    /// Throws an `InputError` if the step is not in 0.001 to 1000 or there would be too many samples.
    public func resampled(step: Double) throws -> Waveform {
        guard step >= 0.001, step <= 1000 else {
            throw InputError("resample", found: "a step of \(step)", allowed: "0.001 to 1000 samples")
        }
        if step == 1 { return self }
        let count = (Double(samples.count) / step).rounded(.up)
        try Self.check(count < 1e15 ? Int(count) : .max, "resample")
        return Waveform(samples.resampled(step: step, count: Int(count)), rate: rate)
    }

    /// Throws if a waveform would have more than `mostSamples` samples, or need too much memory.
    static func check(_ count: Int, _ action: String) throws {
        if count > mostSamples {
            throw InputError(
                action, found: "a result of \(grouped(count)) samples",
                allowed: "at most \(grouped(mostSamples))")
        }
        try MemoryLimit.check(8 * Double(count), action, "a result of \(grouped(count)) samples")
    }
}

extension [Float] {
    /// Returns `count` samples at intervals of `step` samples. The waveform is first oversampled so that the upper half
    /// of its spectrum is empty; few taps then suffice to interpolate anywhere.
    fileprivate func resampled(step: Double, count: Int) -> [Float] {
        guard count > 0 else { return [] }
        if step >= 16, let eighth = ResampleFilter.from(8, to: 1) {
            return eighth(self, count: (self.count + 7) / 8).resampled(step: step / 8, count: count)
        }
        let (up, down) = step < 2 ? (2, 1) : (1, 1 << (Int(log2(step)) - 1))
        let filter = ResampleFilter(up: up, down: down, scale: Swift.min(1, 1 / step))
        let inner = step * Double(up) / Double(down)
        let half = Interpolation.width / 2
        let dense = filter(
            self, count: Int(Double(count + Interpolation.width) * inner) + 2 * Interpolation.width,
            start: -half * down / up)
        return [Float](unsafeUninitializedCapacity: count) { y, size in
            size = count
            guard let y = y.baseAddress else { return }
            dense.withUnsafeBufferPointer { dense in
                guard let x = dense.baseAddress.map({ $0 + 1 }) else { return }
                Parallel.elements(count, grain: 1 << 15) { part in
                    ck_resample_between(
                        x, Interpolation.taps, Interpolation.phases, inner, part.lowerBound, part.count,
                        y + part.lowerBound)
                }
            }
        }
    }
}

/// The taps that interpolate between two samples of a waveform whose upper half of the spectrum is empty; the error is
/// below -100 dB.
private enum Interpolation {
    static let width = Int(CK_LANES)
    static let phases = 256

    static let taps: [Float] = (0...phases).flatMap { phase in
        let row = (0..<width).map { k in
            windowedSinc(
                Double(k - width / 2 + 1) - Double(phase) / Double(phases), cutoff: 1,
                half: Double(width / 2), beta: 12)
        }
        let sum = row.reduce(0, +)
        return row.map { Float($0 / sum) }
    }
}
