import Autograd

extension FrameTable {
    /// Computes deltas: the first or second derivative of the line or parabola fitted to `width` frames (Savitzky and
    /// Golay 1964). The first and last frames have the derivative of the first and last complete window.
    ///
    /// Throws if there are fewer frames than `width`, or if `width` is not an odd number of at least 3.
    public func delta(order: Int = 1, width window: Int = 9) throws(InputError) -> FrameTable {
        guard window >= 3, window % 2 == 1, order == 1 || order == 2 else {
            throw InputError(
                "delta", found: "width \(window), order \(order)",
                allowed: "an odd width of 3 or more, order 1 or 2")
        }
        guard frames >= window else {
            throw InputError(
                "delta", found: "\(frames) frame\(frames == 1 ? "" : "s")",
                allowed:
                    "at least \(window), the width of the delta; use a longer waveform or a smaller width")
        }
        let half = window / 2
        let weights = Self.weights(half: half, order: order)
        var result = self
        let (frames, channels) = (frames, width)
        values.withUnsafeBufferPointer { x in
            result.values.withUnsafeMutableBufferPointer { y in
                guard let x = x.baseAddress, let y = y.baseAddress else { return }
                for frame in half..<frames - half {
                    let row = y + frame * channels
                    row.update(repeating: 0, count: channels)
                    for (k, weight) in weights.enumerated() {
                        let from = x + (frame + k - half) * channels
                        for c in 0..<channels { row[c] += weight * from[c] }
                    }
                }
                for frame in 0..<half {
                    (y + frame * channels).update(from: y + half * channels, count: channels)
                    (y + (frames - 1 - frame) * channels).update(
                        from: y + (frames - 1 - half) * channels, count: channels)
                }
            }
        }
        return result
    }

    /// The derivative of the polynomial as weights of the frames from -half to half.
    private static func weights(half: Int, order: Int) -> [Float] {
        let places = (-half...half).map { Double($0) }
        let squares = places.reduce(0) { $0 + $1 * $1 }
        if order == 1 { return places.map { Float($0 / squares) } }
        let n = Double(places.count)
        let fourths = places.reduce(0) { $0 + $1 * $1 * $1 * $1 }
        return places.map { Float(2 * (n * $0 * $0 - squares) / (n * fourths - squares * squares)) }
    }
}
