import Autograd
import Configuration

/// The fill value of a mask.
public enum MaskValue: String, CaseIterable, ConfigurationValue {
    case zero
    /// The mean of the valid frames.
    case mean
    /// The minimum of the valid frames: silence, for features in decibels.
    case minimum
}

extension RandomGenerator {
    /// Draws a range of `width` indices below `count`, uniformly.
    func range(_ width: Int, of count: Int) -> Range<Int> {
        let start = below(count - width + 1)
        return start..<start + width
    }
}

extension Features {
    /// The number of frames before padding.
    var validFrames: Int { min(length ?? shape[0], shape[0]) }

    /// The fill value of a mask for each channel.
    private func filling(_ value: MaskValue) -> [Float] {
        let (frames, width) = (validFrames, shape[1])
        guard value != .zero, frames > 0 else { return Array(repeating: 0, count: width) }
        return (0..<width).map { channel in
            let numbers = (0..<frames).lazy.map { values[$0 * width + channel] }
            switch value {
            case .zero: return 0
            case .mean: return Float(numbers.reduce(0.0) { $0 + Double($1) } / Double(frames))
            case .minimum: return numbers.min() ?? 0
            }
        }
    }

    /// Masks `count` regions, each drawn by `region`.
    func masked(
        _ count: Int, _ value: MaskValue, region: () -> (frames: Range<Int>, channels: Range<Int>)
    ) -> Features {
        var masked = self
        let (width, filling) = (shape[1], filling(value))
        for _ in 0..<count {
            let (frames, channels) = region()
            for frame in frames {
                for channel in channels { masked.values[frame * width + channel] = filling[channel] }
            }
        }
        return masked
    }
}
