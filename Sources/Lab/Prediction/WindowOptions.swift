import Reports
import SpeechEmotion

/// How a recording is cut into windows that is longer than the model's input.
public struct WindowOptions: Sendable {
    /// Seconds of a window; the length of the model's input unless given.
    public var window: Double?
    /// Seconds from the start of one window to the start of the next; half a window unless given.
    public var step: Double?
    /// Whether the model is given the beginning of a longer recording alone, as in training and evaluation.
    public var truncates = false

    /// Windows as long as the model's input, half of which overlap.
    public init(window: Double? = nil, step: Double? = nil, truncates: Bool = false) {
        (self.window, self.step, self.truncates) = (window, step, truncates)
    }
}

/// Windows that a model cannot be given.
public struct WindowProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// An option of windows.
    public enum Option: String, Sendable { case window, step, truncate }

    /// The option that is wrong.
    public let option: Option
    /// What was found and what is allowed.
    public let message: String
    /// Both.
    public var description: String { "\(option.rawValue): \(message)" }

    init(_ option: Option, _ message: String) { (self.option, self.message) = (option, message) }
}

/// Windows of a recording, checked against what a model takes.
public struct RecordingWindows: Sendable, Equatable {
    /// Seconds at the start of a recording that the model's pipeline skips, before the first window.
    public let lead: Double
    /// Seconds of a window.
    public let length: Double
    /// Seconds from one window to the next.
    public let step: Double
}

extension Predictor {
    /// Returns the windows of recordings that are longer than one; nil where recordings are never cut.
    ///
    /// Throws a `WindowProblem` for windows that are longer than the model's input, for steps that leave sound out, and for options
    /// without an effect.
    public func windows(_ options: WindowOptions = WindowOptions()) throws(WindowProblem) -> RecordingWindows?
    {
        let limit = pipeline.extent.seconds
        if options.truncates, options.window != nil || options.step != nil {
            throw WindowProblem(
                .truncate, "the model is given the beginning alone; leave out the length and step of windows")
        }
        guard limit != nil || options.window != nil else {
            if options.truncates || options.step != nil {
                throw WindowProblem(
                    options.truncates ? .truncate : .step,
                    "this model takes recordings of any length at once: "
                        + (options.truncates
                            ? "there is nothing to truncate" : "give the length of a window too"))
            }
            return nil
        }
        return options.truncates ? nil : try windows(options, length: limit ?? 0, steps: { $0 / 2 })
    }

    /// Returns the windows of a stream: of 3 seconds, or of the model's input where that is shorter; a second apart, or as far as a
    /// window is long. Throws as `windows` does.
    public func streamWindows(_ options: WindowOptions) throws(WindowProblem) -> RecordingWindows {
        try windows(options, length: min(3, pipeline.extent.seconds ?? 3), steps: { min(1, $0) })
    }

    private func windows(
        _ options: WindowOptions, length: Double, steps: (Double) -> Double
    ) throws(WindowProblem) -> RecordingWindows {
        let extent = pipeline.extent
        let length = options.window ?? length
        guard length > 0, length <= 1e6 else {
            throw WindowProblem(.window, "expected more than 0 s, found \(Self.seconds(length))")
        }
        if let limit = extent.seconds, length > limit + 1e-9 {
            throw WindowProblem(
                .window,
                "\(Self.seconds(length)) is longer than the model's input, which holds \(Self.seconds(limit)) of a recording: the rest of each window would be ignored; give at most that"
            )
        }
        let step = options.step ?? steps(length)
        guard step > 0, step <= length else {
            throw WindowProblem(
                .step,
                "\(Self.seconds(step)) leaves out sound between windows of \(Self.seconds(length)); give at most the length of a window"
            )
        }
        return RecordingWindows(lead: extent.lead, length: length, step: step)
    }

    /// Seconds in words, rounded down to thousandths, so that a limit may be typed as it is printed.
    static func seconds(_ value: Double) -> String {
        NumberText.trimmed(NumberText.fixed((value * 1000 + 1e-6).rounded(.down) / 1000)) + " s"
    }
}
