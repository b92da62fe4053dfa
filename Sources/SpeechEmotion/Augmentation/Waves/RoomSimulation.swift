import Autograd
import Configuration
import Foundation

/// Simulates the reverberation of a shoebox room with the image method.
public struct RoomSimulation: WaveAugmentation, HasProbability {
    /// The dimensions of the room in meters.
    public var length = Spread(3, 8)
    public var width = Spread(3, 6)
    public var height = Spread(2.5, 3.5)
    /// The reverberation time (RT60) in seconds, from which the absorption of the walls follows.
    public var seconds = Spread(0.2, 0.6)
    /// The distance between speaker and microphone in meters.
    public var distance = Spread(0.5, 2)
    public var probability = 1.0

    public static let type = "room"
    public static let summary =
        "Simulates a random rectangular room with the image method (Allen and Berkley 1979). The direct sound keeps its time and level; the length is kept."
    public static let fields: [Field<Self>] = [
        .init("length", \.length, "Length of the room in meters.", .range(1...100)),
        .init("width", \.width, "Width of the room in meters.", .range(1...100)),
        .init("height", \.height, "Height of the room in meters.", .range(1...100)),
        .init(
            "seconds", \.seconds,
            "Reverberation time (RT60) in seconds; the absorption of the walls follows from it (Eyring's formula).",
            .range(0.05...10)),
        .init(
            "distance", \.distance,
            "Distance between speaker and microphone in meters, limited by the walls.", .range(0.05...100)),
        probabilityField,
    ]

    public var validationIssues: [ValidationIssue] {
        length.validationIssues("length") + width.validationIssues("width")
            + height.validationIssues("height") + seconds.validationIssues("seconds")
            + distance.validationIssues("distance")
    }

    /// Living rooms and offices.
    public init() {}

    /// Adds the reflections of a random room, with speaker and microphone at random positions.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) -> Waveform {
        let room = ShoeboxRoom(
            size: [length.draw(generator), width.draw(generator), height.draw(generator)],
            seconds: seconds.draw(generator), distance: distance.draw(generator), generator)
        let (response, skip) = room.reflections(rate: wave.rate, most: wave.count, generator)
        return wave.adding(convolved(wave.samples, response, skip: skip), times: 1)
    }
}
