import Configuration
import Server
import SpeechEmotion

/// `/api/audio`, `/api/spectrogram` and `/api/examples`.
struct AudioRoutes: Sendable {
    let runs: RunLibrary

    private var source: RecordingSource { RecordingSource(runs: runs) }

    func add(to router: inout Router) {
        router.get("/api/examples") { _ in .json(Self.examples.line) }
        router.get("/api/audio", takesLong: true) { request in
            let recording = try source.stored(Parameters(request, allowed: RecordingSource.parameters))
            return try .bytes(recording.wav(), type: "audio/wav", for: request)
        }
        router.post("/api/audio", bodyLimit: LabServer.uploadLimit, takesLong: true) { request in
            .bytes(try upload(request).wav(), type: "audio/wav")
        }
        router.get("/api/spectrogram", takesLong: true) { request in
            let recording = try source.stored(Parameters(request, allowed: RecordingSource.parameters))
            return .json(try recording.naming { try SpectrogramImage(recording.path) }.json.line)
        }
        router.post("/api/spectrogram", bodyLimit: LabServer.uploadLimit, takesLong: true) { request in
            let recording = try upload(request)
            return .json(try recording.naming { try SpectrogramImage(recording.path) }.json.line)
        }
    }

    private func upload(_ request: Request) throws -> Recording {
        let form = request.head.contentType == "multipart/form-data" ? try request.multipart() : nil
        let parameters = try Parameters(request, form: form, allowed: ["name"])
        return try source.uploaded(request, parameters, form)
    }

    /// A few clips of the embedded corpus: two speakers in every emotion.
    private static let examples: JSONValue = {
        let clips = RecordingSource.examples.clips.filter {
            ["01", "02"].contains($0.speaker) && $0.attributes["statement"] == "1"
                && $0.attributes["repetition"] == "1"
        }
        return [
            "examples": JSONValue(
                .list(
                    clips.map { clip in
                        [
                            "id": clip.id.encode(), "label": clip.label.encode(),
                            "speaker": (clip.speaker ?? "").encode(),
                            "gender": (clip.attributes["gender"] ?? "").encode(),
                        ]
                    }))
        ]
    }()
}
