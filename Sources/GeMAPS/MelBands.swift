import Foundation

/// The 26 triangular mel bands from 20 to 8000 Hz (or half the sample rate), with the weights for loudness and MFCC.
struct MelBands: Sendable {
    static let count = 26
    /// The smallest power of a band for loudness and for MFCC.
    static let loudnessFloor = 9.3e-10
    static let cepstrumFloor = 1 / (32767.0 * 32767.0)
    static let exponent = 0.33

    /// For each bin the band that it rises into, and its weight there; the rest goes to the band below.
    private let first: [Int]
    private let rising: [Double]
    private let startBin: Int
    /// The equal-loudness weight of each band, after compression.
    let loudnessWeights: [Double]
    /// The four rows of the cosine transform with liftering, [4, 26].
    let cosines: [Double]

    init(_ geometry: FrameGeometry) {
        let width = geometry.binWidth
        let high = min(8000, width * Double(geometry.bins - 1))
        let (low, top) = (Self.mel(20), Self.mel(high))
        let step = (top - low) / Double(Self.count + 1)
        startBin = Int((20 / width + 0.5).rounded(.down)) + 1
        var first: [Int] = []
        var rising: [Double] = []
        for bin in startBin..<geometry.bins {
            let place = (Self.mel(Double(bin) * width) - low) / step
            guard place < Double(Self.count + 1) else { break }
            let band = max(Int(place), 0)
            first.append(band)
            rising.append(place - Double(band))
        }
        (self.first, self.rising) = (first, rising)
        loudnessWeights = (1...Self.count).map { band in
            let hertz = 700 * (exp((low + step * Double(band)) / 1127) - 1)
            return Self.scale * pow(Self.equalLoudness(hertz), Self.exponent)
        }
        cosines = (1...4).flatMap { i in
            (0..<Self.count).map { band in
                let lifter = 1 + 11 * sin(Double.pi * Double(i) / 22)
                let angle = Double.pi * Double(i) / Double(Self.count) * (Double(band) + 0.5)
                return (2 / Double(Self.count)).squareRoot() * cos(angle) * lifter
            }
        }
    }

    /// The factor of loudness, measured.
    private static let scale = 0.06902056751828904

    private static func mel(_ hertz: Double) -> Double { 1127 * log(1 + hertz / 700) }

    /// The equal-loudness curve of perceptual linear prediction (Hermansky 1990) with a steeper slope at high
    /// frequencies. The exponent 7 of the last factor is measured.
    private static func equalLoudness(_ hertz: Double) -> Double {
        let w = 2 * Double.pi * hertz
        let square = w * w
        return (square + 56.8e6) * square * square
            / ((square + 6.3e6) * (square + 6.3e6) * (square + 0.38e9) * (1 + pow(w, 7) / 1.7e31))
    }

    /// Adds the powers of a spectrum, whose bins are `stride` apart, to the bands.
    func sums(_ powers: UnsafePointer<Double>, stride: Int, into bands: UnsafeMutablePointer<Double>) {
        bands.update(repeating: 0, count: Self.count)
        first.withUnsafeBufferPointer { first in
            rising.withUnsafeBufferPointer { rising in
                for i in 0..<first.count {
                    let power = powers[(startBin + i) * stride]
                    let up = rising[i] * power
                    let band = first[i]
                    if band < Self.count { bands[band] += up }
                    if band > 0 { bands[band - 1] += power - up }
                }
            }
        }
    }
}
