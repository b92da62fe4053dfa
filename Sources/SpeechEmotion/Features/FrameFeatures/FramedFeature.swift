import Autograd
import Configuration

/// A feature computed from frames in the time domain.
protocol FramedFeature: FrameFeature {
    var frames: Frames { get set }
}

extension FramedFeature {
    /// The hop length of the frames.
    public var hop: Int { frames.hop }
    public var firstCenter: Int { frames.isCentered ? 0 : frames.length / 2 }
    /// The number of frames.
    public func frames(of samples: Int) -> Int? { try? frames.framing(.zeros).frames(of: samples) }

    /// The config keys of the frames, which every such feature has.
    static var frameFields: [Field<Self>] {
        [
            .init("frame_length", \.frames.length, "Frame length in samples.", .range(1...STFT.largest)),
            .init("hop_length", \.frames.hop, "Hop length in samples.", .range(1...1 << 24)),
            .init(
                "center", \.frames.isCentered,
                "Whether frame i is centered at sample i * hop_length, with padding at both ends."),
        ]
    }

    public func check(rate: Int) throws(InputError) { try frames.check() }
}
