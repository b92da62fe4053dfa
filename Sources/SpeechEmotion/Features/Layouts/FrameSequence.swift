import Configuration

/// Features frame by frame, side by side, brought to one number of frames.
public struct FrameSequence: FeatureLayout {
    public var features: [AnyFrameFeature] = []
    public var deltas = 0
    public var deltaWidth = 9
    public var frames = 200
    public var pad = FixedLength.Side.end
    public var cut = FixedLength.Side.end

    public static let type = "sequence"
    public static let summary = "Features frame by frame, side by side, brought to one number of frames."
    public static var fields: [Field<Self>] {
        [
            .init(
                "features", \.features, "The features, in the order of the channels.", .required, .notEmpty),
            .init(
                "deltas", \.deltas, "1: their deltas follow as channels; 2: and the deltas of second order.",
                .range(0...2)),
            .init(
                "delta_width", \.deltaWidth, "Frames that a delta looks at.", .range(3...9999),
                .check("that is odd") { $0 % 2 == 1 }),
            .init("frames", \.frames, "The number of frames.", .range(1...1_000_000)),
            .init("padding", \.pad, "Where zeros are added to shorter sounds."),
            .init("truncating", \.cut, "Where frames of longer sounds are cut off."),
        ]
    }

    public init() {}

    /// Without deltas; zeros are added and frames are cut off at the end.
    public init(_ features: [any FrameFeature], frames: Int = 200) {
        self.features = features.map { AnyFrameFeature($0) }
        self.frames = frames
    }

    public var complaints: [Complaint] {
        guard let first = features.first,
            let other = features.first(where: { $0.value.hop != first.value.hop })
        else { return [] }
        return [
            Complaint(
                "features",
                "side by side they need the same hop, but there are \(first.value.hop) and \(other.value.hop)"
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

    /// [frames, channels], deltas among the channels.
    public var outputShape: [Int] { [frames, names.count] }
    /// In the order of the channels; the second of one name gets `.2` behind it.
    public var names: [String] { distinct(channels.flatMap(\.names)) }

    public func check(rate: Int) throws(SoundProblem) {
        for feature in features { try feature.value.check(rate: rate) }
    }

    /// The samples of a sound that the frames are left of: all, or without a hop for each frame that is cut off.
    func window(of count: Int) -> Range<Int> {
        guard let feature = features.first?.value, let found = feature.frames(of: count), found > frames
        else { return 0..<count }
        let front = cut.share(of: found - frames)
        let start = min(count, front * feature.hop)
        return start..<max(start, count - (found - frames - front) * feature.hop)
    }

    /// [frames, channels] with the length of the sound. Throws where features differ in their number of frames.
    public func features(of sound: SoundAnalysis) throws(SoundProblem) -> Features {
        var tables: [FrameTable] = []
        for feature in channels { tables.append(try sound(feature)) }
        let found = tables.first?.frames ?? 0
        for (feature, table) in zip(channels, tables) where table.frames != found {
            throw SoundProblem(
                "sequence",
                found:
                    "\(found) frames of one feature and \(table.frames) of \(Swift.type(of: feature).type)",
                allowed: "features with the same hop, frame and centering")
        }
        let width = tables.reduce(0) { $0 + $1.width }
        let (kept, skipped) = (min(found, frames), cut.share(of: max(0, found - frames)))
        let before = pad.share(of: frames - kept)
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

/// The names, made distinct: the second `mfcc_0` is `mfcc_0.2`.
func distinct(_ names: [String]) -> [String] {
    var seen: [String: Int] = [:]
    return names.map { name in
        seen[name, default: 0] += 1
        let count = seen[name] ?? 1
        return count == 1 ? name : "\(name).\(count)"
    }
}
