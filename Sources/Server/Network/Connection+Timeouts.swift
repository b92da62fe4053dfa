import Synchronization

/// The time-outs of a connection. All of it runs on the thread of the loop.
extension Connection {
    private enum Timeout {
        case close
        case keepalive(Keepalive)
        case request(Problem)
        /// A handler runs, which has no time limit.
        case none
    }

    /// How long connections stay open for a request that is on its way while the server stops.
    private static let quietPeriod = 0.25

    private func timeout() -> (time: UInt64, Timeout) {
        let options = core.options
        if let end = input.lingerEnd { return (end, .close) }
        return withShared { shared in
            if !shared.outbox.isEmpty {
                return (Clock.after(options.writeTimeout, from: shared.progress), .close)
            }
            if let end = shared.closeDeadline { return (end, .close) }
            if let keepalive = shared.keepalive {
                return (Clock.after(keepalive.interval, from: shared.progress), .keepalive(keepalive))
            }
            if shared.exchange != nil {
                // The end of the handler does not wake the loop; what then becomes due is found at the next look.
                let next = min(options.idleTimeout, options.headerTimeout)
                return (Clock.after(next, from: loop.now), .none)
            }
            if let start = input.bodyStart {
                let time = options.bodyTimeout + Double(input.parser.bodyBytes) / options.bodyRate
                return (
                    Clock.after(time, from: start),
                    .request(Problem(408, "The body did not arrive in time."))
                )
            }
            if let start = input.requestStart {
                return (
                    Clock.after(options.headerTimeout, from: start),
                    .request(
                        Problem(408, "The header did not arrive within \(options.headerTimeout) seconds."))
                )
            }
            let idle = Clock.after(options.idleTimeout, from: shared.idleSince)
            guard let start = loop.drainStart else { return (idle, .close) }
            return (min(idle, Clock.after(Self.quietPeriod, from: max(start, shared.idleSince))), .close)
        }
    }

    /// Enters the next time-out in the timer heap.
    func schedule() { loop.schedule(self, at: timeout().time) }

    /// Does what is due.
    func expire() {
        let (time, timeout) = timeout()
        if time > loop.now { return loop.schedule(self, at: time) }
        switch timeout {
        case .close: loop.close(self)
        case .none: schedule()
        case .request(let problem):
            fail(problem)
            service()
        case .keepalive(let keepalive):
            // A WebSocket client answers pings.
            if withShared({ $0.webSocket }) != nil,
                Clock.after(keepalive.interval * 2.5, from: input.lastReceived) < loop.now
            {
                return loop.close(self)
            }
            withShared { shared in
                if shared.outbox.isEmpty { shared.progress = loop.now }
                if !shared.outputEnded { shared.outbox.append(keepalive.bytes) }
            }
            service()
        }
    }

    /// The server stops: ends what has no end of its own.
    func startDraining() {
        let (isEndless, webSocket) = withShared { ($0.keepalive != nil, $0.webSocket) }
        if let webSocket {
            webSocket.goAway()
        } else if isEndless {
            cancel()
        }
        service()
    }
}
