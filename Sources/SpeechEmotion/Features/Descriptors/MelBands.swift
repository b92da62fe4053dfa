import Autograd
import CKernels
import Configuration
import Foundation

/// The mel scale.
public enum MelScale: String, CaseIterable, ConfigurationValue {
    /// Slaney's Auditory Toolbox (1998): linear up to 1 kHz (200/3 Hz per mel), then logarithmic with 27 mels per
    /// factor of 6.4.
    case slaney
    /// The HTK formula: 2595 log10(1 + f / 700).
    case htk

    /// Converts a frequency in Hz to mel.
    public func mel(_ frequency: Double) -> Double {
        switch self {
        case .htk: 2595 * log10(1 + frequency / 700)
        case .slaney: frequency < 1000 ? frequency * 3 / 200 : 15 + 27 * log(frequency / 1000) / log(6.4)
        }
    }

    /// Converts mel to a frequency in Hz.
    public func frequency(_ mel: Double) -> Double {
        switch self {
        case .htk: 700 * (pow(10, mel / 2595) - 1)
        case .slaney: mel < 15 ? mel * 200 / 3 : 1000 * exp(log(6.4) / 27 * (mel - 15))
        }
    }
}

/// The normalization of the triangular mel filters.
public enum MelNorm: String, CaseIterable, ConfigurationValue {
    /// By 2 over the bandwidth in Hz, for equal area.
    case slaney
    /// None: each filter has a peak of 1.
    case none
}

/// Triangular filters that are evenly spaced on the mel scale. The defaults are librosa's.
public struct MelBands: Hashable, Sendable {
    /// The number of mel bands.
    public var count = 128
    /// The lowest frequency in Hz.
    public var low = 0.0
    /// The highest frequency in Hz; nil for half the sample rate.
    public var high: Double?
    /// The mel scale.
    public var scale = MelScale.slaney
    /// The normalization of the filters.
    public var norm = MelNorm.slaney

    /// The maximum number of bands.
    public static let most = 4096

    /// Slaney's bands from 0 Hz to half the sample rate.
    public init(count: Int = 128) { self.count = count }

    /// Throws if the options are invalid for a sample rate. A band too narrow to contain a bin is allowed; it stays 0.
    func check(rate: Int) throws(InputError) {
        let high = high ?? Double(rate) / 2
        guard count >= 1, count <= Self.most else {
            throw InputError("mel", found: "\(count) bands", allowed: "1 to \(Self.most)")
        }
        guard low >= 0, high > low, high.isFinite else {
            throw InputError(
                "mel", found: "bands from \(low) to \(high) Hz at \(rate) Hz",
                allowed: "a lower limit of at least 0, and a higher one above it")
        }
    }

    /// The corner frequencies of all bands in Hz: band i rises from corner i to i + 1 and falls to i + 2.
    func corners(rate: Int) -> [Double] {
        let (first, last) = (scale.mel(low), scale.mel(high ?? Double(rate) / 2))
        return (0..<count + 2).map {
            scale.frequency(
                $0 == count + 1 ? last : Double($0) * ((last - first) / Double(count + 1)) + first)
        }
    }

    /// The filter bank, [count, n_fft / 2 + 1].
    public func matrix(fft: Int, rate: Int) throws(InputError) -> FrameTable {
        try check(rate: rate)
        let filters = BandFilters.of(self, fft: fft, rate: rate)
        var table = FrameTable(
            frames: count, width: fft / 2 + 1,
            values: [Float](repeating: 0, count: count * (fft / 2 + 1)))
        var at = 0
        for band in 0..<count {
            for i in 0..<Int(filters.counts[band]) {
                table[band, Int(filters.firsts[band]) + i] = filters.weights[at]
                at += 1
            }
        }
        return table
    }
}

/// Sparse filters of a few neighboring bins each.
struct BandFilters: Sendable {
    private(set) var weights: [Float] = []
    private(set) var firsts: [Int32] = []
    private(set) var counts: [Int32] = []

    private struct Key: Hashable {
        let bands: MelBands
        let fft, rate: Int
    }
    private static let shared = SharedTables<Key, BandFilters>(limit: 64)

    static func of(_ bands: MelBands, fft: Int, rate: Int) -> BandFilters {
        shared(Key(bands: bands, fft: fft, rate: rate)) { BandFilters(bands, fft: fft, rate: rate) }
    }

    private init(_ bands: MelBands, fft: Int, rate: Int) {
        let corners = bands.corners(rate: rate)
        let width = STFT(fft: fft).binWidth(rate: rate)
        for band in 0..<bands.count {
            let (low, peak, high) = (corners[band], corners[band + 1], corners[band + 2])
            let scale = bands.norm == .slaney ? 2 / (high - low) : 1
            var row: [Float] = []
            var first = Int32(0)
            let start = max(0, Int((low / width).rounded(.down)) - 1)
            let end = min(fft / 2, Int((min(high, Double(rate)) / width).rounded(.up)) + 1)
            for bin in stride(from: start, through: end, by: 1) {
                let f = Double(bin) * width
                let weight = max(0, min((f - low) / (peak - low), (high - f) / (high - peak)))
                if weight > 0 {
                    if row.isEmpty { first = Int32(bin) }
                    row.append(Float(weight * scale))
                }
            }
            weights += row
            firsts.append(first)
            counts.append(Int32(row.count))
        }
    }
}

extension Spectrogram {
    /// Applies the mel filter bank, [frames, bands].
    public func mel(_ bands: MelBands = MelBands()) throws(InputError) -> FrameBlocks {
        try bands.check(rate: rate)
        let filters = BandFilters.of(bands, fft: stft.fft, rate: rate)
        return bins.mapped(width: bands.count) {
            ck_lane_bands(filters.weights, filters.firsts, filters.counts, bands.count, $0, $1)
        }
    }
}
