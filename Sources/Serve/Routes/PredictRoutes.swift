import Autograd
import Configuration
import Foundation
import Lab
import Server
import SpeechEmotion

/// `/api/predict` and `/api/models`.
struct PredictRoutes: Sendable {
    let models: ModelLibrary
    let runs: RunLibrary
    private let turns = Turns(Parallel.threads)

    private static let parameters = [
        "model", "window", "step", "truncate", "attention", "saliency", "output",
    ]

    private var source: RecordingSource { RecordingSource(runs: runs) }

    func add(to router: inout Router) {
        router.get("/api/models") { [models] _ in .json(models.json.line) }
        router.post("/api/predict", bodyLimit: LabServer.uploadLimit, takesLong: true) { request in
            let form = request.head.contentType == "multipart/form-data" ? try request.multipart() : nil
            let parameters = try Parameters(
                request, form: form, allowed: Self.parameters + ["name"])
            return try predict(source.uploaded(request, parameters, form), parameters, request)
        }
        router.get("/api/predict", takesLong: true) { request in
            let parameters = try Parameters(
                request, allowed: Self.parameters + RecordingSource.parameters)
            return try predict(source.stored(parameters), parameters, request)
        }
    }

    private func predict(
        _ recording: Recording, _ parameters: Parameters, _ request: Request
    ) throws -> Response {
        let saliency = try ServedSaliency.method(parameters["saliency"])
        let options = WindowOptions(
            window: try parameters.number("window"), step: try parameters.number("step"),
            truncates: try parameters.flag("truncate", default: false))
        if saliency != nil, options.window != nil || options.step != nil {
            throw Problem(
                400,
                "saliency: a saliency map explains a single input of the model, so window and step have no effect; remove them, or remove saliency."
            )
        }
        if saliency == nil, parameters["output"] != nil {
            throw Problem(400, "output: names what a saliency map explains; add saliency, or remove output.")
        }
        let attention = try parameters.flag("attention", default: true)
        let info = try recording.naming { try AudioFile.info(recording.path) }
        let predictions = try models.models(parameters.all("model")).map { model in
            try recording.naming {
                try turns.taken {
                    try predict(
                        recording, model, options, attention, saliency, parameters["output"], request)
                }
            }
        }
        let answer: JSONValue = [
            "file": recording.name.encode(), "seconds": info.duration.encode(),
            "sample_rate": info.rate.encode(), "channels": info.channels.encode(),
            "format": info.format.encode(), "predictions": JSONValue(.list(predictions)),
        ]
        return .json(answer.line)
    }

    /// Predicts with the code of `Train predict`, so that the probabilities are the same bits.
    private func predict(
        _ recording: Recording, _ model: ServedModel, _ options: WindowOptions, _ attention: Bool,
        _ saliency: Saliency.Method?, _ output: String?, _ request: Request
    ) throws -> JSONValue {
        let predictor = try model.predictor()
        var options = options
        // Saliency explains a single input of the model.
        if saliency != nil, predictor.pipeline.extent.seconds != nil { options.truncates = true }
        do { _ = try predictor.windows(options) } catch { throw Problem(400, "\(error)") }
        let clock = ContinuousClock()
        let start = clock.now
        var found: RecordingPrediction?
        func check() throws {
            if request.isCancelled { throw Problem(503, "The client has closed the connection.") }
        }
        try predictor.predict(
            [recording.path], windows: options, attention: attention, check: { _ in try check() },
            progress: { _, _ in
                turns.pass()
                try check()
            }
        ) { found = try $1.get() }
        guard let found else { throw Problem(500, "There is no prediction for \(recording.name).") }
        let duration = (clock.now - start) / .milliseconds(1)
        var members: [JSONMember] = [
            JSONMember("model", model.name.encode()), JSONMember("classes", predictor.classes.encode()),
        ]
        if let targets = predictor.targetsJSON { members.append(JSONMember("outputs", targets)) }
        members +=
            found.json(classes: predictor.classes, attention: attention, decisions: predictor.decisions)
            .members ?? []
        if attention {
            let start =
                found.windows.isEmpty
                ? try predictor.pipeline.featureStart(inFile: recording.path)
                : predictor.pipeline.keepsStart ? 0 : nil
            members.append(JSONMember("attention_start", start.encode()))
        }
        if let saliency {
            let index: Int
            do { index = try predictor.output(output, of: found.summary) } catch {
                throw Problem(400, "output: \(error.description.prefix(400)).")
            }
            let map = try ServedSaliency(predictor: predictor).json(
                ofFile: recording.path, output: index, method: saliency)
            members.append(JSONMember("saliency", map))
        }
        members.append(JSONMember("milliseconds", JSONValue(.number((duration * 10).rounded() / 10))))
        if let note = model.note { members.append(JSONMember("note", note.encode())) }
        if predictor.pipeline.normalize != .none {
            members.append(
                JSONMember(
                    "warning",
                    "This model normalizes features by \(predictor.pipeline.normalize.group), and a single recording is not representative."
                ))
        }
        return JSONValue(.object(members))
    }
}
