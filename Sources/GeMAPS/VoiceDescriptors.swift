import Foundation

/// The descriptors of 60 ms frames before smoothing: pitch, voice quality and harmonics. Unvoiced frames are 0.
struct VoiceDescriptors {
    /// The amplitude of formants in frames without voice.
    static let noAmplitude = -201.0

    var pitch: [Double]
    var jitter, shimmer, harmonicsToNoise, firstToSecond, firstToThirdFormant: [Double]
    /// The level of three formants against F0 in dB, [frames, 3].
    var amplitudes: [Double]
    var frames: Int { pitch.count }
}

extension VoiceDescriptors {
    struct Tables: Sendable {
        let geometry: FrameGeometry
        let spectra: PowerSpectra.Tables
        let summation: SubharmonicSummation
        let harmonics: HarmonicLevels
        let sampleRate: Double

        init(sampleRate: Int) {
            geometry = FrameGeometry(sampleRate: sampleRate, milliseconds: 60)
            spectra = PowerSpectra.Tables(
                window: FrameWindow.gaussian(geometry.length), size: geometry.transform)
            summation = SubharmonicSummation(geometry)
            harmonics = HarmonicLevels(geometry)
            self.sampleRate = Double(sampleRate)
        }
    }

    init(_ samples: UnsafeBufferPointer<Double>, _ shortTerm: ShortTermDescriptors, _ tables: Tables) {
        let count = tables.geometry.frames(of: samples.count)
        let zeros = [Double](repeating: 0, count: count)
        (jitter, shimmer, harmonicsToNoise, firstToSecond, firstToThirdFormant) = (
            zeros, zeros, zeros, zeros, zeros
        )
        amplitudes = [Double](repeating: Self.noAmplitude, count: 3 * count)
        pitch = zeros
        guard let base = samples.baseAddress, count > 0 else { return }
        let spectra = PowerSpectra(tables.spectra)
        pitch = Self.pitch(base, count, spectra, tables)

        let (lanes, hop) = (PowerSpectra.lanes, tables.geometry.hop)
        var periods = PeriodPerturbation(samples, hop: hop, sampleRate: tables.sampleRate)
        for frame in 0..<count {
            (jitter[frame], shimmer[frame]) = periods.next(frame: frame, frequency: pitch[frame])
        }
        let voiced = pitch.indices.filter { pitch[$0] > 0 }
        for first in stride(from: 0, to: voiced.count, by: lanes) {
            let block = voiced[first..<min(first + lanes, voiced.count)]
            let powers = spectra(base, starts: block.map { $0 * hop })
            for (lane, frame) in block.enumerated() {
                let frequency = pitch[frame]
                harmonicsToNoise[frame] = tables.harmonics.toNoise(
                    powers + lane, period: tables.sampleRate / frequency)
                let formants = (0..<3).map { shortTerm.formants[6 * frame + 2 * $0] }
                let levels = tables.harmonics.levels(powers + lane, frequency, formants)
                firstToSecond[frame] = levels.firstToSecond
                firstToThirdFormant[frame] = levels.firstToThirdFormant
                for i in 0..<3 { amplitudes[3 * frame + i] = levels.formants[i] }
            }
        }
    }

    /// F0 of frames whose root mean square, after the window, is at least 0.001.
    private static func pitch(
        _ base: UnsafePointer<Double>, _ count: Int, _ spectra: PowerSpectra, _ tables: Tables
    ) -> [Double] {
        let (lanes, geometry) = (PowerSpectra.lanes, tables.geometry)
        let candidates = SubharmonicSummation.candidates
        var frequencies = [Double](repeating: 0, count: count * candidates)
        var voicing = frequencies
        var audible = [Bool](repeating: false, count: count)
        var work = SubharmonicSummation.Workspace(tables.summation)
        frequencies.withUnsafeMutableBufferPointer { frequencies in
            voicing.withUnsafeMutableBufferPointer { voicing in
                guard let frequencies = frequencies.baseAddress, let voicing = voicing.baseAddress else {
                    return
                }
                for first in stride(from: 0, to: count, by: lanes) {
                    let block = first..<min(first + lanes, count)
                    let powers = spectra(base, starts: block.map { $0 * geometry.hop })
                    for frame in block {
                        let lane = powers + (frame - first)
                        audible[frame] = meanSquare(lane, geometry) >= 1e-6
                        tables.summation.find(
                            lane, stride: lanes, &work, frequencies: frequencies + frame * candidates,
                            voicing: voicing + frame * candidates)
                    }
                }
            }
        }
        let path = PitchPath.find(frequencies: frequencies, voicing: voicing)
        return zip(path, audible).map { $1 ? $0 : 0 }
    }

    /// The mean square of the windowed samples of a frame (Parseval).
    private static func meanSquare(_ powers: UnsafePointer<Double>, _ geometry: FrameGeometry) -> Double {
        var sum = 0.0
        for bin in 1..<geometry.bins - 1 { sum += powers[bin * PowerSpectra.lanes] }
        sum = 2 * sum + powers[0] + powers[(geometry.bins - 1) * PowerSpectra.lanes]
        return sum / Double(geometry.transform) / Double(geometry.length)
    }
}
