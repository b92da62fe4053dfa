import Autograd
import CKernels
import Foundation

/// The bands of the spectral contrast (Jiang et al. 2002). The defaults are librosa's.
public struct ContrastBands: Hashable, Sendable {
    /// The number of octave bands above the lowest band.
    public var octaves = 6
    /// The lower edge of the first octave band in Hz. Everything below is a band, too.
    public var low = 200.0
    /// The quantile of the bins in a band that count as peak and as valley.
    public var quantile = 0.02
    /// Whether to return linear differences of magnitudes instead of decibels.
    public var isLinear = false

    public init() {}

    /// The bins of a band and how many of them count as peak.
    struct Band: Sendable {
        var bins: Range<Int>
        var kept: Int
    }

    /// The bands for a transform and a sample rate. Throws if one exceeds half the sample rate or contains no bin.
    func bands(_ stft: STFT, rate: Int) throws(InputError) -> [Band] {
        guard octaves >= 1, octaves <= 32, low > 0, quantile > 0, quantile < 1 else {
            throw InputError(
                "contrast", found: "\(octaves) octaves from \(low) Hz, quantile \(quantile)",
                allowed: "1 to 32 octaves, a lower edge above 0 Hz, a quantile above 0 and below 1")
        }
        let edges = [0] + (0...octaves).map { low * pow(2, Double($0)) }
        guard edges[octaves] < Double(rate) / 2 else {
            throw InputError(
                "contrast", found: "an octave band from \(edges[octaves]) Hz",
                allowed: "below \(rate / 2) Hz, half the sample rate; reduce n_bands or fmin")
        }
        var bands: [Band] = []
        for k in 0...octaves {
            // From the second band on, one more bin below; the last bin of all but the last band is dropped.
            let inside = (0..<stft.bins).filter {
                let f = stft.frequency($0, rate: rate)
                return f >= edges[k] && f <= edges[k + 1]
            }
            guard let first = inside.first, let last = inside.last else {
                throw empty(edges[k], edges[k + 1], stft)
            }
            let begin = k > 0 ? first - 1 : first
            let end = k == octaves ? stft.bins : last + 1
            let kept = max(1, Int((quantile * Double(end - begin)).rounded(.toNearestOrEven)))
            let bins = begin..<(k == octaves ? end : end - 1)
            guard !bins.isEmpty else { throw empty(edges[k], edges[k + 1], stft) }
            bands.append(Band(bins: bins, kept: min(kept, bins.count)))
        }
        return bands
    }

    private func empty(_ low: Double, _ high: Double, _ stft: STFT) -> InputError {
        InputError(
            "contrast", found: "no bin of n_fft \(stft.fft) between \(low) and \(high) Hz",
            allowed: "at least 2 bins in each band; increase n_fft")
    }
}

extension Spectrogram {
    /// Computes the difference of peaks and valleys in each band of a magnitude spectrogram, [frames, octaves + 1].
    public func contrast(_ options: ContrastBands = ContrastBands()) throws(InputError) -> FrameTable {
        let bands = try options.bands(stft, rate: rate)
        let lanes = FrameBlocks.lanes
        // Valleys first, then peaks.
        let both = bins.mapped(width: 2 * bands.count) { s, result in
            for (k, band) in bands.enumerated() {
                let from = s + band.bins.lowerBound * lanes
                let (low, high) = (result + k * lanes, result + (bands.count + k) * lanes)
                if band.kept <= Int(CK_MOST_KEPT) {
                    ck_lane_extremes(from, band.bins.count, band.kept, low, high)
                } else {
                    sortedExtremes(from, band, low, high)
                }
            }
        }
        func part(_ first: Int) -> FrameBlocks {
            let size = bands.count * lanes
            let part = both.mapped(width: bands.count) { $1.update(from: $0 + first * size, count: size) }
            return options.isLinear ? part : part.decibels()
        }
        let (valleys, peaks) = (part(0).table, part(1).table)
        return FrameTable(
            frames: frames, width: bands.count,
            values: zip(peaks.values, valleys.values).map { $0 - $1 })
    }
}

/// The means of the smallest and largest bins of each lane, by sorting, for many bins.
private func sortedExtremes(
    _ s: UnsafePointer<Float>, _ band: ContrastBands.Band, _ low: UnsafeMutablePointer<Float>,
    _ high: UnsafeMutablePointer<Float>
) {
    for lane in 0..<FrameBlocks.lanes {
        let sorted = (0..<band.bins.count).map { s[$0 * FrameBlocks.lanes + lane] }.sorted()
        low[lane] = sorted.prefix(band.kept).reduce(0, +) / Float(band.kept)
        high[lane] = sorted.suffix(band.kept).reduce(0, +) / Float(band.kept)
    }
}
