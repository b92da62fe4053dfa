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

    /// Starts the threads.
    init(workers: Int, queue limit: Int) throws(ServerError) {
        self.limit = limit
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
            monitor.locked { busy -= 1 }
        }
    }

    private func take() -> (@Sendable () -> Void)? {
        monitor.locked {
            while head == queue.count {
                if isStopped { return nil }
                idle += 1
                monitor.wait()
                idle -= 1
                isWaking = false
            }
            let next = queue[head]
            queue[head] = {}
            head += 1
            if head == queue.count || head > 1024 {
                queue.removeFirst(head)
                head = 0
            }
            busy += 1
            if head < queue.count { wake() }
            return next
        }
    }
}
