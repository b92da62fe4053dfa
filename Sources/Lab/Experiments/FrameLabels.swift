import Autograd
import Configuration
import SpeechEmotion

/// Frame classification: the classes of the frames of a clip come from labeled segments.
public struct FrameLabels: Options, Equatable {
    public var segments: String?
    public var voiceActivity: EnergyActivity?
    public var merge: String?
    public var unlabeled: String?

    public static let summary =
        "Frame classification: the model has an output for every step, and labeled segments define the class of each frame."
    public static let fields: [Field<Self>] = [
        .init(
            "segments", \.segments,
            "CSV file with the columns clip, start, end and label: the id of a clip, times in seconds from its start, and a class. `null` uses the segments that the built-in synthetic corpora provide.",
            .check("that is not empty") { $0 != "" }),
        .init(
            "voice_activity", \.voiceActivity,
            "Detects the segments by energy instead of reading them from a file, in each of the `augmentation.copies` and before `augmentation.waveform`. Requires clean recordings, `merge` and `unlabeled`."
        ),
        .init(
            "merge", \.merge,
            "Class of all segments, regardless of their label, such as `speech`; `null` keeps the labels.",
            .check("that is not empty") { $0 != "" }),
        .init(
            "unlabeled", \.unlabeled,
            "Class of frames outside all segments, such as `non-speech`; `null` ignores these frames in training and evaluation.",
            .check("that is not empty") { $0 != "" }),
    ]

    public init() {}

    public var validationIssues: [ValidationIssue] {
        var found: [ValidationIssue] = []
        if merge != nil, unlabeled == nil || unlabeled == merge {
            found.append(
                ValidationIssue("merge", "leaves a single class; name another one with \"unlabeled\""))
        }
        if voiceActivity != nil, segments != nil {
            found.append(ValidationIssue("voice_activity", "conflicts with \"segments\"; remove one of them"))
        }
        if voiceActivity != nil, merge == nil {
            found.append(
                ValidationIssue(
                    "voice_activity",
                    "requires the names of its classes, such as \"merge\": \"speech\", \"unlabeled\": \"non-speech\""
                ))
        }
        return found
    }

    /// Returns the labeled segments by clip id, with the classes of frames; empty with `voiceActivity`, which detects them in the
    /// recordings. Throws if the file is damaged, or if no clip has a segment.
    func labeledSegments(of clips: [Clip]) throws -> [String: [LabeledSegment]] {
        guard voiceActivity == nil else { return [:] }
        let table = try segments.map { try SegmentTable(contentsOf: $0).segments }
        var found: [String: [LabeledSegment]] = [:]
        for clip in clips {
            let own: [LabeledSegment]
            if let table {
                own = table[clip.origin ?? clip.id] ?? []
            } else if case .synthetic(let synthetic) = clip.source {
                own = synthetic.segments
            } else {
                throw InputError(
                    "frame_labels", found: "\(clip.id), a recording, and no \"segments\"",
                    allowed: "a CSV file with the segments of the clips, or \"voice_activity\"")
            }
            guard !own.isEmpty else { continue }
            found[clip.id] = own.map { segment in
                var segment = segment
                segment.label = merge ?? segment.label
                return segment
            }
        }
        guard !found.isEmpty else {
            throw InputError(
                segments ?? "frame_labels",
                found: "no segment of the clips, such as "
                    + (table.flatMap { $0.keys.sortedByBytes().first }.map { "one of \"\($0)\"" } ?? "any"),
                allowed: "the ids of clips, such as \"\(clips.first?.id ?? "")\"")
        }
        return found
    }

    /// Returns the classes of frames: that of unlabeled frames, then those of segments in alphabetical order.
    func classes(_ segments: [String: [LabeledSegment]]) -> [String] {
        let labels = Set(segments.values.joined().map(\.label) + [merge].compactMap { $0 })
            .subtracting([unlabeled].compactMap { $0 })
        return [unlabeled].compactMap { $0 } + labels.sortedByBytes()
    }

    /// The classes if they do not depend on the segments.
    var knownClasses: [String]? { merge.flatMap { merge in unlabeled.map { [$0, merge] } } }
}

extension Experiment {
    /// What contradicts frame classification, with the location.
    var frameComplaints: [ValidationIssue] {
        guard frameLabels != nil else { return [] }
        var found: [ValidationIssue] = []
        func report(_ path: [JSONPath.Step], _ message: String) {
            found.append(ValidationIssue(at: path, message))
        }
        let here = "with frame_labels"
        if !targets.isEmpty { report([.key("targets")], "cannot be combined \(here); remove one of them") }
        if model.spec.hasEstimator {
            report([.key("frame_labels")], "applies to neural networks only; remove it")
        }
        if !loss.value.scoresClasses {
            report([.key("loss")], "does not classify frames; use cross_entropy or focal")
        }
        let layout = features.layout.value as? FrameSequence
        if layout == nil {
            report([.key("features"), .key("layout")], "expected a sequence of frames \(here)")
        }
        if layout.map({ $0.padding != .end || $0.truncating != .end }) == true {
            report(
                [.key("features"), .key("layout")],
                "pads or truncates at the front, which moves frames against their labels; use \"end\"")
        }
        for (index, edit) in features.preprocessing.enumerated() where !edit.value.keepsTimes {
            report(
                [.key("features"), .key("preprocessing"), .index(index)],
                "changes the times of frames, so labels no longer match; remove it")
        }
        for (index, change) in augmentation.waveform.enumerated() where !change.value.keepsTimes {
            report(
                [.key("augmentation"), .key("waveform"), .index(index)],
                "changes the times of frames, so labels no longer match; remove it")
        }
        for (copy, changes) in augmentation.copies.enumerated() {
            for (index, change) in changes.enumerated() {
                let path: [JSONPath.Step] = [
                    .key("augmentation"), .key("copies"), .index(copy), .index(index),
                ]
                if frameLabels?.voiceActivity == nil {
                    if !change.value.keepsTimes {
                        report(path, "changes the times of frames, so labels no longer match; remove it")
                    }
                } else if !change.value.keepsSilence {
                    report(
                        path,
                        "adds sound to pauses, which would be labeled as speech; move it to \"waveform\""
                    )
                }
            }
        }
        return found
    }
}

extension PreprocessingStep {
    /// Whether every moment of the waveform stays where it is.
    fileprivate var keepsTimes: Bool {
        self is PeakNormalization || self is LoudnessNormalization || self is Gain || self is OffsetRemoval
            || self is Preemphasis || self is Resample
    }
}

extension WaveAugmentation {
    /// Whether every moment of the waveform stays where it is.
    fileprivate var keepsTimes: Bool {
        !(self is TimeStretch || self is SpeedChange || self is TimeShift)
    }

    /// Whether silence stays silence.
    fileprivate var keepsSilence: Bool {
        !keepsTimes || self is PitchShift || self is RandomGain || self is PolarityInversion
            || self is BandFilter
    }
}
