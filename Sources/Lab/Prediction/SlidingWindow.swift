/// Splits a stream of samples into overlapping windows.
public struct SlidingWindow {
    /// The window length and the hop length in samples.
    public let length: Int, step: Int
    private var samples: [Float] = []
    /// Positions in the stream: of the first of `samples`, of the start of the next window, and of the end of the last window.
    private var (first, next, seen) = (0, 0, 0)

    /// Creates windows of the given length and hop; both are at least 1.
    public init(length: Int, step: Int) {
        self.length = max(length, 1)
        self.step = max(step, 1)
    }

    /// Appends samples and returns the completed windows, each with the position of its first sample.
    public mutating func add(_ new: [Float]) -> [(start: Int, samples: [Float])] {
        samples += new
        var windows: [(Int, [Float])] = []
        while next + length <= first + samples.count {
            windows.append((next, Array(samples[next - first..<next - first + length])))
            seen = next + length
            next += step
        }
        // The next window starts in the last `length` samples, or after them.
        let used = max(0, samples.count - length)
        samples.removeFirst(used)
        first += used
        return windows
    }

    /// Returns the rest of the stream as a shorter window; nil if every sample has been in a window.
    public func finish() -> (start: Int, samples: [Float])? {
        let place = next - first
        guard place < samples.count, first + samples.count > seen else { return nil }
        return (next, Array(samples[place...]))
    }

    /// Returns the full window that ends with the stream; nil if the stream is shorter than a window.
    public func lastWhole() -> (start: Int, samples: [Float])? {
        guard samples.count >= length else { return nil }
        return (first + samples.count - length, Array(samples.suffix(length)))
    }
}
