import Configuration
import Foundation
import Lab
import ServerTestSupport
import SpeechEmotion
import Testing

extension ServeTests {
    /// What the server answers about recordings.
    @Suite struct PredictTests {
        /// The bits of probabilities, in the order of the classes.
        private func bits(_ prediction: JSONValue) -> [UInt64]? {
            prediction["probabilities"]?.members?.compactMap { $0.value.double?.bitPattern }
        }

        /// Short and long recordings, in the body and in a form, several at once: the same bits as those of `Predictor`.
        @Test(arguments: [0.5, 4.0])
        func probabilitiesAreThoseOfThePredictor(_ seconds: Double) throws {
            let folder = try Fixture.runs.get()
            let file = folder + "/\(seconds).wav"
            try AudioFile.write(Fixture.wave(seconds: seconds), to: file)
            defer { unlink(file) }
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
            let expected = try Predictor(folder + "/small").prediction(ofFile: file, attention: true)
            #expect(expected.windows.isEmpty == (seconds < 1))
            try Fixture.withServer { port in
                let answers = Answers()
                DispatchQueue.concurrentPerform(iterations: 8) { index in
                    let client = try? Client(port, timeout: 30)
                    let answer =
                        index % 2 == 0
                        ? try? client?.post("/api/predict?name=a.wav", bytes)
                        : try? client?.post("/api/predict", file: bytes, name: "a.wav")
                    answers.add(answer?.text ?? "nothing")
                }
                #expect(answers.all.count == 8)
                for text in answers.all {
                    let json = try JSONValue.parse(text, source: "answer")
                    #expect(json["file"]?.text == "a.wav")
                    let prediction = try #require(json["predictions"]?.elements?.first)
                    #expect(prediction["model"]?.text == "small")
                    #expect(bits(prediction) == expected.summary.probabilities.map(\.bitPattern))
                    let windows = prediction["windows"]?.elements ?? []
                    #expect(
                        windows.compactMap(bits)
                            == expected.windows.map { $0.prediction.probabilities.map(\.bitPattern) })
                    #expect(windows.compactMap { $0["start"]?.double } == expected.windows.map(\.start))
                    let attention = prediction["attention"]?["weights"]?.elements?.compactMap(\.double)
                    #expect(attention == expected.summary.attention?.weights)
                }
            }
        }

        /// Silence and clicks have predictions with a warning, whole recordings and windows.
        @Test func silenceHasAWarning() throws {
            let folder = try Fixture.runs.get()
            let file = folder + "/silence.wav"
            defer { unlink(file) }
            func answer(_ samples: [Float]) throws -> JSONValue? {
                try AudioFile.write(Waveform(samples, rate: 8000), to: file)
                let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
                return try Fixture.withServer { port in
                    try Client(port, timeout: 30).post("/api/predict", bytes).json()["predictions"]?
                        .elements?.first
                }
            }
            func texts(_ json: JSONValue?) -> [String?]? { json?["warnings"]?.elements?.map(\.text) }
            let silence = [Float](repeating: 0, count: 4000)
            let text = "digital silence; the prediction is not meaningful"
            #expect(try texts(answer(silence)) == [text])
            #expect(
                try texts(answer(Array(Fixture.wave(seconds: 0.08).samples)))
                    == ["too short: 0.08 s (minimum: 0.1 s); the prediction is not meaningful"])
            let tone = Fixture.wave(seconds: 0.5).samples
            #expect(try texts(answer(tone)) == nil)
            let long = try answer(tone + tone + silence + silence + silence + silence)
            #expect(texts(long)?.first??.contains(" windows ") == true)
            #expect(long?["windows"]?.elements?.contains { texts($0) == [text] } == true)
        }

        /// A model of targets: its numbers with their intervals, its classes, and a saliency map of any output.
        @Test func targetsAreThoseOfThePredictor() throws {
            let folder = NSTemporaryDirectory() + "serve-targets-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try Fixture.run(
                folder + "/rated",
                [
                    "data.source.ratings=true", #"model[5].units="targets""#, "evaluation.conformal=0.6",
                    #"targets=[{"type": "regression", "column": "arousal", "range": [1, 5]}, {"type": "classification"}]"#,
                ])
            let file = folder + "/a.wav"
            try AudioFile.write(Fixture.wave(seconds: 3), to: file)
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
            let predictor = try Predictor(folder + "/rated")
            let expected = try predictor.prediction(ofFile: file)
            try Fixture.withServer(runs: folder) { port in
                let client = try Client(port, timeout: 30)
                let answer = try client.post("/api/predict?model=rated", bytes).json()
                let prediction = try #require(answer["predictions"]?.elements?.first)
                let outputs = try #require(prediction["outputs"]?.elements)
                #expect(outputs.map { $0["name"]?.text } == ["arousal", "label"])
                #expect(outputs[0]["low"]?.double == 1 && outputs[0]["high"]?.double == 5)
                let targets = prediction["targets"]
                #expect(targets?["arousal"]?["value"]?.double == expected.summary.targets[0].value)
                #expect(targets?["arousal"]?["interval"]?.elements?.count == 2)
                #expect(targets?["label"]?["label"]?.text == expected.summary.targets[1].text)
                let windows = prediction["windows"]?.elements ?? []
                #expect(
                    windows.map { $0["targets"]?["arousal"]?.double }
                        == expected.windows.map { $0.prediction.targets[0].value })
                for (query, name) in [("", "arousal"), ("&output=label:calm", "label:calm")] {
                    let map = try client.post("/api/predict?model=rated&saliency=gradient\(query)", bytes)
                        .json()[
                            "predictions"]?.elements?.first?["saliency"]
                    #expect(map?["class"]?.text == name && map?["values"]?.elements?.isEmpty == false)
                }
                let wrong = try client.post("/api/predict?model=rated&saliency=1&output=x", bytes)
                #expect(wrong.status == 400 && wrong.message.contains("no output \"x\""))
                let alone = try client.post("/api/predict?model=rated&output=arousal", bytes)
                #expect(alone.status == 400 && alone.message.contains("add saliency"))
            }
        }

        /// Saliency maps are those of the predictor, of the beginning of the recording.
        @Test(arguments: [("1", Saliency.Method.integratedGradients), ("gradient", .gradient)], [0.5, 4])
        func saliencyIsThatOfThePredictor(
            _ method: (name: String, method: Saliency.Method), _ seconds: Double
        )
            throws
        {
            let folder = try Fixture.runs.get()
            let predictor = try Predictor(folder + "/small")
            let file = folder + "/saliency-\(method.name)-\(seconds).wav"
            try AudioFile.write(Fixture.wave(seconds: seconds), to: file)
            defer { unlink(file) }
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
            try Fixture.withServer { port in
                let client = try Client(port, timeout: 30)
                let answer = try client.post("/api/predict?attention=0&saliency=\(method.name)", bytes).json()
                let prediction = try #require(answer["predictions"]?.elements?.first)
                let map = try #require(prediction["saliency"])
                #expect(prediction["windows"] == nil && map["class"]?.text == prediction["label"]?.text)
                let label = try #require(predictor.classes.firstIndex { $0 == prediction["label"]?.text })
                let expected = try predictor.saliency(
                    predictor.pipeline.features(of: AudioFile.read(file)), of: label, method: method.method)
                #expect(map["shape"]?.elements?.compactMap(\.integer) == expected.shape)
                #expect(map["values"]?.elements?.compactMap(\.double) == expected.values)
                #expect(map["start"]?.double == 0)
                #expect(map["seconds_per_step"]?.double == expected.secondsPerStep)
            }
        }

        @Test func examplesAndClipsArePredicted() throws {
            let folder = try Fixture.runs.get()
            let run = try RunRecord(folder + "/small")
            let predictions = try #require(run.predictions)
            try Fixture.withServer { port in
                let client = try Client(port, timeout: 30)
                let examples = try client.get("/api/examples").json()["examples"]?.elements ?? []
                #expect(examples.count == 16)
                let id = try #require(examples.first?["id"]?.text)
                #expect(try client.get("/api/predict?example=\(id)").status == 200)
                // A clip of the test set is predicted as at the end of the run, which truncates it.
                let clip = predictions.ids[0]
                let answer = try client.get(
                    "/api/predict?run=small&clip=\(clip)&attention=false&truncate=true"
                ).json()
                let found = answer["predictions"]?.elements?.first?["probabilities"]?.members ?? []
                for (value, expected) in zip(found, predictions.probabilities[0]) {
                    #expect(abs((value.value.double ?? 9) - expected) < 1e-6)
                }
                #expect(answer["predictions"]?.elements?.first?["attention"] == nil)
            }
        }

        /// Errors have the sentences of the terminal, without the path in memory.
        @Test func errorsAreSentences() throws {
            try Fixture.withServer { port in
                let client = try Client(port, timeout: 30)
                let text = try client.post("/api/predict", file: Array("no audio".utf8), name: "../x.wav")
                #expect(text.status == 422)
                #expect(text.message.hasPrefix("x.wav: byte 0: found text that begins with \"no audio\""))
                let wave = try AudioFile.bytes([Fixture.wave(seconds: 0.5)])
                let cut = try client.post("/api/predict?name=cut.wav", Array(wave.prefix(1000)))
                #expect(cut.status == 422 && cut.message.hasPrefix("cut.wav: "))
                #expect(!cut.message.contains("/proc"))
                for (path, status, message) in [
                    ("/api/predict?modle=x", 400, "Unknown parameter \"modle\". Did you mean \"model\"?"),
                    ("/api/predict?model=smal", 404, "There is no model \"smal\". Did you mean \"small\"?"),
                    ("/api/predict?window=x", 400, "window: expected a number, found \"x\"."),
                    ("/api/predict?window=99", 400, "window: 99 s is longer than the model's input"),
                    (
                        "/api/predict?saliency=2", 400,
                        "saliency: expected 0, 1, gradient, integrated_gradients, grad_cam, found \"2\"."
                    ),
                    (
                        "/api/predict?saliency=1&window=1", 400,
                        "saliency: a saliency map explains a single input of the model, so window and step have no effect; remove them, or remove saliency."
                    ),
                    ("/api/predict?attention=maybe", 400, "attention: expected true or false"),
                ] {
                    let answer = try client.post(path, wave)
                    #expect(answer.status == status, "\(path): \(answer.text)")
                    #expect(answer.message.hasPrefix(message), "\(path): \(answer.message)")
                }
                #expect(try client.post("/api/predict", []).message.hasPrefix("The body is empty."))
                #expect(try client.get("/api/predict").message.hasPrefix("The query specifies no recording."))
                #expect(try client.get("/api/predict?example=none").status == 404)
                #expect(try client.get("/api/nothing").status == 404)
            }
        }

        @Test func spectrogramsFitTheirRecordings() throws {
            try Fixture.withServer { port in
                let client = try Client(port, timeout: 30)
                for seconds in [0.5, 3, 61] {
                    let wave = try AudioFile.bytes([Fixture.wave(seconds: seconds)])
                    let json = try client.post("/api/spectrogram", wave).json()
                    #expect(json["seconds"]?.double == seconds)
                    let (frames, bands) = (json["frames"]?.integer ?? 0, json["bands"]?.integer ?? 0)
                    let levels = Data(base64Encoded: json["levels"]?.text ?? "")
                    #expect(frames > 40 && frames <= 1202 && levels?.count == frames * bands)
                    #expect(levels?.max() == 255)
                    let peaks = json["peaks"]?.elements?.compactMap(\.integer) ?? []
                    #expect(peaks.count == 2400 && (40...60).contains(peaks.max() ?? 0))
                }
            }
        }

        /// Collects answers of several threads.
        private final class Answers: @unchecked Sendable {
            private let lock = NSLock()
            private var texts: [String] = []
            var all: [String] { lock.withLock { texts } }
            func add(_ text: String) { lock.withLock { texts.append(text) } }
        }
    }
}
