import Autograd
import Configuration
import Foundation
import Lab
import Serve
import ServerTestSupport
import SpeechEmotion
import TestSupport
import Testing

/// A finished run, and a server for it.
enum Fixture {
    /// The folder of the runs; it contains the finished run `small`.
    static let runs: Result<String, any Error> = Result {
        atexit { try? FileManager.default.removeItem(atPath: Fixture.folder) }
        try run(folder + "/small")
        return folder
    }

    private static let folder = NSTemporaryDirectory() + "serve-\(getpid())-\(UUID().uuidString)"

    /// Trains the small experiment.
    static func run(_ path: String, _ settings: [String] = []) throws {
        final class Silent: RunObserver {}
        var json = try JSONValue.parse(smallExperiment, source: "small.json")
        try json.set("training.epochs=2")
        try json.set("features.layout.frames=20")
        for setting in settings { try json.set(setting) }
        _ = try ExperimentRun(Experiment.decode(json), folder: RunFolder(path), observer: Silent()).run()
    }

    /// Calls `body` with the port of a server.
    static func withServer<Result>(
        token: String? = nil, runs: String? = nil, _ body: (Int) throws -> Result
    ) throws -> Result {
        let folder = try Fixture.runs.get()
        let server = try LabServer(
            LabServer.Options(models: [folder + "/small"], runs: runs ?? folder, token: token))
        try server.start()
        defer { server.stop(grace: 1) }
        return try body(server.port)
    }

    /// A sweep of some seconds.
    static func wave(seconds: Double, rate: Int = 8000) -> Waveform {
        let samples = (0..<Int(seconds * Double(rate))).map { index -> Float in
            let time = Double(index) / Double(rate)
            return Float(0.4 * sin(2 * .pi * (180 + 90 * time) * time) * (0.6 + 0.4 * sin(9 * time)))
        }
        return Waveform(samples, rate: rate)
    }
}

extension Client.Answer {
    /// The body as JSON.
    func json() throws -> JSONValue { try JSONValue.parse(text, source: "answer") }

    /// The message of an error.
    var message: String { (try? json())?["error"]?["message"]?.text ?? "" }
}

extension Client {
    /// Sends a body.
    func post(_ path: String, _ body: [UInt8], type: String = "application/octet-stream") throws -> Answer {
        send(
            "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n"
        )
        send(body)
        return try answer()
    }

    /// Sends a form with a file and fields.
    func post(_ path: String, file: [UInt8], name: String, fields: [(String, String)] = []) throws -> Answer {
        var body: [UInt8] = []
        for (key, value) in fields {
            body += "--limit\r\nContent-Disposition: form-data; name=\"\(key)\"\r\n\r\n\(value)\r\n".utf8
        }
        body +=
            "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n".utf8
        body += file + Array("\r\n--limit--\r\n".utf8)
        return try post(path, body, type: "multipart/form-data; boundary=limit")
    }

    /// Reads a server-sent event: its type and data.
    func event() throws -> (type: String, data: String) {
        var (type, data) = ("message", "")
        while true {
            let line = try chunkedLine()
            if line.isEmpty, !data.isEmpty || type != "message" { return (type, data) }
            if line.hasPrefix("event: ") { type = String(line.dropFirst(7)) }
            if line.hasPrefix("data: ") { data += line.dropFirst(6) }
        }
    }

    /// Reads a line of the stream; lines that frame the chunks have only a hexadecimal number.
    private func chunkedLine() throws -> String {
        while true {
            let text = try line()
            if !text.isEmpty, Int(text, radix: 16) != nil { continue }
            return text
        }
    }

    /// Opens a WebSocket.
    func openWebSocket(_ path: String) throws -> Answer {
        send(
            "GET \(path) HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        return try head()
    }

    /// Sends a binary message.
    func sendMessage(_ payload: [UInt8]) {
        let size = payload.count
        let length: [UInt8] =
            size < 126
            ? [0x80 | UInt8(size)]
            : size < 65536
                ? [0xFE, UInt8(size >> 8), UInt8(size & 255)]
                : [0xFF] + (0..<8).reversed().map { UInt8(size >> (8 * $0) & 255) }
        send([0x82] + length + [0, 0, 0, 0] + payload)
    }

    /// Receives a text message.
    func receiveMessage() throws -> String {
        let head = try take(2)
        var size = Int(head[1] & 127)
        if size == 126 {
            size = try take(2).reduce(0) { $0 << 8 | Int($1) }
        } else if size == 127 {
            size = try take(8).reduce(0) { $0 << 8 | Int($1) }
        }
        return String(decoding: try take(size), as: UTF8.self)
    }
}
