import Lab
import Server
import SpeechEmotion

/// Finds the recording of a request: its body, a file of a form, an example, or a clip of a run.
struct RecordingSource: Sendable {
    let runs: RunLibrary

    /// The parameters that name a recording.
    static let parameters = ["name", "example", "run", "member", "clip"]

    /// The corpus of the examples, which is built in.
    static let examples = SyntheticCorpus().corpus()

    /// The recording that the query names: `example=ID`, or `run=NAME&clip=ID`.
    func stored(_ parameters: Parameters) throws -> Recording {
        if let id = parameters["example"] {
            guard let clip = Self.examples.clips.first(where: { $0.id == id }) else {
                throw Problem(
                    404, "There is no example \"\(id.prefix(80))\". GET /api/examples lists some of them.")
            }
            return try Recording(clip)
        }
        guard let run = parameters["run"], let clip = parameters["clip"] else {
            throw Problem(400, "The query specifies no recording. Use example=ID, or run=NAME and clip=ID.")
        }
        return try Recording(runs.clip(clip, ofRun: runs.path(run, member: parameters["member"])))
    }

    /// The recording in the body of a request: the body itself, or the first file of a form.
    func uploaded(_ request: Request, _ parameters: Parameters, _ form: Multipart?) throws -> Recording {
        guard let form else {
            return try Recording(request.body, name: parameters["name"] ?? "recording")
        }
        guard let part = form["file"] ?? form.parts.first(where: { $0.filename != nil }) else {
            throw Problem(400, "The form has no file. Send it as the field \"file\".")
        }
        return try Recording(part.body, name: part.safeFilename ?? "recording")
    }
}
