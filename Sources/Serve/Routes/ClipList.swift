import Configuration
import Foundation
import Lab
import Metrics
import Server
import SpeechEmotion

/// The test predictions of a run, or those of all folds of a cross-validation or of a variant of an ablation together.
struct ClipList {
    let runs: RunLibrary

    /// The predictions of a run, or of an ablation for a variant and a seed.
    func json(_ path: String, _ parameters: Parameters) throws -> JSONValue {
        let (variant, seed) = (parameters["variant"], try parameters.integer("seed"))
        if let manifest = try AblationManifest.read(path) {
            return try pooled(path, manifest, variant: variant, seed: seed)
        }
        guard variant == nil, seed == nil else {
            throw Problem(
                400, "variant and seed select runs of an ablation, but this is a single run. Remove them.")
        }
        return try single(path)
    }

    private func single(_ path: String) throws -> JSONValue {
        let file = path + "/" + RunFile.predictions
        guard FileManager.default.fileExists(atPath: file) else {
            throw Problem(
                404, "\(Self.name(path)) has no predictions yet. They are written when the run finishes.")
        }
        let predictions = try classification(Predictions(ofRun: path), of: path)
        return clips(predictions, corpusOf: path) { _ in [] }
    }

    /// The pooled predictions of the finished runs of a variant with one seed.
    private func pooled(
        _ path: String, _ manifest: AblationManifest, variant: String?, seed: Int?
    ) throws -> JSONValue {
        let finished = manifest.members.filter { member in
            member.runs.contains { RunFolder.content(of: "\(path)/runs/\($0)") == .finished }
        }
        guard let member = variant == nil ? finished.first : finished.first(where: { $0.name == variant })
        else {
            throw Problem(
                404,
                "\(Self.name(path)) has no finished run\(variant.map { " of variant \"\($0.prefix(80))\"" } ?? "")."
            )
        }
        let isSingle = manifest.members.count == 1
        let group = try RunSet(isSingle ? path : "\(path)\(RunSet.separator)\(member.name)").group()
        let seeds = group.seeds
        let chosen = seed ?? seeds[0]
        guard seeds.contains(chosen) else {
            throw Problem(
                404,
                "seed: there is no finished run with seed \(chosen); the seeds are \(seeds.map(String.init).joined(separator: ", "))."
            )
        }
        let own = RunGroup(group.name, group.members.filter { $0.seed == chosen })
        guard let all = own.pooled?.first else {
            throw Problem(
                409,
                "The predictions of \(Self.name(path)) cannot be pooled, because a run has no predictions or the classes differ between runs. Select a single run."
            )
        }
        let predictions = try classification(all, of: path)
        let origins = own.members.flatMap { run in
            Array(
                repeating: [
                    JSONMember("run", Self.name(run.path).encode()), JSONMember("fold", run.fold.encode()),
                ], count: run.predictions?.ids.count ?? 0)
        }
        var json = clips(predictions, corpusOf: own.members[0].path) { origins[$0] }
        json["protocol"] = own.protocolText.encode()
        (json["variant"], json["variants"]) = (member.name.encode(), finished.map(\.name).encode())
        (json["seed"], json["seeds"]) = (chosen.encode(), seeds.encode())
        return json
    }

    private func classification(_ predictions: Predictions, of path: String) throws -> Predictions {
        guard let found = predictions.classification else {
            throw Problem(
                404,
                "\(Self.name(path)) predicts continuous values, multiple labels or label sequences, which this page does not show. See its report."
            )
        }
        return found
    }

    /// The predictions, with what the corpus of a run knows of their clips.
    ///
    /// - Parameter origin: The run of a row.
    private func clips(
        _ predictions: Predictions, corpusOf path: String, origin: (Int) -> [JSONMember]
    ) -> JSONValue {
        let decisions = predictions.decisions
        var corpus: RunCorpus?
        var note = ""
        do { corpus = try runs.corpus(ofRun: path) } catch { note = "\(error)" }
        let clips = predictions.ids.indices.map { row -> JSONValue in
            let clip = corpus?.clips[predictions.ids[row]]
            return JSONValue(
                .object(
                    [
                        JSONMember("id", predictions.ids[row].encode()),
                        JSONMember("speaker", predictions.speakers[row].encode()),
                        JSONMember("corpus", (clip?.attributes["corpus"]).encode()),
                        JSONMember("label", predictions.classes[predictions.truths[row]].encode()),
                        JSONMember("predicted", predictions.classes[decisions[row]].encode()),
                        JSONMember("probabilities", predictions.probabilities[row].encode()),
                        JSONMember("has_audio", (clip != nil).encode()),
                    ] + origin(row)))
        }
        return [
            "classes": predictions.classes.encode(), "clips": JSONValue(.list(clips)),
            "note": note.encode(),
        ]
    }

    private static func name(_ path: String) -> String { (path as NSString).lastPathComponent }
}
