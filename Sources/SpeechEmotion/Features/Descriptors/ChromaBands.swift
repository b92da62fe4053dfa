import Autograd
import CKernels
import Configuration
import Foundation

/// The norm that each frame is divided by.
public enum ColumnNorm: String, CaseIterable, ConfigurationValue {
    /// The maximum.
    case max
    /// The sum of absolute values.
    case sum
    /// The Euclidean norm.
    case euclid
    /// No normalization.
    case none
}

/// The pitch classes of a chromagram. The defaults are librosa's.
public struct ChromaBands: Hashable, Sendable {
    /// The number of chroma bins per octave; the first is C.
    public var count = 12
    /// The deviation from A440 tuning in fractions of a bin; nil estimates it from the waveform.
    public var tuning: Double?
    /// The normalization of each frame. Silent frames stay 0.
    public var norm = ColumnNorm.max
    /// The octave with the largest weight, in octaves above 27.5 Hz.
    public var middleOctave = 5.0
    /// The standard deviation of the octave weights; nil weighs all octaves equally.
    public var octaveWidth: Double? = 2

    /// Creates chroma bins; without a tuning, it is estimated for each waveform.
    public init(count: Int = 12, tuning: Double? = nil) {
        self.count = count
        self.tuning = tuning
    }

    /// The maximum number of chroma bins.
    public static let most = 360

    func check() throws(InputError) {
        guard count >= 1, count <= Self.most else {
            throw InputError("chroma", found: "\(count) chroma bins", allowed: "1 to \(Self.most)")
        }
        guard (tuning ?? 0).magnitude <= 100, middleOctave.magnitude <= 100, octaveWidth ?? 1 > 0 else {
            throw InputError(
                "chroma",
                found: "tuning \(tuning ?? 0), octave \(middleOctave), width \(octaveWidth ?? 0)",
                allowed: "a tuning and an octave up to 100, a width above 0")
        }
    }

    private struct Key: Hashable {
        let options: ChromaBands
        let fft, rate: Int
    }
    private static let shared = SharedTables<Key, [Float]>(limit: 128)

    /// The chroma filter bank, [count, n_fft / 2 + 1]; a tuning of nil counts as 0.
    public func matrix(fft: Int, rate: Int) throws(InputError) -> FrameTable {
        try check()
        return FrameTable(frames: count, width: fft / 2 + 1, values: weights(fft: fft, rate: rate))
    }

    func weights(fft: Int, rate: Int) -> [Float] {
        Self.shared(Key(options: self, fft: fft, rate: rate)) { makeWeights(fft: fft, rate: rate) }
    }

    /// Gaussian bumps around each pitch class, as wide as an FFT bin or a chroma bin, whichever is more (Ellis 2007).
    private func makeWeights(fft: Int, rate: Int) -> [Float] {
        let notes = Double(count)
        let a440 = 440 * pow(2, (tuning ?? 0) / notes)
        // The pitch of each bin. Bin 0 counts as 1.5 octaves below bin 1.
        var steps = (0...fft / 2 + 1).map {
            notes * log2(Double($0) * Double(rate) / Double(fft) / (a440 / 16))
        }
        steps[0] = steps[1] - 1.5 * notes
        let half = (notes / 2).rounded(.toNearestOrEven)
        let bins = fft / 2 + 1
        let isLast = { (bin: Int) in bin == fft - 1 }
        var weights = [Float](repeating: 0, count: count * bins)
        let shift = 3 * (count / 12)
        for bin in 0..<bins {
            let width = isLast(bin) ? 1 : max(steps[bin + 1] - steps[bin], 1)
            var column = (0..<count).map { note in
                var distance = (steps[bin] - Double(note) + half + 10 * notes)
                    .truncatingRemainder(dividingBy: notes)
                if distance < 0 { distance += notes }
                let scaled = 2 * (distance - half) / width
                return exp(-0.5 * scaled * scaled)
            }
            let length = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
            var scale = length < Double.leastNormalMagnitude ? 1 : 1 / length
            if let octaveWidth {
                let octaves = (steps[bin] / notes - middleOctave) / octaveWidth
                scale *= exp(-0.5 * octaves * octaves)
            }
            for note in 0..<count { column[note] *= scale }
            for note in 0..<count { weights[note * bins + bin] = Float(column[(note + shift) % count]) }
        }
        return weights
    }
}

extension Spectrogram {
    /// Computes the chromagram, [frames, bins].
    public func chroma(_ options: ChromaBands = ChromaBands()) throws(InputError) -> FrameBlocks {
        try options.check()
        var options = options
        if options.tuning == nil { options.tuning = tuning(steps: options.count) }
        let weights = options.weights(fft: stft.fft, rate: rate)
        let (notes, count) = (options.count, bins.width)
        return bins.mapped(width: notes) { s, result in
            ck_lane_product(weights, notes, count, s, result)
            normalize(result, count: notes, options.norm)
        }
    }
}

extension FrameBlocks {
    /// Divides each frame by its norm; frames with norm 0 are unchanged.
    func normalized(_ norm: ColumnNorm) -> FrameBlocks {
        let (size, count) = (width * FrameBlocks.lanes, width)
        return mapped(width: width) { from, to in
            to.update(from: from, count: size)
            normalize(to, count: count, norm)
        }
    }
}

/// Divides `count` values of each lane by their norm.
private func normalize(_ rows: UnsafeMutablePointer<Float>, count: Int, _ norm: ColumnNorm) {
    let lanes = FrameBlocks.lanes
    for lane in 0..<lanes {
        var length: Float = 0
        for i in 0..<count {
            let size = rows[i * lanes + lane].magnitude
            switch norm {
            case .max: length = max(length, size)
            case .sum: length += size
            case .euclid: length += size * size
            case .none: length = 1
            }
        }
        if norm == .euclid { length = length.squareRoot() }
        guard length >= .leastNormalMagnitude else { continue }
        for i in 0..<count { rows[i * lanes + lane] /= length }
    }
}
