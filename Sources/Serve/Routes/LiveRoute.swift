import Configuration
import Lab
import Server
import SpeechEmotion

/// `/api/live`: a WebSocket that receives mono samples and sends a prediction every half second.
///
/// The query gives the `rate` in Hz, the `format` (`f32` or `s16`, little-endian) and the `model`. Binary messages are samples.
/// Predictions are JSON: the end of the window in samples received so far, the label and the probabilities, or the targets,
/// and the milliseconds from the arrival of the last sample to the prediction.
struct LiveRoute: Sendable {
    let models: ModelLibrary

    private static let interval = 0.5
    private static let shortest = 0.5

    func add(to router: inout Router) {
        router.get("/api/live") { request in
            let parameters = try Parameters(request, allowed: ["rate", "format", "model"])
            let number = try parameters.number("rate") ?? 16000
            guard 1000...768_000 ~= number else {
                throw Problem(400, "rate: expected 1000 to 768000, found \(number).")
            }
            let rate = Int(number)
            guard let format = SampleFormat(rawValue: parameters["format"] ?? "f32") else {
                throw Problem(
                    400, "format: expected f32 or s16, found \"\((parameters["format"] ?? "").prefix(80))\".")
            }
            guard let model = try models.models(parameters.all("model")).first else {
                throw Problem(404, "There is no model.")
            }
            let predictor = try model.predictor()
            guard predictor.pipeline.normalize == .none else {
                throw Problem(
                    422,
                    "\(model.name) normalizes features by speaker, which requires all recordings of a speaker and is not possible for a stream."
                )
            }
            let window = try predictor.streamWindows(WindowOptions())
            return .webSocket { socket in
                try LivePrediction(predictor, window, rate: rate, format: format).run(socket)
            }
        }
    }

    /// How samples are sent.
    enum SampleFormat: String, Sendable {
        case f32, s16

        /// The bytes of a sample.
        var size: Int { self == .f32 ? 4 : 2 }

        /// Decodes samples; values that are not finite become 0.
        func samples(_ bytes: ArraySlice<UInt8>) -> [Float] {
            let first = bytes.startIndex
            return (0..<bytes.count / size).map { index in
                let at = first + index * size
                switch self {
                case .s16:
                    return Float(Int16(bitPattern: UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8)) / 32768
                case .f32:
                    let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) }
                    let value = Float(bitPattern: bits)
                    return value.isFinite ? max(-1, min(1, value)) : 0
                }
            }
        }
    }

    /// A live stream of samples.
    private struct LivePrediction {
        let predictor: Predictor
        let rate: Int
        let format: SampleFormat
        /// The length of a window, with the part that the model skips, and the samples between two predictions.
        let length, step: Int
        private var samples: [Float] = []
        private var rest: [UInt8] = []
        private var (received, answered) = (0, 0)

        init(_ predictor: Predictor, _ window: RecordingWindows, rate: Int, format: SampleFormat) {
            (self.predictor, self.rate, self.format) = (predictor, rate, format)
            length = Int((window.lead + window.length) * Double(rate))
            step = Int(LiveRoute.interval * Double(rate))
        }

        func run(_ socket: WebSocket) throws {
            var stream = self
            var first: JSONValue = [
                "classes": predictor.classes.encode(),
                "window_seconds": (Double(length) / Double(rate)).encode(),
            ]
            if let targets = predictor.targetsJSON { first["outputs"] = targets }
            try socket.send(first.line)
            while let message = socket.receive() {
                let arrival = ContinuousClock.now
                guard stream.take(message, socket) else { return }
                // Samples that arrived during the last prediction are used together.
                while let more = socket.receive(timeout: 0) {
                    guard stream.take(more, socket) else { return }
                }
                if let answer = stream.answer(since: arrival) { try socket.send(answer.line) }
            }
        }

        private mutating func take(_ message: WebSocket.Message, _ socket: WebSocket) -> Bool {
            guard case .binary(let bytes) = message else {
                socket.close(code: 1003, reason: "Send samples as binary messages.")
                return false
            }
            rest += bytes
            let whole = rest.count / format.size * format.size
            let new = format.samples(rest[..<whole])
            rest.removeFirst(whole)
            received += new.count
            samples += new
            if samples.count > length { samples.removeFirst(samples.count - length) }
            return true
        }

        private mutating func answer(since arrival: ContinuousClock.Instant) -> JSONValue? {
            guard received - answered >= step, Double(samples.count) >= LiveRoute.shortest * Double(rate)
            else { return nil }
            answered = received
            var answer: JSONValue = [
                "end_sample": received.encode(), "end": (Double(received) / Double(rate)).encode(),
                "start": (Double(received - samples.count) / Double(rate)).encode(),
            ]
            do {
                let features = try predictor.features(of: Waveform(samples, rate: rate))
                guard let prediction = try predictor.predictions(for: [features]).first?.checked("the stream")
                else { return nil }
                let found = prediction.json(classes: predictor.classes, decisions: predictor.decisions)
                for key in ["label", "probabilities", "targets"] {
                    if let value = found[key] { answer[key] = value }
                }
                let warnings = Waveform(samples, rate: rate).warnings.sentences
                if !warnings.isEmpty { answer["warnings"] = warnings.encode() }
            } catch {
                // The first windows may be too short for the features.
                answer["error"] = "\(error)".encode()
            }
            let latency = (ContinuousClock.now - arrival) / .milliseconds(1)
            answer["latency_ms"] = ((latency * 10).rounded() / 10).encode()
            return answer
        }
    }
}
