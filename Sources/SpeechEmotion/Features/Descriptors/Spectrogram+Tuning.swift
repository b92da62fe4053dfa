import CKernels
import Foundation

extension Spectrogram {
    /// Estimates the deviation from A440 tuning as a fraction of a bin, from -0.5 to 0.49 in steps of 0.01: the most
    /// frequent deviation of the louder half of all spectral peaks between 150 and 4000 Hz. 0 without peaks.
    public func tuning(steps: Int = 12) -> Double {
        let first = Int((150 / binWidth).rounded(.up))
        let end = Int((min(4000, Double(rate) / 2) / binWidth).rounded(.up))
        let peaks = peaks(from: first, to: end)
        guard !peaks.isEmpty else { return 0 }
        let median = median(peaks.map(\.height))

        var counts = [Int](repeating: 0, count: 100)
        for peak in peaks where peak.height >= median {
            let step = Double(steps) * log2(Double(peak.place) * binWidth / 27.5)
            var rest = step - step.rounded(.down)
            if rest >= 0.5 { rest -= 1 }
            counts[min(99, max(0, Int((rest + 0.5) * 100)))] += 1
        }
        // The first of equal ones.
        let best = counts.indices.reduce(0) { counts[$1] > counts[$0] ? $1 : $0 }
        return -0.5 + Double(best) * 0.01
    }

    private struct Peak {
        let place, height: Float
    }

    /// Local maxima of at least a tenth of their frame's maximum, refined by parabolic interpolation.
    private func peaks(from first: Int, to end: Int) -> [Peak] {
        guard end > first else { return [] }
        let lanes = FrameBlocks.lanes
        let most = lanes * (end - first) / 2 + lanes
        var peaks: [Peak] = []
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * most) { memory in
            guard let places = memory.baseAddress else { return }
            let heights = places + most
            bins.withNumbers { numbers in
                for block in 0..<bins.blocks {
                    let found = ck_lane_peaks(
                        numbers + block * bins.width * lanes, bins.width, first, end, 0.1,
                        Int32(bins.lanes(of: block)), places, heights)
                    for i in 0..<found where places[i] > 0 {
                        peaks.append(Peak(place: places[i], height: heights[i]))
                    }
                }
            }
        }
        return peaks
    }
}

/// The median, or the mean of the two middle values. There must be at least one value.
private func median(_ numbers: [Float]) -> Float {
    var numbers = numbers
    let middle = numbers.count / 2
    let upper = numbers.withUnsafeMutableBufferPointer { select(middle, $0) }
    // All values before the middle are no larger by now.
    return numbers.count % 2 == 1 ? upper : ((numbers[..<middle].max() ?? upper) + upper) / 2
}

/// Partially sorts the values until the one with `rank` others below it is in place (quickselect, Hoare 1961).
private func select(_ rank: Int, _ numbers: UnsafeMutableBufferPointer<Float>) -> Float {
    var (low, high) = (0, numbers.count - 1)
    while low < high {
        let pivot = numbers[low + (high - low) / 2]
        var (i, j) = (low, high)
        while i <= j {
            while numbers[i] < pivot { i += 1 }
            while numbers[j] > pivot { j -= 1 }
            if i <= j {
                numbers.swapAt(i, j)
                i += 1
                j -= 1
            }
        }
        if rank <= j {
            high = j
        } else if rank >= i {
            low = i
        } else {
            break
        }
    }
    return numbers[rank]
}
