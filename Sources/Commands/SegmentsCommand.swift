import Foundation
import Lab
import SpeechEmotion

extension Command {
    private static let model = Option.path(
        "model", "bundled|RUN|FILE",
        help:
            "The bundled model, which detects speech in noise, or the run folder or model file of a frame classification model with the class \"speech\" (default: energy-based detection with an adaptive noise floor)."
    )
    private static let format = Option.choice(
        "format", ["table", "json", "csv"],
        help: "Output format: a table, one line of JSON per file, or CSV (default: table).")
    private static let threshold = Option.number(
        "threshold", "PROBABILITY", in: 0.01...0.99,
        help:
            "Speech probability at which a segment begins; it ends below 0.7 times this value (default: 0.5)."
    )
    private static let minSpeech = Option.number(
        "min-speech", "SECONDS", in: 0...60, help: "Drop shorter segments (default: 0.1).")
    private static let minSilence = Option.number(
        "min-silence", "SECONDS", in: 0...60, help: "Fill shorter gaps between segments (default: 0.2).")
    private static let margin = Option.number(
        "margin", "SECONDS", in: 0...60, help: "Extend segments on both sides (default: 0.05).")

    /// Finds the speech in recordings.
    static let segments: Command = Command(
        name: "segments",
        summary: "Find the speech in recordings (voice activity detection).",
        argument: Argument(
            placeholder: "FILES|FOLDER", help: "Audio files, or folders (searched recursively).",
            isRepeated: true, completion: .files),
        options: [
            model, format, threshold, minSpeech, minSilence, margin, Common.threads,
        ],
        examples: [
            ("Train segments interview.wav", "Print the start and end of each speech segment."),
            (
                "Train segments recordings --format csv > segments.csv",
                "Write the segments of all files in a folder."
            ),
            (
                "Train segments interview.wav --model bundled",
                "Detect speech in noise with the bundled model."
            ),
            (
                "Train segments interview.wav --model runs/voice-activity --min-silence 0.5",
                "Find speech with a trained model, and ignore pauses shorter than half a second."
            ),
        ],
        run: { arguments in
            guard !arguments.all.isEmpty else {
                throw UsageError("missing argument: audio files or a folder")
            }
            Interrupt.watch()
            arguments.applyThreads()
            let detector = try detector(arguments)
            var files = try InputFiles(arguments.all)
            let writer = SegmentWriter(format: arguments[format] ?? "table", width: files.width)
            writer.begin()
            try files.each { path in
                let found = try detector(AudioFile.read(path))
                writer.write(path, found.map { ($0, SpeechDetector.speech) })
            }
        })

    private static func detector(_ arguments: Arguments) throws -> SpeechDetector {
        var durations = SegmentDurations()
        durations.minSpeech = arguments[minSpeech] ?? durations.minSpeech
        durations.minSilence = arguments[minSilence] ?? durations.minSilence
        durations.margin = arguments[margin] ?? durations.margin
        guard let path = arguments[model] else {
            if arguments[threshold] != nil { throw UsageError("--threshold requires --model") }
            var energy = EnergyActivity()
            energy.durations = durations
            return SpeechDetector(energy)
        }
        var decision = SpeechDetector.usual
        if let open = arguments[threshold] { (decision.open, decision.close) = (open, 0.7 * open) }
        decision.durations = durations
        return try SpeechDetector(model: BundledModel.voiceActivityPath(path), decision)
    }
}
