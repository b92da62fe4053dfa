import Autograd
import Layers
import Metrics
import SpeechEmotion

/// Finds the speech in recordings: by energy, or with a model that classifies frames.
public struct SpeechDetector: Sendable {
    private let energy: EnergyActivity
    private let model: (predictor: StepPredictor, label: Int)?
    private let decision: SegmentDecision

    /// Creates a detector by energy.
    public init(_ energy: EnergyActivity = EnergyActivity()) {
        (self.energy, model, decision) = (energy, nil, energy.decision)
    }

    /// The decision for the probabilities of a model.
    public static let usual = SegmentDecision(open: 0.5, close: 0.35)

    /// Loads a model with the class `speech`, from a model file or a run folder. Throws an `InputError` for another model.
    public init(model path: String, _ decision: SegmentDecision = SpeechDetector.usual) throws {
        guard let predictor = try StepPredictor(path), predictor.frameLabels != nil,
            let label = predictor.outputs.firstIndex(of: Self.speech)
        else {
            // Throws for a missing or damaged file.
            _ = try ModelFile.card(RunFile.modelFile(path))
            throw InputError(
                "\(path) is not a frame classification model with the class \"\(Self.speech)\"; train one with \"frame_labels\": {\"merge\": \"\(Self.speech)\", \"unlabeled\": \"non-speech\"}"
            )
        }
        (energy, model, self.decision) = (EnergyActivity(), (predictor, label), decision)
    }

    /// The class of speech, and the label of its segments.
    public static let speech = "speech"

    /// Returns the segments of speech in a waveform; those found by energy have no probability (NaN).
    public func callAsFunction(_ wave: Waveform) throws -> [ClassSegment] {
        try segments(wave, decision)
    }

    /// Returns the segments with a decision for the probabilities of a model.
    func segments(_ wave: Waveform, _ decision: SegmentDecision) throws -> [ClassSegment] {
        guard let model else {
            return energy.segments(of: wave).map {
                ClassSegment(start: $0.lowerBound, end: $0.upperBound, label: 0, probability: .nan)
            }
        }
        return try model.predictor.segments(wave, of: model.label, decision)
    }
}

extension Predictor {
    /// Predicts each segment of speech in a recording. Segments that are longer than the model's input are split into equal parts, whose
    /// predictions are combined as those of windows.
    ///
    /// Throws if there is no speech, or if features are normalized over several recordings.
    public func prediction(
        ofFile path: String, segments detector: SpeechDetector, attention: Bool = false
    ) throws -> RecordingPrediction {
        guard pipeline.normalize == .none else {
            throw InputError(
                "predictions of segments are not available for a model that normalizes features by \(pipeline.normalize.rawValue)"
            )
        }
        let wave = try AudioFile.read(path, rate: pipeline.sampleRate)
        let segments = try detector(wave)
        guard !segments.isEmpty else {
            throw FileError(
                file: path, place: "speech", found: "none",
                allowed: "a recording with speech; predict it as a whole without --segments")
        }
        let limit = pipeline.extent.seconds ?? .infinity
        let windows = try segments.map { segment -> RecordingPrediction.Window in
            let length = segment.end - segment.start
            let parts = max(1, Int((length / limit - 1e-9).rounded(.up)))
            let times = (0...parts).map { segment.start + length * Double($0) / Double(parts) }
            let features = try parallelMap(parts) { part in
                Result {
                    try self.features(of: wave.part(times[part], times[part + 1])).map { try $0.finite(path) }
                }
            }.map { try $0.get() }
            let found = try predictions(for: features, attention: attention).map { try $0.checked(path) }
            let warnings = wave.part(segment.start, segment.end).warnings
            guard parts > 1 else {
                return .init(
                    start: segment.start, end: segment.end, prediction: found[0], warnings: warnings)
            }
            let whole = RecordingPrediction(
                windows: found.indices.map {
                    .init(start: times[$0], end: times[$0 + 1], prediction: found[$0])
                })
            return .init(
                start: segment.start, end: segment.end, prediction: whole.summary, warnings: warnings)
        }
        return RecordingPrediction(windows: windows)
    }
}

extension Waveform {
    /// The samples between two moments.
    fileprivate func part(_ start: Double, _ end: Double) -> Waveform {
        let places = [start, end].map { max(0, min(count, Int(($0 * Double(rate)).rounded()))) }
        return Waveform(Array(samples[places[0]..<places[1]]), rate: rate)
    }
}
