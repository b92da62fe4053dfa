/// Cuts a stream of samples into windows that may overlap, for predicting while a sound goes on.
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
        let used = min(next - first, samples.count)
        samples.removeFirst(used)
        first += used
        return windows
    }

    /// What is left at the end of the stream: a shorter window, where there is sound that was in none.
    public mutating func finish() -> (start: Int, samples: [Float])? {
        guard first == next, first + samples.count > seen else { return nil }
        defer { samples = [] }
        return (first, samples)
    }
}
