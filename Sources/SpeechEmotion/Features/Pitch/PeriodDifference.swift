import Autograd
import CKernels

/// The range of a fundamental frequency (F0), and the frames in which it is estimated.
public struct PitchRange: Hashable, Sendable {
    /// The lowest and highest F0 in Hz.
    public var low = 65.0
    public var high = 2100.0
    /// The frames; two periods of the lowest frequency should fit into each.
    public var frames = Frames()

    /// Creates a range, by default about C2 to C7.
    public init(low: Double = 65, high: Double = 2100, frames: Frames = Frames()) {
        self.low = low
        self.high = high
        self.frames = frames
    }

    /// The shortest and longest period in samples. Throws if the range is invalid for a sample rate.
    func periods(rate: Int) throws(InputError) -> (shortest: Int, longest: Int) {
        try frames.check()
        let rate = Double(rate)
        guard low > 0, high > low, high <= rate / 2 else {
            throw InputError(
                "pitch", found: "\(low) to \(high) Hz at \(Int(rate)) Hz",
                allowed: "a lower limit above 0, and a higher one above it, at most \(rate / 2)")
        }
        guard rate / low < Double(frames.length - 1) else {
            throw InputError(
                "pitch", found: "\(low) Hz in frames of \(frames.length) samples",
                allowed:
                    "\(rate / Double(max(frames.length - 1, 1))) Hz or more, or frames longer than a period")
        }
        let longest = min(Int((rate / low).rounded(.up)), frames.length - 1)
        let shortest = Int((rate / high).rounded(.down))
        guard longest - shortest >= 2 else {
            throw InputError(
                "pitch", found: "periods of \(shortest) to \(longest) samples",
                allowed: "a wider range of frequencies, or a higher sample rate")
        }
        return (shortest, longest)
    }
}

/// The cumulative mean normalized difference function of each frame: near 0 at a period (de Cheveigné and Kawahara
/// 2002).
struct PeriodDifference: Sendable {
    /// One value for each lag from `shortest` to `longest`, [frames, lags].
    let table: FrameTable
    let shortest: Int
    let rate: Int

    init(_ wave: Waveform, _ range: PitchRange) throws(InputError) {
        let (shortest, longest) = try range.periods(rate: wave.rate)
        let framing = range.frames.framing(.zeros)
        let padded = try PaddedWaveform(wave.samples, framing, action: "pitch")
        let (length, lanes) = (framing.length, FrameBlocks.lanes)
        // Long enough that no lag wraps around.
        var size = 2
        while size < length + longest { size *= 2 }
        let bins = size / 2 + 1
        let blocks = FrameBlocks(frames: padded.frames, width: longest - shortest + 1) { blocks, result in
            let transform = RealTransform<Float>(size)
            let memory = UnsafeMutablePointer<Float>.allocate(capacity: (length + 3 * bins) * lanes)
            defer { memory.deallocate() }
            let (powers, complex) = (memory + length * lanes, memory + (length + bins) * lanes)
            for (i, block) in blocks.enumerated() {
                padded.cut(block, window: nil, into: memory)
                transform.reals.update(from: memory, count: length * lanes)
                (transform.reals + length * lanes).update(repeating: 0, count: (size - length) * lanes)
                transform.powers(into: powers)
                ck_complex_of_reals(powers, complex, bins)
                ck_lane_period_differences(
                    memory, transform.inverse(complex), Float(1) / Float(size), shortest, longest,
                    result + i * (longest - shortest + 1) * lanes)
            }
        }
        table = blocks.table
        self.shortest = shortest
        rate = wave.rate
    }

    /// The offset of the minimum of a parabola through three lags, relative to the middle one.
    func shift(_ frame: Int, _ place: Int) -> Float {
        guard place > 0, place < table.width - 1 else { return 0 }
        let (left, here, right) = (table[frame, place - 1], table[frame, place], table[frame, place + 1])
        let bend = right + left - 2 * here
        let slope = (right - left) / 2
        return slope.magnitude >= bend.magnitude ? 0 : -slope / bend
    }

    /// The frequency at a lag of a frame.
    func frequency(_ frame: Int, _ place: Int) -> Float {
        Float(rate) / (Float(shortest + place) + shift(frame, place))
    }

    /// Whether the value at a lag is a local minimum.
    func isTrough(_ frame: Int, _ place: Int) -> Bool {
        let here = table[frame, place]
        if place == 0 { return here < table[frame, 1] }
        if place == table.width - 1 { return here < table[frame, place - 1] }
        return here < table[frame, place - 1] && here <= table[frame, place + 1]
    }
}

extension Waveform {
    /// Estimates the fundamental frequency (F0) of each frame in Hz by YIN, [frames, 1]: the first period whose
    /// difference is below `threshold`, or else the best. Unvoiced frames have an estimate, too; see `probablePitch`.
    public func pitch(_ range: PitchRange = PitchRange(), threshold: Double = 0.1) throws(InputError)
        -> FrameTable
    {
        let differences = try PeriodDifference(self, range)
        let table = differences.table
        let limit = Float(threshold)
        let values = (0..<table.frames).map { frame in
            let first = (0..<table.width).first {
                table[frame, $0] < limit && differences.isTrough(frame, $0)
            }
            let best = { (0..<table.width).reduce(0) { table[frame, $1] < table[frame, $0] ? $1 : $0 } }
            return differences.frequency(frame, first ?? best())
        }
        return FrameTable(frames: table.frames, width: 1, values: values)
    }
}
