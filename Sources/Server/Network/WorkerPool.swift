/// The threads that run handlers, with a bounded queue before them.
final class WorkerPool: @unchecked Sendable {
    private let monitor = Monitor()
    private let limit: Int
    private var queue: [@Sendable () -> Void] = []
    private var head = 0
    private var isStopped = false
    private var busy = 0
    private var threads = 0
    /// The number of threads that wait, and whether one of them has been woken and not run yet. No more than one is
    /// woken at a time: short handlers are done before further threads would run.
    private var idle = 0
    private var isWaking = false
    /// What a thread does after a time without work, in seconds, if there has been work since it was last done.
    private let whenIdle: (delay: Double, work: @Sendable () -> Void)?
    private var isUsed = false
    /// The end of the last work.
    private var lastUse: UInt64 = 0
    /// Whether a thread waits for that time.
    private var isWatching = false

    /// Starts the threads.
    init(
        workers: Int, queue limit: Int, whenIdle: (delay: Double, work: @Sendable () -> Void)? = nil
    ) throws(ServerError) {
        (self.limit, self.whenIdle) = (limit, whenIdle)
        for _ in 0..<workers {
            guard Threads.start({ [self] in work() }) else {
                stop()
                throw ServerError("Starting \(workers) worker threads failed.")
            }
            monitor.locked { threads += 1 }
        }
    }

    /// The numbers of handlers that run and that wait.
    var load: (busy: Int, queued: Int) { monitor.locked { (busy, queue.count - head) } }

    /// Queues work. Returns false if the queue is full.
    func submit(_ work: @escaping @Sendable () -> Void) -> Bool {
        monitor.locked {
            // Work for idle threads does not count as waiting.
            guard !isStopped, queue.count - head + busy < limit + threads else { return false }
            queue.append(work)
            wake()
            return true
        }
    }

    /// Lets the threads exit once the queue is empty.
    func stop() {
        monitor.locked {
            isStopped = true
            monitor.broadcast()
        }
    }

    private func wake() {
        guard idle > 0, !isWaking else { return }
        isWaking = true
        monitor.signal()
    }

    private func work() {
        while let next = take() {
            next()
            monitor.locked { (busy, lastUse) = (busy - 1, Clock.now) }
        }
    }

    /// Waits until there may be work. Returns what is to be done because there was none for a time.
    private func waitForWork() -> (@Sendable () -> Void)? {
        idle += 1
        defer { (idle, isWaking) = (idle - 1, false) }
        guard let whenIdle, isUsed, busy == 0, !isWatching else {
            monitor.wait()
            return nil
        }
        isWatching = true
        defer { isWatching = false }
        // The work of another thread in the meantime starts the time anew.
        guard !monitor.wait(until: Clock.after(whenIdle.delay, from: lastUse)), head == queue.count,
            busy == 0,
            Clock.now >= Clock.after(whenIdle.delay, from: lastUse), !isStopped
        else { return nil }
        isUsed = false
        return whenIdle.work
    }

    private func take() -> (@Sendable () -> Void)? {
        monitor.locked {
            while head == queue.count {
                if isStopped { return nil }
                if let work = waitForWork() {
                    busy += 1
                    return work
                }
            }
            let next = queue[head]
            queue[head] = {}
            head += 1
            if head == queue.count || head > 1024 {
                queue.removeFirst(head)
                head = 0
            }
            (busy, isUsed) = (busy + 1, true)
            if head < queue.count { wake() }
            return next
        }
    }
}
