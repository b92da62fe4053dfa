import Foundation

/// The descriptors of 20 ms frames before smoothing: loudness, spectral shape, MFCC and formants.
struct ShortTermDescriptors {
    /// Loudness, alpha ratio, Hammarberg index, two slopes, flux, four MFCC.
    static let width = 10
    let frames: Int
    /// [frames, width]
    var values: [Double]
    /// Frequency and bandwidth of three formants, [frames, 6].
    var formants: [Double]
    /// The mean square of each frame without a window.
    var energies: [Double]
}

extension ShortTermDescriptors {
    /// The tables for a sample rate.
    struct Tables: Sendable {
        let geometry: FrameGeometry
        let spectra: PowerSpectra.Tables
        let mel: MelBands
        let prediction: LinearPrediction
        let slopes: [SpectralSlope]
        /// The first bins at or above 1000, 2000 and 5000 Hz, and the last at or below 5000 Hz plus 1.
        let from1000, from2000, from5000, through5000: Int

        init(sampleRate: Int) {
            geometry = FrameGeometry(sampleRate: sampleRate, milliseconds: 20)
            spectra = PowerSpectra.Tables(
                window: FrameWindow.hamming(geometry.length), size: geometry.transform)
            mel = MelBands(geometry)
            prediction = LinearPrediction(geometry)
            slopes = [SpectralSlope(0, 500, geometry), SpectralSlope(500, 1500, geometry)]
            let (width, bins) = (geometry.binWidth, geometry.bins)
            func ceiling(_ hertz: Double) -> Int { min(Int((hertz / width - 1e-9).rounded(.up)), bins) }
            (from1000, from2000, from5000) = (ceiling(1000), ceiling(2000), ceiling(5000))
            through5000 = min(Int((5000 / width + 1e-9).rounded(.down)) + 1, bins)
        }
    }

    init(_ samples: UnsafeBufferPointer<Double>, _ tables: Tables) {
        let geometry = tables.geometry
        let (count, lanes) = (geometry.frames(of: samples.count), PowerSpectra.lanes)
        frames = count
        values = [Double](repeating: 0, count: count * Self.width)
        formants = [Double](repeating: 0, count: count * 6)
        energies = [Double](repeating: 0, count: count)
        guard let base = samples.baseAddress else { return }
        let spectra = PowerSpectra(tables.spectra)
        var work = Workspace(tables)
        var prediction = LinearPrediction.Workspace()
        for first in stride(from: 0, to: count, by: lanes) {
            let block = first..<min(first + lanes, count)
            let powers = spectra(base, starts: block.map { $0 * geometry.hop })
            for frame in block {
                energies[frame] = Self.energy(base + frame * geometry.hop, geometry.length)
                values.withUnsafeMutableBufferPointer { values in
                    work.describe(
                        powers + (frame - first), isFirst: frame == 0, tables,
                        into: UnsafeMutableBufferPointer(
                            rebasing: values[frame * Self.width..<(frame + 1) * Self.width]))
                }
            }
            let bins = spectra.complex()
            for frame in block {
                let found = tables.prediction.formants(bins + (frame - first), stride: lanes, &prediction)
                for (i, value) in found.enumerated() { formants[6 * frame + i] = value }
            }
        }
    }

    private static func energy(_ frame: UnsafePointer<Double>, _ count: Int) -> Double {
        var sum = 0.0
        for i in 0..<count { sum += frame[i] * frame[i] }
        return sum / Double(count)
    }

    /// The mean power of all frames in decibels.
    var equivalentSoundLevel: Double {
        let mean = energies.reduce(0, +) / Double(max(frames, 1))
        return 10 * log10(max(mean, 1e-14))
    }
}

extension ShortTermDescriptors {
    fileprivate struct Workspace {
        private var previous: [Double]
        private var bands = [Double](repeating: 0, count: MelBands.count)
        private var levels: [Double]

        init(_ tables: Tables) {
            previous = [Double](repeating: 0, count: tables.from5000)
            levels = [Double](repeating: 0, count: tables.through5000)
        }

        mutating func describe(
            _ powers: UnsafePointer<Double>, isFirst: Bool, _ tables: Tables,
            into values: UnsafeMutableBufferPointer<Double>
        ) {
            let lanes = PowerSpectra.lanes
            bands.withUnsafeMutableBufferPointer { bands in
                guard let sums = bands.baseAddress else { return }
                tables.mel.sums(powers, stride: lanes, into: sums)
                var loudness = 0.0
                for band in 0..<MelBands.count {
                    let power = max(sums[band], MelBands.loudnessFloor)
                    loudness += tables.mel.loudnessWeights[band] * exp(MelBands.exponent * log(power))
                    sums[band] = log(max(sums[band], MelBands.cepstrumFloor))
                }
                values[0] = loudness
                for i in 0..<4 {
                    var sum = 0.0
                    for band in 0..<MelBands.count {
                        sum += tables.mel.cosines[i * MelBands.count + band] * sums[band]
                    }
                    values[6 + i] = sum
                }
            }
            var (low, high) = (0.0, 0.0)
            for bin in 0..<tables.from1000 { low += powers[bin * lanes] }
            for bin in min(tables.from1000, tables.through5000)..<tables.through5000 {
                high += powers[bin * lanes]
            }
            values[1] = low > 0 && high > 0 ? 10 * log10(high / low) : 0
            var (lowPeak, highPeak) = (1e-14, 1e-14)
            for bin in 0..<tables.from2000 { lowPeak = max(lowPeak, powers[bin * lanes]) }
            for bin in min(tables.from2000, tables.through5000)..<tables.through5000 {
                highPeak = max(highPeak, powers[bin * lanes])
            }
            values[2] = 10 * log10(lowPeak / highPeak)
            let needed = min(tables.slopes.reduce(0) { max($0, $1.end) }, levels.count)
            for bin in 0..<needed { levels[bin] = 10 * log10(max(powers[bin * lanes], 1e-14)) }
            values[3] = tables.slopes[0](levels)
            values[4] = tables.slopes[1](levels)
            values[5] = flux(powers, isFirst: isFirst)
        }

        /// The root mean square of the change of magnitudes below 5000 Hz.
        private mutating func flux(_ powers: UnsafePointer<Double>, isFirst: Bool) -> Double {
            previous.withUnsafeMutableBufferPointer { previous in
                var sum = 0.0
                for bin in 0..<previous.count {
                    let magnitude = powers[bin * PowerSpectra.lanes].squareRoot()
                    let change = magnitude - previous[bin]
                    sum += change * change
                    previous[bin] = magnitude
                }
                return isFirst ? 0 : (sum / Double(previous.count)).squareRoot()
            }
        }
    }
}
