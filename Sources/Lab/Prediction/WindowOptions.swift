import Autograd
import Reports
import SpeechEmotion

/// How to split recordings that are longer than the model's input into windows.
public struct WindowOptions: Sendable {
    /// The window length in seconds (default: the length of the model's input).
    public var window: Double?
    /// The hop between windows in seconds (default: half the window).
    public var step: Double?
    /// Whether to truncate longer recordings to the model's input instead, as in training and evaluation.
    public var truncates = false

    /// Creates options; by default, windows are as long as the model's input and overlap by half.
    public init(window: Double? = nil, step: Double? = nil, truncates: Bool = false) {
        (self.window, self.step, self.truncates) = (window, step, truncates)
    }
}

/// The windows of a recording, validated against a model.
public struct RecordingWindows: Sendable, Equatable {
    /// The seconds at the start of a recording that the model's pipeline skips.
    public let lead: Double
    /// The window length in seconds.
    public let length: Double
    /// The hop between windows in seconds.
    public let step: Double
}

extension Predictor {
    /// Returns the windows for long recordings; nil if recordings are never split.
    ///
    /// Throws an `InputError`, which begins with the name of the option, for windows longer than the model's input, for hops that
    /// skip samples, and for options without an effect.
    public func windows(_ options: WindowOptions = WindowOptions()) throws(InputError) -> RecordingWindows? {
        let limit = pipeline.extent.seconds
        if options.truncates, options.window != nil || options.step != nil {
            throw InputError(
                "truncate: cannot be combined with the window options, because only the beginning of a recording is used"
            )
        }
        guard limit != nil || options.window != nil else {
            if options.truncates || options.step != nil {
                throw InputError(
                    "\(options.truncates ? "truncate" : "step"): this model accepts recordings of any length: "
                        + (options.truncates
                            ? "there is nothing to truncate" : "also set the window length"))
            }
            return nil
        }
        return options.truncates ? nil : try windows(options, length: limit ?? 0, steps: { $0 / 2 })
    }

    /// Returns the windows of a stream: 3 seconds, or the model's input if that is shorter, with a hop of one second, or one
    /// window if that is shorter. Throws as `windows` does.
    public func streamWindows(_ options: WindowOptions) throws(InputError) -> RecordingWindows {
        try windows(options, length: min(3, pipeline.extent.seconds ?? 3), steps: { min(1, $0) })
    }

    private func windows(
        _ options: WindowOptions, length: Double, steps: (Double) -> Double
    ) throws(InputError) -> RecordingWindows {
        let extent = pipeline.extent
        let length = options.window ?? length
        guard length > 0, length <= 1e6 else {
            throw InputError(
                "window: expected more than 0 s and at most 1,000,000 s, found \(Self.seconds(length))")
        }
        if let limit = extent.seconds, length > limit + 1e-9 {
            throw InputError(
                "window: \(Self.seconds(length)) is longer than the model's input of \(Self.seconds(limit)): the rest of each window would be ignored; use at most \(Self.seconds(limit))"
            )
        }
        let step = options.step ?? steps(length)
        guard step > 0, step <= length else {
            throw InputError(
                "step: \(Self.seconds(step)) leaves gaps between windows of \(Self.seconds(length)); use at most the window length"
            )
        }
        return RecordingWindows(lead: extent.lead, length: length, step: step)
    }

    /// Formats seconds, rounded down to milliseconds, so that a printed limit is itself valid.
    static func seconds(_ value: Double) -> String {
        NumberText.trimmed(NumberText.fixed((value * 1000 + 1e-6).rounded(.down) / 1000)) + " s"
    }
}
