/// Cuts a stream of samples into windows that may overlap.
public struct SlidingWindow {
    /// Samples of a window, and from one window to the next.
    public let length: Int, step: Int
    private var samples: [Float] = []
    /// The number of the first of `samples` in the stream, of the next window's first sample, and of the first sample
    /// after all windows so far.
    private var (first, next, seen) = (0, 0, 0)

    /// Windows of so many samples, at least one each.
    public init(length: Int, step: Int) {
        self.length = max(length, 1)
        self.step = max(step, 1)
    }

    /// Takes samples and gives the windows that are complete, each with the number of its first sample.
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

    /// What is left at the end of the stream: a shorter window, where there is sound that was in none.
    public func finish() -> (start: Int, samples: [Float])? {
        let place = next - first
        guard place < samples.count, first + samples.count > seen else { return nil }
        return (next, Array(samples[place...]))
    }

    /// The last window of full length, which ends where the stream does; nil for a stream that is shorter.
    public func lastWhole() -> (start: Int, samples: [Float])? {
        guard samples.count >= length else { return nil }
        return (first + samples.count - length, Array(samples.suffix(length)))
    }
}
