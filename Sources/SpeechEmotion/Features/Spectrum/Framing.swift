import Autograd
import CKernels
import Configuration

/// What lies before the start and after the end of a sound.
public enum SoundPadding: String, CaseIterable, ConfigurationValue {
    /// Silence.
    case zeros
    /// The sound backwards, without its last sample.
    case reflect
    /// The last sample again and again.
    case edge
}

/// Where the frames of a sound lie.
struct Framing: Hashable, Sendable {
    var length, hop: Int
    var isCentred: Bool
    var padding: SoundPadding

    /// The most numbers that one table of frames may have: 2 GiB. A file must not make the program eat all
    /// memory.
    static let mostNumbers = 1 << 29

    /// How much is padded at each end.
    var edge: Int { isCentred ? length / 2 : 0 }

    /// How many frames a sound of so many samples has, at least one.
    func frames(of samples: Int) throws(SoundProblem) -> Int {
        guard hop >= 1, hop <= Self.mostNumbers else {
            throw SoundProblem("frames", found: "hop \(hop)", allowed: "1 to \(Self.mostNumbers)")
        }
        guard samples > 0 else {
            throw SoundProblem("frames", found: "a sound without samples", allowed: "1 sample or more")
        }
        let padded = samples + 2 * edge
        guard padded >= length else {
            throw SoundProblem(
                "frames", found: "\(samples) samples",
                allowed: "\(length) or more, the length of a frame, where frames are not centred")
        }
        let frames = 1 + (padded - length) / hop
        guard frames <= Self.mostNumbers / length else {
            throw SoundProblem(
                "frames", found: "\(frames) frames of \(length) samples",
                allowed: "\(Self.mostNumbers / length) frames; a longer hop or a shorter sound has fewer")
        }
        return frames
    }
}

extension STFT {
    var framing: Framing { Framing(length: fft, hop: hop, isCentred: isCentred, padding: padding) }
}

/// A sound with its padding, and where its frames lie in it.
struct PaddedSound: Sendable {
    let frames: Int
    private let framing: Framing
    private let samples: [Float]

    /// The largest size of a sample. Full scale is 1; squares and sums of samples up to this stay finite in
    /// Float.
    static let loudest: Float = 1e10

    /// Throws for sounds without frames, and for samples that are NaN, infinite or beyond `loudest`.
    ///
    /// - Parameter before: Further samples of padding before the first frame.
    init(_ sound: [Float], _ framing: Framing, action: String, before: Int = 0) throws(SoundProblem) {
        frames = try framing.frames(of: sound.count)
        try Self.check(sound, action: action)
        self.framing = framing
        let (front, back) = (framing.edge + before, framing.edge)
        guard front > 0 else {
            samples = sound
            return
        }
        let (padding, count) = (framing.padding, sound.count)
        samples = [Float](unsafeUninitializedCapacity: front + count + back) { buffer, total in
            sound.withUnsafeBufferPointer { sound in
                for i in 0..<front { buffer[i] = padding.sample(i - front, of: sound) }
                for i in 0..<back { buffer[front + count + i] = padding.sample(count + i, of: sound) }
                _ = buffer[front...].update(fromContentsOf: sound)
            }
            total = buffer.count
        }
    }

    static func check(_ sound: [Float], action: String) throws(SoundProblem) {
        let isFine = sound.withUnsafeBufferPointer { ck_all_within($0.baseAddress, $0.count, loudest) != 0 }
        if isFine { return }
        let place = sound.firstIndex { !($0.magnitude <= loudest) } ?? 0
        throw SoundProblem(
            action, found: "\(sound[place]) as sample \(place)", allowed: "numbers between -1e10 and 1e10")
    }

    /// Calls `body` with the samples, padding included.
    func withSamples<R>(_ body: (UnsafeBufferPointer<Float>) -> R) -> R {
        samples.withUnsafeBufferPointer(body)
    }

    /// The frames of a block, times a window, as rows of lanes.
    func cut(_ block: Int, window: [Float]?, into rows: UnsafeMutablePointer<Float>) {
        let first = block * FrameBlocks.lanes
        let lanes = min(FrameBlocks.lanes, frames - first)
        samples.withUnsafeBufferPointer { samples in
            guard let start = samples.baseAddress.map({ $0 + first * framing.hop }) else { return }
            if let window {
                ck_frame(start, framing.hop, lanes, window, framing.length, rows)
            } else {
                ck_lanes_of_rows(start, framing.hop, lanes, framing.length, rows)
            }
        }
    }
}

extension SoundPadding {
    /// The sample at a place outside of the sound.
    fileprivate func sample(_ place: Int, of sound: UnsafeBufferPointer<Float>) -> Float {
        switch self {
        case .zeros: return 0
        case .edge: return sound[place < 0 ? 0 : sound.count - 1]
        case .reflect:
            let period = 2 * (sound.count - 1)
            guard period > 0 else { return sound[0] }
            let inside = ((place % period) + period) % period
            return sound[min(inside, period - inside)]
        }
    }
}
