import Autograd

/// Standardizes each channel of features to mean 0 and standard deviation 1 over the frames of a group: all clips of a
/// speaker in one subset. It removes what a speaker's clips have in common, such as voice and microphone, without using
/// labels.
public struct SpeakerNormalization: Sendable {
    private let means: [Float]
    private let deviations: [Float]

    /// Computes means and standard deviations (divided by n) of the last axis, without padding. A constant channel
    /// keeps the standard deviation 1.
    ///
    /// Throws if there is only one vector or no frame: all differences would become 0.
    ///
    /// - Parameter clip: The name of a clip of the group, for the error.
    public init(_ group: [Features], of clip: String? = nil) throws(InputError) {
        var statistics = SpeakerStatistics()
        for features in group { statistics.add(features) }
        guard statistics.count > 1, statistics.channels > 0 else {
            let count = Int(statistics.count)
            throw InputError(
                "normalizing by speaker" + (clip.map { " (speaker of \"\($0)\")" } ?? ""),
                found: "\(count) feature vector\(count == 1 ? "" : "s") for this speaker",
                allowed: "at least two: several clips of each speaker in a subset, or frame-level features")
        }
        self.init(statistics)
    }

    /// Standardizes with the statistics of the features so far.
    package init(_ statistics: SpeakerStatistics) {
        means = statistics.means.map { Float($0) }
        deviations = statistics.squares.map { square in
            let deviation = Float((square / max(statistics.count, 1)).squareRoot())
            return deviation > 0 ? deviation : 1
        }
    }

    /// Standardizes features; padding is unchanged.
    public func callAsFunction(_ features: Features) -> Features {
        require(features.shape.last == means.count, "SpeakerNormalization: features of another width")
        var result = features
        for place in 0..<Self.valid(features) {
            let channel = place % means.count
            result.values[place] = (features.values[place] - means[channel]) / deviations[channel]
        }
        return result
    }

    /// The number of values that are not padding.
    package static func valid(_ features: Features) -> Int {
        guard let length = features.length, let frames = features.shape.first, frames > 0 else {
            return features.values.count
        }
        return min(length, frames) * (features.values.count / frames)
    }
}

/// The means and the sums of squared differences from them of each channel, over the frames of the clips so far.
package struct SpeakerStatistics: Sendable {
    fileprivate private(set) var means: [Double] = []
    fileprivate private(set) var squares: [Double] = []
    fileprivate private(set) var count = 0.0
    fileprivate var channels: Int { means.count }

    /// Creates statistics of no clips.
    package init() {}

    /// Adds the frames of a clip.
    package mutating func add(_ features: Features) {
        let channels = features.shape.last ?? 0
        if means.isEmpty {
            means = Array(repeating: 0, count: channels)
            squares = means
        }
        require(channels == means.count, "SpeakerNormalization: features of different widths")
        for start in stride(from: 0, to: SpeakerNormalization.valid(features), by: max(channels, 1)) {
            count += 1
            for channel in 0..<channels {
                let value = Double(features.values[start + channel])
                let distance = value - means[channel]
                means[channel] += distance / count
                squares[channel] += distance * (value - means[channel])
            }
        }
    }
}
