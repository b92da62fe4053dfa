import Autograd
import CKernels
import Configuration

/// The padding before the start and after the end of a waveform.
public enum PadMode: String, CaseIterable, ConfigurationValue {
    /// Zeros.
    case zeros
    /// The waveform reflected at its ends, without repeating the end samples.
    case reflect
    /// The end samples repeated.
    case edge
}

/// How a waveform is divided into frames.
struct Framing: Hashable, Sendable {
    var length, hop: Int
    var isCentered: Bool
    var padding: PadMode

    /// The maximum number of values in one table of frames: 2 GiB. A file must not exhaust the memory.
    static let mostNumbers = 1 << 29

    /// The padding at each end.
    var edge: Int { isCentered ? length / 2 : 0 }

    /// The number of frames for a number of samples, at least one.
    func frames(of samples: Int) throws(InputError) -> Int {
        guard hop >= 1, hop <= Self.mostNumbers else {
            throw InputError("frames", found: "hop_length \(hop)", allowed: "1 to \(Self.mostNumbers)")
        }
        guard samples > 0 else {
            throw InputError("frames", found: "a waveform without samples", allowed: "at least 1 sample")
        }
        let padded = samples + 2 * edge
        guard padded >= length else {
            throw InputError(
                "frames", found: "\(samples) samples",
                allowed: "at least \(length), the frame length, if frames are not centered")
        }
        let frames = 1 + (padded - length) / hop
        guard frames <= Self.mostNumbers / length else {
            throw InputError(
                "frames", found: "\(frames) frames of \(length) samples",
                allowed: "\(Self.mostNumbers / length) frames; increase hop_length or shorten the waveform")
        }
        return frames
    }
}

extension STFT {
    var framing: Framing { Framing(length: fft, hop: hop, isCentered: isCentered, padding: padding) }
}

/// A waveform with its padding and framing.
package struct PaddedWaveform: Sendable {
    let frames: Int
    private let framing: Framing
    private let samples: [Float]

    /// The largest magnitude of a sample. Full scale is 1; squares and sums up to this stay finite in Float.
    static let loudest: Float = 1e10

    /// Throws for waveforms without frames, and for samples that are NaN, infinite or beyond `loudest`.
    ///
    /// - Parameter before: Additional samples of padding before the first frame.
    init(_ waveform: [Float], _ framing: Framing, action: String, before: Int = 0) throws(InputError) {
        frames = try framing.frames(of: waveform.count)
        try Self.check(waveform, action: action)
        self.framing = framing
        let (front, back) = (framing.edge + before, framing.edge)
        guard front > 0 else {
            samples = waveform
            return
        }
        let (padding, count) = (framing.padding, waveform.count)
        samples = [Float](unsafeUninitializedCapacity: front + count + back) { buffer, total in
            waveform.withUnsafeBufferPointer { waveform in
                for i in 0..<front { buffer[i] = padding.sample(i - front, of: waveform) }
                for i in 0..<back { buffer[front + count + i] = padding.sample(count + i, of: waveform) }
                _ = buffer[front...].update(fromContentsOf: waveform)
            }
            total = buffer.count
        }
    }

    /// Throws for samples that are NaN, infinite or beyond `loudest`.
    package static func check(_ waveform: [Float], action: String) throws(InputError) {
        let isFine = waveform.withUnsafeBufferPointer {
            ck_all_within($0.baseAddress, $0.count, loudest) != 0
        }
        if isFine { return }
        let place = waveform.firstIndex { !($0.magnitude <= loudest) } ?? 0
        throw InputError(
            action, found: "\(waveform[place]) as sample \(place)", allowed: "values between -1e10 and 1e10")
    }

    /// Calls `body` with the samples, including padding.
    func withSamples<R>(_ body: (UnsafeBufferPointer<Float>) -> R) -> R {
        samples.withUnsafeBufferPointer(body)
    }

    /// Writes the frames of a block, multiplied by a window, as rows of lanes.
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

extension PadMode {
    /// The sample at a position outside the waveform.
    fileprivate func sample(_ place: Int, of waveform: UnsafeBufferPointer<Float>) -> Float {
        switch self {
        case .zeros: return 0
        case .edge: return waveform[place < 0 ? 0 : waveform.count - 1]
        case .reflect:
            let period = 2 * (waveform.count - 1)
            guard period > 0 else { return waveform[0] }
            let inside = ((place % period) + period) % period
            return waveform[min(inside, period - inside)]
        }
    }
}
