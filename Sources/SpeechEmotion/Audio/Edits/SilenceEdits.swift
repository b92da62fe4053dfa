import Configuration

/// Cuts off what is quiet at both ends.
public struct Trim: WaveEdit {
    /// How many decibels below the loudest frame counts as quiet.
    public var below = 30.0
    /// Samples of a frame.
    public var frame = 2048
    /// Samples from one frame to the next.
    public var hop = 512

    public static let type = "trim"
    public static let summary = "Cuts off what is quiet at both ends, as librosa.effects.trim."
    public static let fields: [Field<Self>] = [
        .init("top_db", \.below, "How many decibels below the loudest frame is quiet.", .above(0)),
        .init("frame_length", \.frame, "Samples of a frame.", .range(1...65536)),
        .init("hop_length", \.hop, "Samples from one frame to the next.", .range(1...65536)),
    ]

    public var complaints: [Complaint] { frameComplaints(frame, hop) }

    /// 30 dB, frames of 2048 samples every 512.
    public init() {}
    /// Cuts off what is so many decibels below the loudest frame.
    public init(below: Double) { self.below = below }

    /// From the first loud frame to the last, with all pauses between them.
    public func callAsFunction(_ wave: Waveform) -> Waveform {
        let range = wave.trimRange(below: below, frame: frame, hop: hop)
        return Waveform(Array(wave.samples[range]), rate: wave.rate)
    }
}

/// Keeps what is loud enough to be speech and joins it.
public struct VoicedParts: WaveEdit {
    /// How many decibels below the loudest frame counts as a pause.
    public var below = 30.0
    /// Seconds around each part that are kept too.
    public var margin = 0.0
    /// Samples of a frame.
    public var frame = 2048
    /// Samples from one frame to the next.
    public var hop = 512

    public static let type = "voiced"
    public static let summary = "Keeps the parts that are loud enough to be speech and joins them: pauses go."
    public static let fields: [Field<Self>] = [
        .init("top_db", \.below, "How many decibels below the loudest frame is a pause.", .above(0)),
        .init("margin", \.margin, "Seconds kept around each part.", .range(0...60)),
        .init("frame_length", \.frame, "Samples of a frame.", .range(1...65536)),
        .init("hop_length", \.hop, "Samples from one frame to the next.", .range(1...65536)),
    ]

    public var complaints: [Complaint] { frameComplaints(frame, hop) }

    /// 30 dB, no margin, frames of 2048 samples every 512.
    public init() {}

    /// The loud parts with their margins, joined without a fade.
    public func callAsFunction(_ wave: Waveform) -> Waveform {
        let more = Int(margin * Double(wave.rate))
        var kept: [Float] = []
        var end = 0
        for part in wave.soundingRanges(below: below, frame: frame, hop: hop) {
            let start = max(end, part.lowerBound - more)
            end = max(end, min(wave.count, part.upperBound + more))
            if start < end { kept += wave.samples[start..<end] }
        }
        return Waveform(kept, rate: wave.rate)
    }
}

/// Frames that overlap so much that a long sound would take hours.
private func frameComplaints(_ frame: Int, _ hop: Int) -> [Complaint] {
    hop * 64 < frame
        ? [Complaint("hop_length", "\(hop) for a frame of \(frame); it has to be at least a 64th of it")] : []
}
