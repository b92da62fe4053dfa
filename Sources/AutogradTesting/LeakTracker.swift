import Autograd

/// Counts the blocks of memory and nodes of the graph that a piece of work leaves behind.
///
///     let leaks = LeakTracker()
///     for batch in batches { step(batch) }
///     #expect(leaks.growth == nil)
///
/// The counts are those of the whole process: nothing else may make tensors meanwhile (run such a test alone).
public struct LeakTracker: Sendable {
    /// The blocks of elements alive when the tracker was made.
    public let storages: Int
    /// The nodes of the graph alive then.
    public let nodes: Int

    /// Starts counting.
    public init() {
        storages = Memory.liveStorages
        nodes = Memory.liveNodes
    }

    /// nil where there are no more storages and nodes than at the start, otherwise how many more.
    public var growth: String? {
        let (s, n) = (Memory.liveStorages - storages, Memory.liveNodes - nodes)
        guard s > 0 || n > 0 else { return nil }
        return "\(Swift.max(s, 0)) more storages and \(Swift.max(n, 0)) more nodes than before "
            + "(\(storages) and \(nodes))"
    }
}

/// Runs `body` twice, the first time to let caches fill, and says what the second time left behind; nil for nothing.
public func measureLeaks(_ body: () throws -> Void) rethrows -> String? {
    try body()
    let tracker = LeakTracker()
    try body()
    return tracker.growth
}
