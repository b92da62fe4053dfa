import Autograd
import Configuration

/// Concatenated frame-level features, padded or truncated to a fixed number of frames.
public struct FrameSequence: FeatureLayout {
    public var features: [AnyFrameFeature] = []
    public var deltas = 0
    public var deltaWidth = 9
    public var frames = 200
    public var padding = FixedLength.Side.end
    public var truncating = FixedLength.Side.end

    public static let type = "sequence"
    public static let summary =
        "A sequence of concatenated frame-level features, padded or truncated to a fixed number of frames."
    public static var fields: [Field<Self>] {
        [
            .init(
                "features", \.features, "Features to concatenate, in the order of the channels.", .required,
                .notEmpty),
            .init(
                "deltas", \.deltas, "Highest order of delta features to append as channels: 0, 1 or 2.",
                .range(0...2)),
            .init(
                "delta_width", \.deltaWidth, "Number of frames over which deltas are computed; odd.",
                .range(3...9999),
                .check("that is odd") { $0 % 2 == 1 }),
            .init("frames", \.frames, "Number of frames of every sequence.", .range(1...1_000_000)),
            .init("padding", \.padding, "Where shorter sequences are zero-padded: `end`, `front` or `both`."),
            .init(
                "truncating", \.truncating, "Where longer sequences are truncated: `end`, `front` or `both`."),
        ]
    }

    public init() {}

    /// Creates a sequence without deltas, padded and truncated at the end.
    public init(_ features: [any FrameFeature], frames: Int = 200) {
        self.features = features.map { AnyFrameFeature($0) }
        self.frames = frames
    }

    public var validationIssues: [ValidationIssue] {
        guard let first = features.first,
            let other = features.first(where: { $0.value.hop != first.value.hop })
        else { return [] }
        return [
            ValidationIssue(
                "features",
                "concatenated features need equal hop lengths, found \(first.value.hop) and \(other.value.hop)"
            )
        ]
    }

    /// All channels: the features, then their deltas.
    private var channels: [any FrameFeature] {
        let own = features.map(\.value)
        let more = (0..<deltas).flatMap { order in
            own.map { feature in
                var delta = Delta(feature, order: order + 1)
                delta.window = deltaWidth
                return delta
            }
        }
        return own + more
    }

    /// [frames, channels], including deltas.
    public var outputShape: [Int] { [frames, names.count] }
    /// In the order of the channels; repeated names get a suffix such as `.2`.
    public var names: [String] { distinct(channels.flatMap(\.names)) }

    public func check(rate: Int) throws(InputError) {
        for feature in features { try feature.value.check(rate: rate) }
    }

    /// The samples that the kept frames cover: all, or a hop less for each truncated frame.
    func window(of count: Int) -> Range<Int> {
        guard let feature = features.first?.value, let found = feature.frames(of: count), found > frames
        else { return 0..<count }
        let front = truncating.share(of: found - frames)
        let start = min(count, front * feature.hop)
        return start..<max(start, count - (found - frames - front) * feature.hop)
    }

    /// Computes [frames, channels] with the number of valid frames. Throws if features differ in their number of
    /// frames.
    public func features(of analysis: WaveformAnalysis) throws(InputError) -> Features {
        var tables: [FrameTable] = []
        for feature in channels { tables.append(try analysis(feature)) }
        let found = tables.first?.frames ?? 0
        for (feature, table) in zip(channels, tables) where table.frames != found {
            throw InputError(
                "sequence",
                found:
                    "\(found) frames of one feature and \(table.frames) of \(Swift.type(of: feature).type)",
                allowed: "features with equal n_fft, hop_length and center")
        }
        let width = tables.reduce(0) { $0 + $1.width }
        let (kept, skipped) = (min(found, frames), truncating.share(of: max(0, found - frames)))
        let before = padding.share(of: frames - kept)
        var values = [Float](repeating: 0, count: frames * width)
        values.withUnsafeMutableBufferPointer { values in
            var channel = 0
            for table in tables {
                table.values.withUnsafeBufferPointer { from in
                    for frame in 0..<kept {
                        let (row, source) = (
                            (before + frame) * width + channel, (skipped + frame) * table.width
                        )
                        for i in 0..<table.width { values[row + i] = from[source + i] }
                    }
                }
                channel += table.width
            }
        }
        return Features(shape: [frames, width], values: values, length: before + kept)
    }
}

/// Makes names distinct: the second `mfcc_0` becomes `mfcc_0.2`.
func distinct(_ names: [String]) -> [String] {
    var seen: [String: Int] = [:]
    return names.map { name in
        seen[name, default: 0] += 1
        let count = seen[name] ?? 1
        return count == 1 ? name : "\(name).\(count)"
    }
}
