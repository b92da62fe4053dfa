import CKernels
import Foundation

extension Waveform {
    /// The largest absolute value of a sample; 0 without samples.
    public var peak: Float { samples.withUnsafeBufferPointer { ck_peak($0.baseAddress, $0.count) } }

    /// The root of the mean square of all samples; 0 without samples.
    public var rms: Double {
        let energy = samples.withUnsafeBufferPointer { ck_energy($0.baseAddress, $0.count) }
        return samples.isEmpty ? 0 : (energy / Double(samples.count)).squareRoot()
    }

    /// The peak in decibels below full scale, which is 0 dB; minus infinity for digital silence.
    public var peakDecibels: Double { 20 * log10(Double(peak)) }

    /// Whether no sample is louder than this, in decibels of full scale.
    public func isSilent(below decibels: Double = -60) -> Bool { !(peakDecibels > decibels) }

    /// Which frames are less than `decibels` below the loudest, as in librosa.effects: root mean squares of `frame` samples
    /// around every multiple of `hop`, zeros outside of the sound, 1e-5 being the smallest that is told apart. There are
    /// 1 + count / hop frames; in a sound of silence all are as loud as the loudest.
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

    /// Where the sound is less than `decibels` below its loudest frame: the samples from the first such frame to the last,
    /// as librosa.effects.trim.
    public func trimRange(below decibels: Double, frame: Int = 2048, hop: Int = 512) -> Range<Int> {
        let loud = loudFrames(below: decibels, frame: frame, hop: hop)
        guard let first = loud.firstIndex(of: true), let last = loud.lastIndex(of: true) else { return 0..<0 }
        return min(count, first * hop)..<min(count, (last + 1) * hop)
    }

    /// The stretches of sound less than `decibels` below its loudest frame, in order, as librosa.effects.split. What lies
    /// between them is silence.
    public func soundingRanges(below decibels: Double, frame: Int = 2048, hop: Int = 512) -> [Range<Int>] {
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
