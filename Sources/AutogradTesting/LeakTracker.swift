import Autograd

/// Counts the element buffers and graph nodes that some code leaks.
///
///     let leaks = LeakTracker()
///     for batch in batches { step(batch) }
///     #expect(leaks.growth == nil)
///
/// The counts are process-wide, so nothing else may create tensors at the same time. Run such a test alone.
public struct LeakTracker: Sendable {
    /// The number of live element buffers when the tracker was created.
    public let storages: Int
    /// The number of live graph nodes at that time.
    public let nodes: Int

    /// Starts counting.
    public init() {
        storages = Memory.liveStorages
        nodes = Memory.liveNodes
    }

    /// Returns nil if there are no more buffers and nodes than at the start, else a description of the increase.
    public var growth: String? {
        let (s, n) = (Memory.liveStorages - storages, Memory.liveNodes - nodes)
        guard s > 0 || n > 0 else { return nil }
        return "\(Swift.max(s, 0)) more element buffers and \(Swift.max(n, 0)) more nodes than before "
            + "(\(storages) and \(nodes))"
    }
}

/// Runs `body` twice, first to fill caches, and returns a description of what the second run leaked, or nil.
public func measureLeaks(_ body: () throws -> Void) rethrows -> String? {
    try body()
    let tracker = LeakTracker()
    try body()
    return tracker.growth
}
