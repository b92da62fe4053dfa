import Configuration
import Foundation
import Lab
import ServerTestSupport
import SpeechEmotion
import Testing

extension ServeTests {
    /// The pages, the description of the API, and the live stream.
    @Suite struct PageTests {
        private static let web = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
                "Sources/WebPages/Web"
            ).path

        @Test func everyFileIsServedAsItIs() throws {
            try Fixture.withServer { port in
                let client = try Client(port)
                for name in try FileManager.default.contentsOfDirectory(atPath: Self.web) {
                    let path =
                        name == "index.html" ? "/" : name == "openapi.json" ? "/api/openapi.json" : "/" + name
                    let answer = try client.get(path)
                    #expect(answer.status == 200, "\(path)")
                    #expect(
                        answer.body
                            == [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.web + "/" + name))))
                    #expect(answer["Content-Security-Policy"]?.hasPrefix("default-src 'self';") == true)
                }
            }
        }

        /// No page loads anything from elsewhere, or has scripts and styles within.
        @Test func thePagesStandAlone() throws {
            for name in try FileManager.default.contentsOfDirectory(atPath: Self.web) {
                let text = try String(contentsOfFile: Self.web + "/" + name, encoding: .utf8)
                let addresses = text.matches(of: /https?:\/\/[\w.]*\w/).map { String($0.0) }
                let allowed = ["http://www.w3.org", "http://127.0.0.1", "http://localhost"]
                #expect(addresses.allSatisfy { allowed.contains($0) }, "\(name): \(addresses)")
                for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval("] {
                    #expect(!text.contains(word), "\(name) contains \(word)")
                }
            }
        }

        @Test func theDescriptionListsWhatThereIs() throws {
            try Fixture.withServer { port in
                let client = try Client(port, timeout: 30)
                let paths = try client.get("/api/openapi.json").json()["paths"]?.members ?? []
                #expect(paths.count > 10)
                for path in paths {
                    for method in path.value.members ?? [] {
                        let real = path.key.replacing("{name}", with: "small")
                        if real.hasSuffix("/events") { continue }
                        let answer =
                            method.key == "get" ? try client.get(real) : try client.post(real, [0])
                        #expect(
                            answer.status != 405 && !answer.message.hasPrefix("There is nothing"), "\(real)")
                    }
                }
                #expect(try client.get("/api/health").json()["status"]?.text == "ok")
            }
        }

        /// Responses have the members that the description requires, and no others.
        @Test func responsesFitTheirDescription() throws {
            try Fixture.withServer { port in
                let client = try Client(port, timeout: 60)
                let schemas = try #require(
                    try client.get("/api/openapi.json").json()["components"]?["schemas"])
                let example = try #require(
                    try client.get("/api/examples").json()["examples"]?.elements?.first?["id"]?.text)
                for (path, name) in [
                    ("/api/models", "Models"), ("/api/examples", "Examples"), ("/api/runs", "Runs"),
                    ("/api/runs/small", "Run"), ("/api/runs/small/clips", "Clips"),
                    ("/api/differences?run=small&run=small", "Differences"),
                    ("/api/corpus?run=small", "Corpus"), ("/api/health", "Health"),
                    ("/api/spectrogram?example=\(example)", "Spectrogram"),
                    ("/api/predict?example=\(example)&saliency=1", "Answer"), ("/api/none", "Error"),
                ] {
                    let found = Self.differences(
                        try client.get(path).json(), try #require(schemas[name]), schemas, name)
                    #expect(found.isEmpty, "\(path): \(found)")
                }
            }
        }

        /// The members of a value that a schema does not list, and those that it requires in vain.
        private static func differences(
            _ value: JSONValue, _ schema: JSONValue, _ schemas: JSONValue, _ place: String
        ) -> [String] {
            if let name = schema["$ref"]?.text?.split(separator: "/").last, let schema = schemas[String(name)]
            {
                return differences(value, schema, schemas, place)
            }
            let missing = (schema["required"]?.elements ?? []).compactMap(\.text).filter { value[$0] == nil }
                .map { "\(place).\($0) is missing" }
            let inner = (value.members ?? []).flatMap { member -> [String] in
                guard let properties = schema["properties"] else { return [] }
                let place = "\(place).\(member.key)"
                guard let schema = properties[member.key] else { return ["\(place) is not described"] }
                return differences(member.value, schema, schemas, place)
            }
            let items = schema["items"].map { items in
                (value.elements ?? []).flatMap { differences($0, items, schemas, place) }
            }
            return missing + inner + (items ?? [])
        }

        /// The last window of a stream is predicted as the predictor predicts it.
        @Test func aStreamIsAnswered() throws {
            let folder = try Fixture.runs.get()
            let predictor = try Predictor(folder + "/small")
            let samples = Fixture.wave(seconds: 2).samples.map { Int16($0 * 32767) }
            let window = Int(try predictor.streamWindows(WindowOptions()).length * 8000)
            try Fixture.withServer { port in
                let client = try Client(port, timeout: 30)
                #expect(try client.openWebSocket("/api/live?rate=8000&format=s16").status == 101)
                let hello = try JSONValue.parse(client.receiveMessage(), source: "hello")
                #expect(hello["classes"]?.elements?.compactMap(\.text) == predictor.classes)
                for start in stride(from: 0, to: samples.count, by: 4000) {
                    let part = samples[start..<start + 4000]
                    client.sendMessage(
                        part.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] })
                    let answer = try JSONValue.parse(client.receiveMessage(), source: "answer")
                    let end = start + 4000
                    #expect(answer["end_sample"]?.integer == end)
                    let last = samples[max(0, end - window)..<end].map { Float($0) / 32768 }
                    let expected = try #require(
                        predictor.predictions(for: [predictor.features(of: Waveform(last, rate: 8000))]).first
                    )
                    let found = answer["probabilities"]?.members?.compactMap { $0.value.double?.bitPattern }
                    #expect(found == expected.probabilities.map(\.bitPattern))
                    #expect((answer["latency_ms"]?.double ?? -1) >= 0)
                }
                let other = try Client(port, timeout: 30)
                #expect(try other.openWebSocket("/api/live?format=mp3").status == 400)
                // Neither the smallest nor the largest numbers fit into an integer.
                for rate in ["0", "-1e308", "1e308", "nan", "999999"] {
                    #expect(try Client(port).openWebSocket("/api/live?rate=\(rate)").status == 400)
                }
            }
        }
    }
}
