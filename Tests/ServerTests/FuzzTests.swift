import Foundation
import Server
import ServerTestSupport
import Testing

extension OverSockets {
    @Suite struct FuzzTests {
        /// A million mutated requests: no crash, no hang, no growth, and the same result however the bytes are
        /// divided.
        @Test func theParserSurvivesAMillionMutations() {
            let corpus = Corpus.valid.map { Array($0.utf8) }
            var random = Mutations(seed: 1)
            var (accepted, refused, waiting) = (0, 0, 0)
            let before = residentBytes
            let start = processorSeconds
            let count = 1_000_000
            for number in 0..<count {
                let bytes = random.mutated(corpus[number % corpus.count])
                var parser = HTTPParser()
                var (steps, heads) = (0, 0)
                do {
                    if number % 16 == 0 {
                        let at = random.next(bytes.count + 1)
                        parser.append(bytes[..<at])
                        while try parser.next() != nil { steps += 1 }
                        parser.append(bytes[at...])
                    } else {
                        parser.append(bytes)
                    }
                    while let event = try parser.next() {
                        steps += 1
                        if case .head(let head) = event {
                            heads += 1
                            // What the parser accepts keeps its promises.
                            for segment in head.path.segments {
                                if segment.isEmpty || segment == ".." || segment.contains("/")
                                    || segment.utf8.contains(0)
                                {
                                    Issue.record("the path \(head.path) of \(bytes)")
                                }
                            }
                        }
                    }
                    if parser.isIdle { accepted += 1 } else { waiting += 1 }
                } catch {
                    refused += 1
                }
                if steps > 200 { Issue.record("\(steps) steps for \(bytes)") }
                if number % 1000 == 0, number % 16 != 0 {
                    let whole = events([bytes[...]])
                    if events(bytes.indices.map { bytes[$0...$0] }) != whole {
                        Issue.record("a split changes \(bytes)")
                    }
                }
            }
            let seconds = processorSeconds - start
            print(
                "\(count) mutated requests in \(seconds) s: \(accepted) accepted, \(refused) refused, \(waiting) incomplete"
            )
            #expect(accepted > count / 50 && refused > count / 4 && waiting > count / 50)
            #expect(residentBytes - before < 64 << 20)
            #expect(seconds < 120)
        }

        @Test func theServerSurvivesTenThousandMutations() throws {
            let corpus = Corpus.valid.map { Array($0.utf8) }
            try withServer { options in
                options.headerTimeout = 5
                options.limits.body = 4096
            } routes: { router in
                router.security = nil
                for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                    router.on(method, "/*path") { request in .json("{\"bytes\": \(request.body.count)}") }
                    router.on(method, "/") { _ in .text("root") }
                }
            } _: { (server, port) throws in
                let before = residentBytes
                let (answers, valid) = (Counter(), Counter())
                let count = 10_000
                onThreads(4) { thread in
                    var random = Mutations(seed: UInt64(thread) + 7)
                    for number in 0..<count / 4 {
                        guard let client = try? Client(port) else {
                            Issue.record("the server accepts no connections after \(number)")
                            return
                        }
                        var bytes = random.mutated(corpus[random.next(corpus.count)])
                        if random.next(2) == 0 { bytes += random.mutated(corpus[random.next(corpus.count)]) }
                        let at = random.next(bytes.count + 1)
                        client.send(bytes[..<at])
                        client.send(bytes[at...])
                        switch random.next(8) {
                        case 0: client.reset()
                        case 1: client.close()
                        default:
                            client.endOutput()
                            guard let rest = try? client.rest() else { continue }
                            if rest.starts(with: "HTTP/1.1 ".utf8) { answers.add() }
                            if rest.isEmpty { valid.add() }
                        }
                    }
                }
                #expect(answers.value > count / 2)
                let answer = try Client(port).get("/")
                #expect(answer.text == "root")
                #expect(isQuiet(server))
                #expect(residentBytes - before < 64 << 20)
            }
        }
    }
}
