import Autograd

/// Brings each channel of features to mean 0 and deviation 1 by the frames of one group: all clips of a speaker, as they stand in one
/// part of a split. It takes away what a voice and its microphone have in common in all clips, without a look at the classes.
public struct SpeakerNormalization: Sendable {
    private let means: [Float]
    private let deviations: [Float]

    /// Means and deviations (divided by n) of the last axis, without the padding behind a sound. A channel that never changes keeps
    /// the deviation 1.
    ///
    /// Throws where there is nothing to compare with, one vector or no frame at all: all that is told apart would become 0.
    public init(_ group: [Features]) throws(DataProblem) {
        let channels = group.first?.shape.last ?? 0
        require(
            group.allSatisfy { $0.shape.last == channels },
            "SpeakerNormalization: features of different widths")
        var means = Array(repeating: 0.0, count: channels)
        var squares = means
        var count = 0.0
        for features in group {
            for start in stride(from: 0, to: Self.valid(features), by: max(channels, 1)) {
                count += 1
                for channel in 0..<channels {
                    let value = Double(features.values[start + channel])
                    let distance = value - means[channel]
                    means[channel] += distance / count
                    squares[channel] += distance * (value - means[channel])
                }
            }
        }
        guard count > 1, channels > 0 else {
            throw DataProblem(
                "normalising by speaker",
                found: "\(Int(count)) vector\(count == 1 ? "" : "s") of numbers for a speaker",
                allowed: "at least two: several clips of each speaker in a part, or features frame by frame")
        }
        self.means = means.map { Float($0) }
        deviations = squares.map { square in
            let deviation = Float((square / count).squareRoot())
            return deviation > 0 ? deviation : 1
        }
    }

    /// The features in the measure of the group; the padding behind a sound stays as it is.
    public func callAsFunction(_ features: Features) -> Features {
        require(features.shape.last == means.count, "SpeakerNormalization: features of another width")
        var result = features
        for place in 0..<Self.valid(features) {
            let channel = place % means.count
            result.values[place] = (features.values[place] - means[channel]) / deviations[channel]
        }
        return result
    }

    /// How many numbers are no padding.
    private static func valid(_ features: Features) -> Int {
        guard let length = features.length, let frames = features.shape.first, frames > 0 else {
            return features.values.count
        }
        return min(length, frames) * (features.values.count / frames)
    }
}

extension DataProblem {
    /// The problem with the name of the first clip of its speaker.
    package func of(_ clip: String) -> DataProblem {
        DataProblem("\(action), the speaker of \"\(clip)\"", found: found, allowed: allowed)
    }
}
