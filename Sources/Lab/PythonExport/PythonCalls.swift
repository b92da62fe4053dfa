import Configuration
import Foundation
import SpeechEmotion

/// The calls in Python that do what the options of a pipeline say, and the options for which there are none.
struct PythonCalls {
    /// An option that cannot be reproduced.
    struct Refusal: Equatable {
        /// Where it stands in the model card.
        let path: String
        let reason: String
    }

    private(set) var refusals: [Refusal] = []
    /// The transforms that the features share, in the order of their use.
    private var transforms: [STFT] = []

    private mutating func refuse(_ path: String, _ reason: String) -> String {
        refusals.append(Refusal(path: path, reason: reason))
        return ""
    }

    // MARK: The audio

    /// The lines that prepare audio of any sample rate.
    mutating func prepare(_ pipeline: FeaturePipeline) -> [String] {
        var lines = [
            "audio = extract(audio, rate, rate=\(pipeline.sampleRate), offset=\(pipeline.offset), duration=\(optional(pipeline.duration)))"
        ]
        var rate = pipeline.sampleRate
        for (index, edit) in pipeline.preprocessing.enumerated() {
            lines.append("audio = " + call(edit.value, "features.preprocessing[\(index)]", &rate))
        }
        return lines
    }

    private mutating func call(_ edit: any PreprocessingStep, _ path: String, _ rate: inout Int) -> String {
        switch edit {
        case let edit as Trim:
            return "trim(audio, below=\(edit.topDb), frame=\(edit.frame), hop=\(edit.hop))"
        case let edit as SilenceRemoval:
            let margin = Int(edit.margin * Double(rate))
            return
                "voiced(audio, below=\(edit.topDb), frame=\(edit.frame), hop=\(edit.hop), margin=\(margin))"
        case let edit as PeakNormalization: return "normalize_peak(audio, level=\(edit.level))"
        case let edit as LoudnessNormalization: return "normalize_rms(audio, level=\(edit.level))"
        case let edit as Gain: return "gain(audio, decibels=\(edit.decibels))"
        case is OffsetRemoval: return "remove_offset(audio)"
        case let edit as Preemphasis:
            return
                "preemphasis(audio, coefficient=\(edit.coefficient), first=\(quoted(edit.first.rawValue)))"
        case let edit as Crop:
            let count = edit.duration.map { max(1, Int($0 * Double(rate))) }
            return "crop(audio, first=\(Int(edit.offset * Double(rate))), count=\(optional(count)))"
        case let edit as FixedLength:
            let samples = edit.samples ?? Int((edit.seconds ?? 0) * Double(rate))
            return
                "length(audio, samples=\(samples), pad=\(quoted(edit.padding.rawValue)), cut=\(quoted(edit.truncating.rawValue)))"
        case let edit as Resample:
            let old = rate
            rate = edit.rate
            return "resample(audio, old=\(old), new=\(edit.rate))"
        default: return refuse(path, "the preprocessing step \"\(type(of: edit).type)\"")
        }
    }

    // MARK: The features

    /// The lines that compute the model's input from audio, and whether it has a length.
    mutating func layout(_ pipeline: FeaturePipeline) -> (lines: [String], hasLength: Bool) {
        let (rate, place) = (pipeline.finalRate, "features.layout")
        switch pipeline.layout.value {
        case let layout as FrameSequence:
            var lines = ["tables = ["]
            for (index, feature) in layout.features.enumerated() {
                lines.append("    \(call(feature.value, rate, "\(place).features[\(index)]")),")
            }
            lines.append("]")
            if layout.deltas > 0 {
                let orders = layout.deltas == 1 ? "[1]" : "[1, 2]"
                lines.append(
                    "tables += [delta(table, order, width=\(layout.deltaWidth)) for order in \(orders) for table in tables]"
                )
            }
            lines.append(
                "return sequence(tables, frames=\(layout.frames), pad=\(quoted(layout.padding.rawValue)), cut=\(quoted(layout.truncating.rawValue)))"
            )
            return (transformLines + lines, true)
        case let layout as Summary:
            var lines = ["parts = ["]
            for (index, entry) in layout.entries.enumerated() {
                let feature = call(entry.feature.value, rate, "\(place).entries[\(index)].feature")
                let statistics = entry.statistics.map { quoted($0.word) }.joined(separator: ", ")
                lines.append("    summary(\(feature), \(statistics)),")
            }
            lines += ["]", "return np.concatenate(parts), None"]
            return (transformLines + lines, false)
        case let layout:
            _ = refuse("\(place).type", "the layout \"\(type(of: layout).type)\"")
            return ([], false)
        }
    }

    /// Powers below this are the rounding of samples.
    private static let leastFloor = 1e-10
    /// The largest difference of levels that rounding leaves alone, in decibels.
    private static let mostRange = 100.0
    private static let belowRounding = "decibels of powers below 1e-10, which depend on rounding"

    private mutating func check(_ decibels: Decibels, _ path: String) {
        guard decibels.amin < Self.leastFloor, decibels.topDb ?? .infinity > Self.mostRange else { return }
        _ = refuse("\(path).amin", Self.belowRounding)
    }

    private mutating func call(_ feature: any FrameFeature, _ rate: Int, _ path: String) -> String {
        switch feature {
        case let feature as MFCC:
            check(feature.decibels, path)
            let cepstrum = feature.cepstrum
            let levels = levels(power(feature.stft), feature.stft, feature.bands, feature.decibels, rate)
            let matrix =
                "dct\(cepstrum.transform.rawValue)(\(cepstrum.count), \(feature.bands.count), orthonormal=\(bool(cepstrum.isOrthonormal)))"
            return "cepstrum(\(levels),\(newLine)\(matrix), lifter=\(cepstrum.lifter))"
        case let feature as Mel:
            switch feature.unit {
            case .power: return bands(power(feature.stft), feature.stft, feature.bands, rate)
            case .magnitude: return bands(magnitude(feature.stft), feature.stft, feature.bands, rate)
            case .decibels:
                check(feature.decibels, path)
                return levels(power(feature.stft), feature.stft, feature.bands, feature.decibels, rate)
            }
        case let feature as SpectrogramFeature:
            switch feature.unit {
            case .power: return power(feature.stft)
            case .magnitude: return magnitude(feature.stft)
            case .decibels:
                check(feature.decibels, path)
                return decibels(power(feature.stft), feature.decibels)
            }
        case let feature as Centroid:
            return "centroid(\(magnitude(feature.stft)), \(width(feature.stft, rate)))"
        case let feature as Bandwidth:
            return "bandwidth(\(magnitude(feature.stft)), \(width(feature.stft, rate)))"
        case let feature as Rolloff:
            return
                "rolloff(\(magnitude(feature.stft)), \(width(feature.stft, rate)), share=\(feature.rollPercent))"
        case let feature as Flatness:
            guard feature.floor >= Self.leastFloor else { return refuse("\(path).amin", Self.belowRounding) }
            return "flatness(\(power(feature.stft)), floor=\(feature.floor))"
        case let feature as Contrast:
            let bands = feature.bands
            guard bands.isLinear else {
                return refuse(
                    "\(path).linear",
                    "the feature \"contrast\" in decibels, which depends on rounding where a band is silent")
            }
            return
                "contrast(\(magnitude(feature.stft)), \(width(feature.stft, rate)), octaves=\(bands.octaves), fmin=\(bands.low), quantile=\(bands.quantile))"
        case let feature as RMS: return "rms(\(frames(feature.frames)))"
        case let feature as ZeroCrossings: return "zcr(\(frames(feature.frames)))"
        case is WaveformSamples: return "audio[:, None]"
        case let feature as Delta:
            let inner = call(feature.of.value, rate, path + ".of")
            return "delta(\(inner), order=\(feature.order), width=\(feature.window))"
        default: return refuse(path, "the feature \"\(type(of: feature).type)\"")
        }
    }

    private func frames(_ frames: Frames) -> String {
        "audio, frame=\(frames.length), hop=\(frames.hop), centered=\(bool(frames.isCentered))"
    }

    private func width(_ stft: STFT, _ rate: Int) -> String { "bin_width=1 / (\(stft.fft) * (1 / \(rate)))" }

    private mutating func power(_ stft: STFT) -> String { "power(audio, **\(name(of: stft)))" }

    private mutating func magnitude(_ stft: STFT) -> String { "magnitude(audio, **\(name(of: stft)))" }

    private func bands(_ table: String, _ stft: STFT, _ bands: MelBands, _ rate: Int) -> String {
        "mel_bands(\(table), rate=\(rate), fft=\(stft.fft), mels=\(bands.count),\(newLine)fmin=\(bands.low), fmax=\(optional(bands.high)), scale=\(quoted(bands.scale.rawValue)), norm=\(quoted(bands.norm.rawValue)))"
    }

    private func levels(
        _ table: String, _ stft: STFT, _ bands: MelBands, _ decibels: Decibels, _ rate: Int
    ) -> String { self.decibels(self.bands(table, stft, bands, rate), decibels) }

    private func decibels(_ table: String, _ decibels: Decibels) -> String {
        let reference =
            switch decibels.reference {
            case .value(let value): "\(value)"
            case .largest: quoted("max")
            }
        return
            "decibels(\(table),\(newLine)reference=\(reference), floor=\(decibels.amin), top_db=\(optional(decibels.topDb)))"
    }

    private mutating func name(of stft: STFT) -> String {
        let index = transforms.firstIndex(of: stft) ?? transforms.count
        if index == transforms.count { transforms.append(stft) }
        return Self.name(index)
    }

    private static func name(_ index: Int) -> String { index == 0 ? "stft" : "stft_\(index + 1)" }

    private var transformLines: [String] {
        transforms.enumerated().map { index, stft in
            let shape =
                switch stft.window {
                case .kaiser: ", beta=\(stft.windowShape ?? Window.kaiserBeta)"
                case .gaussian: ", deviation=\(stft.windowShape ?? Window.gaussianDeviation)"
                case .hann, .hamming, .blackman, .rectangular, .bartlett: ""
                }
            let window =
                "\(stft.window.rawValue)(\(stft.windowLength ?? stft.fft), periodic=\(bool(stft.isPeriodic))\(shape))"
            return
                "\(Self.name(index)) = dict(fft=\(stft.fft), hop=\(stft.hop), window=\(window), centered=\(bool(stft.isCentered)), padding=\(quoted(stft.padding.rawValue)))"
        }
    }

    // MARK: Test-time augmentation

    /// An expression for each augmented copy of the audio.
    mutating func copies(_ tta: TestTimeAugmentation, rate: Int) -> [String] {
        tta.copies.enumerated().map { number, changes in
            var expression = "audio"
            for (index, change) in changes.enumerated() {
                expression = call(change.value, expression, rate, "tta[\(number)][\(index)]")
            }
            return expression
        }
    }

    private mutating func call(
        _ change: any WaveAugmentation, _ audio: String, _ rate: Int, _ path: String
    ) -> String {
        guard change.probability == 1 else {
            return refuse("\(path).probability", "a probability below 1")
        }
        switch change {
        case let change as PitchShift:
            return single(change.semitones, "\(path).semitones") { "pitch(\(audio), semitones=\($0))" }
        case let change as SpeedChange:
            return single(change.factor, "\(path).factor") { "speed(\(audio), factor=\($0))" }
        case let change as TimeStretch:
            return single(change.rate, "\(path).rate") { "stretch(\(audio), rate=\($0))" }
        case let change as RandomGain:
            return single(change.decibels, "\(path).decibels") { "gain(\(audio), decibels=\($0))" }
        case is PolarityInversion: return "-\(audio)"
        case let change as TimeShift:
            return single(change.seconds, "\(path).seconds") {
                let samples = Int(($0 * Double(rate)).rounded())
                return "shift(\(audio), samples=\(samples), fill=\(quoted(change.fill.rawValue)))"
            }
        default: return refuse(path, "the augmentation \"\(type(of: change).type)\"")
        }
    }

    private mutating func single(_ value: OneOrTwo<Double>, _ path: String, _ call: (Double) -> String)
        -> String
    {
        guard value.first == value.second else { return refuse(path, "a random parameter") }
        return call(value.first)
    }
}

/// The break of a call that continues on the next line.
private let newLine = "\n            "

private func bool(_ value: Bool) -> String { value ? "True" : "False" }
private func optional(_ value: (some CustomStringConvertible)?) -> String { value.map { "\($0)" } ?? "None" }
private func quoted(_ text: String) -> String { "\"\(text)\"" }
