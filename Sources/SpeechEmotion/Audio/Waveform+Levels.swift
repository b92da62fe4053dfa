import CKernels
import Foundation

extension Waveform {
    /// The peak amplitude: the largest absolute value of a sample; 0 without samples.
    public var peak: Float { samples.withUnsafeBufferPointer { ck_peak($0.baseAddress, $0.count) } }

    /// The root mean square (RMS) of all samples; 0 without samples.
    public var rms: Double {
        let energy = samples.withUnsafeBufferPointer { ck_energy($0.baseAddress, $0.count) }
        return samples.isEmpty ? 0 : (energy / Double(samples.count)).squareRoot()
    }

    /// The peak level in dB relative to full scale; minus infinity for digital silence.
    public var peakDecibels: Double { 20 * log10(Double(peak)) }

    /// Whether the peak level is at most `decibels`, relative to full scale.
    public func isSilent(below decibels: Double = -60) -> Bool { !(peakDecibels > decibels) }

    /// Returns which frames are less than `decibels` below the loudest, as librosa.effects does: the RMS of `frame`
    /// samples centered at every multiple of `hop`, with zero padding and a floor of 1e-5. There are 1 + count / hop
    /// frames; in silence, all are as loud as the loudest.
    package func loudFrames(below decibels: Double, frame: Int, hop: Int) -> [Bool] {
        let powers = samples.withUnsafeBufferPointer { x in
            (0...x.count / hop).map { i -> Double in
                let start = i * hop - frame / 2
                let range = max(0, start)..<max(0, min(x.count, start + frame))
                guard let base = x.baseAddress, range.lowerBound < range.upperBound else { return 1e-10 }
                return max(1e-10, ck_energy(base + range.lowerBound, range.count) / Double(frame))
            }
        }
        let loudest = 10 * log10(powers.max() ?? 1e-10)
        return powers.map { 10 * log10($0) - loudest > -decibels }
    }

    /// Returns the range from the first frame less than `decibels` below the loudest to the last, as
    /// librosa.effects.trim.
    public func trimRange(below decibels: Double, frame: Int = 2048, hop: Int = 512) -> Range<Int> {
        let loud = loudFrames(below: decibels, frame: frame, hop: hop)
        guard let first = loud.firstIndex(of: true), let last = loud.lastIndex(of: true) else { return 0..<0 }
        return min(count, first * hop)..<min(count, (last + 1) * hop)
    }

    /// Returns the ranges less than `decibels` below the loudest frame, in order, as librosa.effects.split.
    public func nonSilentRanges(below decibels: Double, frame: Int = 2048, hop: Int = 512) -> [Range<Int>] {
        let loud = loudFrames(below: decibels, frame: frame, hop: hop)
        var ranges: [Range<Int>] = []
        var start: Int?
        for (i, isLoud) in (loud + [false]).enumerated() where isLoud != (start != nil) {
            if let begin = start {
                ranges.append(min(count, begin * hop)..<min(count, i * hop))
                start = nil
            } else {
                start = i
            }
        }
        return ranges.filter { !$0.isEmpty }
    }
}
