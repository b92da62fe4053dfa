import Foundation
import Synchronization

/// What the event loop does with a connection. All of it runs on the thread of the loop.
extension Connection {
    /// How many bytes of next requests are read while a request is being answered.
    private static let pipelineBytes = 1 << 16

    /// Handles the events of epoll.
    func handle(_ events: UInt32) {
        if events & (Epoll.error | Epoll.hangup) != 0 { return loop.close(self) }
        if events & Epoll.input != 0 {
            guard receive() else { return loop.close(self) }
        } else if events & Epoll.inputEnded != 0 {
            end()
        }
        service()
    }

    /// Reads what has arrived. Returns false if the connection is broken.
    private func receive() -> Bool {
        let webSocket = withShared { $0.webSocket }
        for _ in 0..<4 {
            let count = recv(socket, loop.scratch.baseAddress, loop.scratch.count, 0)
            if count == 0 {
                end()
                break
            }
            guard count > 0 else {
                if errno == EINTR { continue }
                return errno == EAGAIN
            }
            input.lastReceived = loop.now
            let bytes = loop.scratch[..<count]
            if input.lingerEnd != nil {
                // The client still sends what nobody reads.
            } else if let webSocket {
                webSocket.receive(bytes)
            } else {
                input.parser.append(bytes)
            }
            if count < loop.scratch.count { break }
        }
        return true
    }

    /// The client sends no more.
    private func end() {
        input.hasEnded = true
        cancel()
        withShared { $0.webSocket }?.end()
    }

    /// Sends, parses and closes, as far as it goes without waiting.
    func service() {
        while true {
            switch flush() {
            case .closed: return
            case .close: return loop.close(self)
            case .linger:
                if input.hasEnded { return loop.close(self) }
                shutdown(socket, Int32(SHUT_WR))
                input.lingerEnd = Clock.after(1, from: loop.now)
            case .ready:
                if parse() { continue }
                // The client has gone before the end of its request.
                if input.hasEnded { return loop.close(self) }
            case .busy:
                // What the client has sent before it knew that the WebSocket is accepted.
                if input.parser.unparsedBytes > 0, let webSocket = withShared({ $0.webSocket }) {
                    webSocket.receive(input.parser.takeUnparsed())
                }
            }
            break
        }
        updateInterest()
        schedule()
    }

    private enum Readiness {
        /// A request may be parsed.
        case ready
        /// A request is being answered.
        case busy
        case linger
        case close
        /// Its socket may belong to another connection already.
        case closed
    }

    private func flush() -> Readiness {
        withShared { shared in
            guard shared.isOpen else { return .closed }
            shared.isPosted = false
            let (result, progress) = shared.outbox.send(to: socket, files: true)
            if progress {
                shared.progress = loop.now
                if shared.outbox.bytes <= core.options.writeBuffer / 2 { wakeWriters() }
            }
            if result == .failed || shared.isBroken { return .close }
            if input.lingerEnd != nil { return input.hasEnded ? .close : .busy }
            shared.hasInput = input.hasEnded || input.parser.unparsedBytes > 0
            if shared.exchange != nil || !shared.outbox.isEmpty { return .busy }
            return shared.closesAfter ? .linger : .ready
        }
    }

    /// Parses the next request. Returns whether it made progress.
    private func parse() -> Bool {
        let options = core.options
        do {
            guard let event = try input.parser.next() else {
                try countBody()
                if let head = input.current?.head, head.expectsContinue, !input.hasSentContinue,
                    input.parser.bufferedBytes == 0
                {
                    input.hasSentContinue = true
                    withShared { $0.outbox.append(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
                    return true
                }
                if !input.parser.isIdle, input.requestStart == nil { input.requestStart = loop.now }
                return false
            }
            switch event {
            case .head(let head):
                (input.bodyStart, input.hasSentContinue) = (loop.now, false)
                core.requests.add(1, ordering: .relaxed)
                let admission: Admission
                do {
                    admission = try core.application.admit(head)
                } catch {
                    admission = .reply(core.application.problem(for: error).response)
                }
                input.current = (head, admission)
                switch admission {
                case .handle(let limit, _, _): input.parser.bodyLimit = limit ?? options.limits.body
                case .reply(let response):
                    // Nobody reads the body, so that the connection cannot be used again.
                    if head.framing != .none, head.framing != .length(0) { reply(response, keepAlive: false) }
                }
            case .end(let body):
                guard let (head, admission) = input.current else { return false }
                switch admission {
                case .reply(let response): reply(response, keepAlive: head.keepsAlive)
                case .handle(_, let takesLong, let handler): dispatch(head, body, takesLong, handler)
                }
            }
        } catch {
            fail(Problem(describing: error))
        }
        return true
    }

    private func dispatch(
        _ head: RequestHead, _ body: [UInt8], _ takesLong: Bool,
        _ handler: @escaping @Sendable (Request) throws -> Response
    ) {
        let trailers = input.parser.trailers
        let exchange = begin(head, keepAlive: head.keepsAlive, bodyBytes: body.count)
        let request = Request(
            head: head, body: body, trailers: trailers, client: client, cancellation: exchange.cancellation)
        if input.hasEnded { exchange.cancellation.cancel() }
        if !core.workers(takingLong: takesLong).submit({ exchange.run(handler, request) }) {
            exchange.send(
                Problem(
                    429, "The server has \(core.options.queue) waiting requests, which is the limit.",
                    headers: ["Retry-After": "1"]
                ).response)
        }
    }

    private func reply(_ response: Response, keepAlive: Bool) {
        guard let head = input.current?.head else { return }
        begin(head, keepAlive: keepAlive, bodyBytes: 0).send(response)
    }

    private func begin(_ head: RequestHead, keepAlive: Bool, bodyBytes: Int) -> Exchange {
        // The exchange takes over what is counted.
        core.bodyBytes.add(bodyBytes - input.countedBytes, ordering: .relaxed)
        (input.countedBytes, input.current, input.requestStart, input.bodyStart) = (0, nil, nil, nil)
        let exchange = Exchange(head, on: self, bodyBytes: bodyBytes, keepsAlive: keepAlive)
        withShared { shared in
            shared.exchange = exchange
            shared.hasInput = input.hasEnded || input.parser.unparsedBytes > 0
        }
        return exchange
    }

    private func countBody() throws(Problem) {
        let difference = input.parser.bodyBytes - input.countedBytes
        guard difference != 0 else { return }
        input.countedBytes += difference
        guard core.bodyBytes.add(difference, ordering: .relaxed).newValue <= core.options.bodyMemory else {
            throw Problem(
                429, "The bodies of all requests exceed \(shown(bytes: core.options.bodyMemory)).",
                headers: ["Retry-After": "1"])
        }
    }

    /// Answers a request that cannot be continued, and closes the connection.
    func fail(_ problem: Problem) {
        let head = input.current?.head ?? .unknown
        begin(head, keepAlive: false, bodyBytes: 0).send(problem.response)
    }

    private func updateInterest() {
        let (hasOutput, exchange, webSocket) = withShared { (!$0.outbox.isEmpty, $0.exchange, $0.webSocket) }
        var events: UInt32 = hasOutput ? Epoll.output : 0
        if !input.hasEnded {
            events |= Epoll.inputEnded
            let reads =
                if input.lingerEnd != nil {
                    true
                } else if let webSocket {
                    !webSocket.isFull
                } else {
                    // Next requests wait while one is being answered.
                    (exchange == nil && !hasOutput) || input.parser.unparsedBytes < Self.pipelineBytes
                }
            if reads { events |= Epoll.input }
        }
        loop.setInterest(events, of: self)
    }

    /// Closes what is shared, for the loop.
    func closeShared() {
        core.bodyBytes.subtract(input.countedBytes, ordering: .relaxed)
        input.countedBytes = 0
        let webSocket = withShared { $0.webSocket }
        withShared { $0.isOpen = false }
        cancel()
        webSocket?.end()
        withShared { shared in
            (shared.exchange, shared.webSocket) = (nil, nil)
            shared.outbox.removeAll()
        }
        input.parser = HTTPParser()
    }
}

extension RequestHead {
    /// Stands for the head of a request that is malformed.
    static let unknown = RequestHead()

    private init() {
        (method, target, minorVersion, headers, framing) = ("", "", 1, [:], .none)
        (path, query, expectsContinue, keepsAlive) = (.root, Query(), false, false)
    }
}
