import Training

/// Observes the progress of a run. All methods have empty default implementations.
public protocol RunObserver: AnyObject, Sendable {
    /// A phase starts, such as "Features of 1,200 clips".
    func begin(_ work: String)
    /// The phase advances. May be called from any thread.
    func advance(_ done: Int, of total: Int, note: String)
    /// An epoch has ended.
    func epoch(_ metrics: EpochMetrics, _ timing: EpochTiming)
    /// A warning, such as a file that was skipped.
    func note(_ text: String)
    /// Information that affects how to interpret the results, such as the number of truncated clips.
    func remark(_ text: String)
    /// Whether the run should stop after the current step; it is then saved and can be resumed.
    var shouldStop: Bool { get }
}

extension RunObserver {
    /// Does nothing.
    public func begin(_ work: String) {}
    /// Does nothing.
    public func advance(_ done: Int, of total: Int, note: String) {}
    /// Does nothing.
    public func epoch(_ metrics: EpochMetrics, _ timing: EpochTiming) {}
    /// Does nothing.
    public func note(_ text: String) {}
    /// Does nothing.
    public func remark(_ text: String) {}
    /// Returns false.
    public var shouldStop: Bool { false }
}

/// Work was stopped on request, such as by Ctrl-C; the exit status of the program is 130.
public struct RunStopped: Error, Sendable {
    /// Whether there is a checkpoint to resume from; a run that stopped before its first step starts over.
    public var isSaved: Bool

    /// Creates the error.
    public init(isSaved: Bool) { self.isSaved = isSaved }
}
