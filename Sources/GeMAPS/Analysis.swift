import Foundation

/// All descriptors of a recording before smoothing.
struct Analysis {
    let short: ShortTermDescriptors
    let voice: VoiceDescriptors

    /// The number of frames with 60 ms.
    var frames: Int { voice.frames }

    init(
        _ samples: [Double], _ shortTables: ShortTermDescriptors.Tables,
        _ voiceTables: VoiceDescriptors.Tables
    ) {
        (short, voice) = samples.withUnsafeBufferPointer { samples in
            let short = ShortTermDescriptors(samples, shortTables)
            return (short, VoiceDescriptors(samples, short, voiceTables))
        }
    }

    func isVoiced(_ frame: Int) -> Bool { frame < frames && voice.pitch[frame] > 0 }

    /// A descriptor of 20 ms frames, smoothed, in all frames.
    func smoothed(_ column: Int) -> [Double] {
        (0..<short.frames).map { frame in smoothed(column, frame) }
    }

    func smoothed(_ column: Int, _ frame: Int) -> Double {
        Smoothing.average(short.frames, frame) { short.values[$0 * ShortTermDescriptors.width + column] }
    }

    /// A track of 60 ms frames, smoothed over the frames that are not zero. It has one frame more than the track: the
    /// last one repeats.
    func smoothed(_ track: [Double]) -> [Double] {
        (0...track.count).map { frame in
            // The window of the additional frame lies on repetitions of the last value.
            frame == track.count
                ? track[frame - 1] : Smoothing.averageOfNonzero(track.count, frame) { track[$0] }
        }
    }

    /// F0 in semitones above 27.5 Hz.
    var semitones: [Double] { voice.pitch.map { $0 > 0 ? 12 * log2(Double($0 / 27.5)) : 0 } }

    /// The descriptors in the order of `EGeMAPS.descriptorNames`.
    func descriptors() -> [Float] {
        let rows = frames + 1
        var columns: [[Double]] = []
        for column in 0..<ShortTermDescriptors.width {
            columns.append((0..<rows).map { smoothed(column, $0) })
        }
        let voiced = [
            semitones, voice.jitter, voice.shimmer, voice.harmonicsToNoise, voice.firstToSecond,
            voice.firstToThirdFormant,
        ]
        for track in voiced { columns.append(smoothed(track)) }
        for formant in 0..<3 {
            for part in 0..<2 {
                let column = 2 * formant + part
                columns.append(
                    (0..<rows).map { frame in
                        Smoothing.averageOfNonzero(short.frames, frame) { short.formants[6 * $0 + column] }
                    })
            }
            columns.append(smoothed((0..<frames).map { voice.amplitudes[3 * $0 + formant] }))
        }
        return (0..<rows).flatMap { row in columns.map { Float($0[row]) } }
    }
}
