import Training

/// Told how a run goes on. Everything has a default that does nothing.
public protocol RunObserver: AnyObject, Sendable {
    /// A stretch of work begins, such as "features of 1,200 clips".
    func begin(_ work: String)
    /// So much of it is done. May be called by any thread.
    func advance(_ done: Int, of total: Int, note: String)
    /// An epoch is over.
    func epoch(_ metrics: EpochMetrics, _ timing: EpochTiming)
    /// Something worth knowing, such as a file that was left out.
    func note(_ text: String)
    /// Something about the data that bears on what the results mean, such as how many clips are truncated.
    func remark(_ text: String)
    /// Whether the run is to end at the next step; it is then saved and can be gone on with.
    var isAskedToStop: Bool { get }
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
    /// Never.
    public var isAskedToStop: Bool { false }
}

/// A run was asked to stop and has been saved.
public struct RunStopped: Error, Sendable {
    /// Whether there is a state to go on from; a run that stops before its first step begins anew.
    public var isSaved: Bool
}
