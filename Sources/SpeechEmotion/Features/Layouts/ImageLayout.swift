import Autograd
import Configuration

/// A feature as a color image, such as a mel spectrogram: time from left to right, frequency from bottom to top.
public struct ImageLayout: FeatureLayout {
    public var feature = ImageLayout.melLevels
    public var height = 300
    public var width = 300
    public var colormap = Colormap.viridis
    public var range: Pair<Double>?
    public var isLowAtBottom = true
    public var mean: [Double] = [0.5, 0.5, 0.5]
    public var deviation: [Double] = [0.5, 0.5, 0.5]

    /// The color map.
    public enum Colormap: String, CaseIterable, ConfigurationValue {
        case viridis, magma, gray
    }

    /// A mel spectrogram in decibels relative to its maximum.
    private static var melLevels: AnyFrameFeature {
        var mel = Mel()
        mel.unit = .decibels
        mel.decibels.reference = .largest
        return AnyFrameFeature(mel)
    }

    public static let type = "image"
    public static let summary =
        "A color image of a feature, such as a mel spectrogram: time from left to right, frequency from bottom to top."
    public static var fields: [Field<Self>] {
        [
            .init("feature", \.feature, "The feature; by default a mel spectrogram in decibels."),
            .init("height", \.height, "Height in pixels.", .range(1...4096)),
            .init("width", \.width, "Width in pixels.", .range(1...4096)),
            .init("colormap", \.colormap, "Color map."),
            .init(
                "range", \.range,
                "Values of the first and last color; `null` uses the minimum and maximum of each image.",
                .range(-1e30...1e30)),
            .init(
                "low_at_bottom", \.isLowAtBottom,
                "Whether the first channel is the bottom row."),
            .init(
                "mean", \.mean,
                "Per-channel mean that is subtracted from red, green and blue, which range from 0 to 1.",
                .count(3), .range(-1e6...1e6)),
            .init(
                "std", \.deviation, "Per-channel standard deviation that red, green and blue are divided by.",
                .count(3), .range(1e-6...1e6)),
        ]
    }

    public init() {}

    public var validationIssues: [ValidationIssue] {
        guard let range, range.first >= range.second else { return [] }
        return [ValidationIssue("range", "\(range.first) is not below \(range.second)")]
    }

    /// [height, width, 3].
    public var outputShape: [Int] { [height, width, 3] }
    /// The color channels.
    public var names: [String] { ["red", "green", "blue"] }
    public func check(rate: Int) throws(InputError) { try feature.value.check(rate: rate) }

    /// Computes [height, width, 3] for waveforms of any length.
    public func features(of analysis: WaveformAnalysis) throws(InputError) -> Features {
        picture(of: try analysis(feature.value))
    }

    /// Renders a table with at least one frame.
    package func picture(of table: FrameTable) -> Features {
        let picture = colored(table).resized(height: height, width: width)
        let scale = deviation.map { Float(1 / $0) }
        let shift = mean.map { Float($0) }
        var values = picture.values
        values.withUnsafeMutableBufferPointer { values in
            for i in values.indices { values[i] = (values[i] - shift[i % 3]) * scale[i % 3] }
        }
        return Features(shape: outputShape, values: values)
    }

    /// One pixel per value, in one of 256 colors.
    private func colored(_ table: FrameTable) -> RGBImage {
        let low = range.map { Float($0.first) } ?? table.values.min() ?? 0
        let high = range.map { Float($0.second) } ?? table.values.max() ?? 0
        let scale = high > low ? 1 / (high - low) : 0
        let colors = colormap.table
        let (frames, channels) = (table.frames, table.width)
        let values = [Float](unsafeUninitializedCapacity: 3 * frames * channels) { pixels, count in
            table.values.withUnsafeBufferPointer { numbers in
                for row in 0..<channels {
                    let channel = isLowAtBottom ? channels - 1 - row : row
                    for frame in 0..<frames {
                        let part = (numbers[frame * channels + channel] - low) * scale
                        let level = Int(min(255, max(0, part * 256)))
                        for color in 0..<3 {
                            pixels[(row * frames + frame) * 3 + color] = colors[level * 3 + color]
                        }
                    }
                }
            }
            count = pixels.count
        }
        return RGBImage(height: channels, width: frames, values: values)
    }
}
