import Autograd
import CKernels

extension Waveform {
    /// The rates that sounds may have, in samples per second.
    public static let allowedRates = 100...1_000_000
    /// The most samples that a sound may have: 3.1 hours at 48 kHz, 9.3 hours at 16 kHz.
    public static let mostSamples = 1 << 29

    /// The same sound at another rate, by a band-limited filter (see `ResampleFilter`): `ceil(count * new / old)` samples.
    ///
    /// Throws a `SoundProblem` where a rate is not allowed or there would be too many samples.
    public func resampled(to new: Int) throws -> Waveform {
        if new == rate { return self }
        for rate in [rate, new] where !Self.allowedRates.contains(rate) {
            throw SoundProblem(
                "resample", found: "a rate of \(rate)",
                allowed: "\(Self.allowedRates.lowerBound) to \(Self.allowedRates.upperBound) samples a second"
            )
        }
        let (product, isOver) = samples.count.multipliedReportingOverflow(by: new)
        let count = isOver ? Int.max : product / rate + (product % rate > 0 ? 1 : 0)
        try Self.check(count, "resample")
        return Waveform(samples.resampled(.from(rate, to: new), count: count), rate: new)
    }

    /// The samples taken `step` samples apart, through the same filter: `ceil(count / step)` of them. The rate stays, so
    /// that the sound becomes shorter and higher for a step above 1, longer and lower below.
    ///
    /// Throws a `SoundProblem` where the step is not from 0.001 to 1000 or there would be too many samples.
    public func resampled(step: Double) throws -> Waveform {
        guard step >= 0.001, step <= 1000 else {
            throw SoundProblem("resample", found: "a step of \(step)", allowed: "0.001 to 1000 samples")
        }
        if step == 1 { return self }
        let count = (Double(samples.count) / step).rounded(.up)
        try Self.check(count < 1e15 ? Int(count) : .max, "resample")
        return Waveform(samples.resampled(.between(step: step), count: Int(count)), rate: rate)
    }

    /// Throws where a sound would have more samples than one may have.
    static func check(_ count: Int, _ action: String) throws {
        if count > mostSamples {
            throw SoundProblem(
                action, found: "a result of \(grouped(count)) samples",
                allowed: "at most \(grouped(mostSamples))")
        }
    }
}

extension [Float] {
    fileprivate func resampled(_ filter: ResampleFilter, count: Int) -> [Float] {
        guard count > 0, !isEmpty else { return [] }
        let padded = padded(before: filter.reach, after: filter.width + 1 - filter.reach)
        let (width, phases, steps) = (filter.width, filter.phases, filter.steps)
        return [Float](unsafeUninitializedCapacity: count) { y, size in
            size = count
            guard let y = y.baseAddress else { return }
            padded.withUnsafeBufferPointer { x in
                filter.taps.withUnsafeBufferPointer { taps in
                    let (x, taps) = (x.baseAddress, taps.baseAddress)
                    Parallel.elements(count, grain: 1 << 15) { part in
                        let (first, y) = (part.lowerBound, y + part.lowerBound)
                        switch steps {
                        case .rows(let up, let down):
                            ck_resample_rows(x, taps, width, up, down, first, part.count, y)
                        case .between(let step):
                            ck_resample_between_rows(x, taps, width, phases, step, first, part.count, y)
                        }
                    }
                }
            }
        }
    }

    /// The samples between zeros, so that no window leaves the sound.
    private func padded(before: Int, after: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: before + count + after) { padded, size in
            size = before + count + after
            let sound = padded[before..<before + count].initialize(fromContentsOf: self)
            padded[..<before].initialize(repeating: 0)
            padded[sound...].initialize(repeating: 0)
        }
    }
}
