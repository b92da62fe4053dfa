import Configuration
import Foundation
import Lab
import Metrics
import Server
import SpeechEmotion
import Synchronization

/// `/api/runs` and `/api/corpus`.
final class RunRoutes: Sendable {
    private let runs: RunLibrary
    /// The tables of ablations, by path, with the number of finished runs they were computed from.
    private let tables = Mutex<[String: (finished: Int, table: JSONValue)]>([:])

    init(runs: RunLibrary) { self.runs = runs }

    func add(to router: inout Router) {
        router.get("/api/runs") { [self] _ in .json(try list().line) }
        router.get("/api/runs/:name") { [self] request in
            .json(try describe(path(request), request.parameter("name")).line)
        }
        router.get("/api/runs/:name/events") { [self] request in
            let path = try path(request)
            guard !runs.isAblation(path) else {
                throw Problem(400, "An ablation has no epochs. Add ?member=RUN, with one of its runs.")
            }
            return .events { try EpochFollower(run: path).follow($0) }
        }
        router.get("/api/runs/:name/clips", takesLong: true) { [self] request in
            let parameters = try Parameters(request, allowed: ["member", "variant", "seed"])
            let path = try runs.path(request.parameter("name"), member: parameters["member"])
            return .json(try ClipList(runs: runs).json(path, parameters).line)
        }
        router.get("/api/runs/:name/report") { [self] request in
            try report(path(request), request.parameter("name"))
        }
        router.get("/api/differences") { [self] request in .json(try differences(request).line) }
        router.get("/api/corpus", takesLong: true) { [self] request in
            let parameters = try Parameters(request, allowed: ["run", "member"])
            guard let run = parameters["run"] else {
                throw Problem(400, "The query specifies no run. Use run=NAME.")
            }
            return .json(try corpus(runs.path(run, member: parameters["member"])).line)
        }
    }

    private func path(_ request: Request) throws -> String {
        let parameters = try Parameters(request, allowed: ["member"])
        return try runs.path(request.parameter("name"), member: parameters["member"])
    }

    /// The names of the metrics that are proportions, which are shown in percent.
    private static var shares: JSONValue { Metric.allCases.filter(\.isProportion).map(\.name).encode() }

    private func list() throws -> JSONValue {
        guard runs.exists else {
            return ["folder": runs.folder.encode(), "shares": Self.shares, "runs": JSONValue(.list([]))]
        }
        let entries = try RunListing(runs.folder).entries.map { entry -> JSONValue in
            [
                "name": entry.name.encode(), "kind": entry.kind.encode(), "state": entry.state.encode(),
                "date": ISO8601DateFormatter().string(from: entry.date).encode(),
                "metrics": JSONValue(
                    .object(entry.metrics.map { JSONMember($0.name, JSONValue(.number($0.value))) })),
                "protocol": entry.protocolText.encode(), "warnings": entry.warnings.encode(),
                "changes": entry.changes.encode(),
            ]
        }
        return [
            "folder": runs.folder.encode(), "shares": Self.shares, "runs": JSONValue(.list(entries)),
        ]
    }

    private func describe(_ path: String, _ name: String) throws -> JSONValue {
        if let manifest = try AblationManifest.read(path) { return try describe(manifest, path, name) }
        func load(_ file: String) throws -> JSONValue {
            FileManager.default.fileExists(atPath: path + "/" + file)
                ? try JSONValue.load(path + "/" + file) : .null
        }
        let metrics = path + "/" + RunFile.metrics
        let epochs = FileManager.default.fileExists(atPath: metrics) ? try EpochLines.read(metrics) : []
        return [
            "name": name.encode(), "kind": "run",
            "finished": (RunFolder.content(of: path) == .finished).encode(),
            "has_report": has(path, RunFile.report), "has_predictions": has(path, RunFile.predictions),
            "config": try load(RunFile.config), "result": try load(RunFile.result),
            "audit": try load(RunFile.audit), "environment": try load(RunFile.environment),
            "epochs": JSONValue(.list(epochs.map(\.json))),
        ]
    }

    private func describe(_ manifest: AblationManifest, _ path: String, _ name: String) throws -> JSONValue {
        var finished = 0
        let members = manifest.members.map { member -> JSONValue in
            let runs = member.runs.map { id -> JSONValue in
                let content = RunFolder.content(of: "\(path)/runs/\(id)")
                if content == .finished { finished += 1 }
                let state = content == .finished ? "finished" : content == .empty ? "missing" : "unfinished"
                return ["id": id.encode(), "state": state.encode()]
            }
            return ["name": member.name.encode(), "runs": JSONValue(.list(runs))]
        }
        let all = manifest.members.reduce(0) { $0 + $1.runs.count }
        return [
            "name": name.encode(),
            "kind": manifest.members.count == 1 ? "cross-validation" : "ablation",
            "finished": (finished == all).encode(), "finished_runs": finished.encode(),
            "all_runs": all.encode(), "metric": manifest.metric.encode(),
            "has_report": has(path, RunFile.report), "members": JSONValue(.list(members)),
            "table": try table(path, finished: finished),
        ]
    }

    private func has(_ path: String, _ file: String) -> JSONValue {
        FileManager.default.fileExists(atPath: path + "/" + file).encode()
    }

    /// The table of an ablation, computed again when another run has finished.
    private func table(_ path: String, finished: Int) throws -> JSONValue {
        guard finished > 0 else { return .null }
        if let known = tables.withLock({ $0[path] }), known.finished == finished { return known.table }
        guard let table = try GroupReport.ofAblation(path)?.table else { return .null }
        let json: JSONValue = [
            "columns": table.columns.encode(),
            "rows": JSONValue(.list(table.cells.map { $0.encode() })),
            "caption": table.caption.encode(), "values": table.json,
        ]
        tables.withLock { $0[path] = (finished, json) }
        return json
    }

    /// The report, which may be shown in a frame of the page. It has styles within, and no scripts.
    private func report(_ path: String, _ name: String) throws -> Response {
        guard FileManager.default.fileExists(atPath: path + "/" + RunFile.report) else {
            throw Problem(404, "\(name) has no report. To write it, run: Train report \(path)")
        }
        return Response.file(RunFile.report, root: path, type: "text/html; charset=utf-8")
            .with(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
            )
            .with("X-Frame-Options", "SAMEORIGIN")
    }

    private func differences(_ request: Request) throws -> JSONValue {
        let names = try Parameters(request, allowed: ["run"]).all("run")
        guard names.count > 1 else {
            throw Problem(
                400,
                "The query specifies \(names.count == 1 ? "1 run" : "\(names.count) runs"). Specify at least two: run=A&run=B."
            )
        }
        let experiments = try names.map { name in
            try Experiment.decode(JSONValue.load(runs.path(ofModel: name) + "/" + RunFile.config))
        }
        let found = ConfigDifference.all(among: experiments).map { difference -> JSONValue in
            [
                "path": difference.path.encode(),
                "values": JSONValue(.list(difference.values.map { $0 ?? .null })),
            ]
        }
        return ["runs": names.encode(), "differences": JSONValue(.list(found))]
    }

    private func corpus(_ path: String) throws -> JSONValue {
        let corpus = try runs.corpus(ofRun: path)
        let file = path + "/" + RunFile.audit
        var audit = FileManager.default.fileExists(atPath: file) ? try JSONValue.load(file) : .null
        if let findings = audit["findings"]?.elements {
            audit["findings"] = JSONValue(
                .list(
                    findings.map { finding in
                        let lines = finding["examples"]?.elements?.compactMap(\.text) ?? []
                        var finding = finding
                        finding["examples"] = JSONValue(
                            .list(
                                lines.map { ["text": $0.encode(), "clips": corpus.clips(in: $0).encode()] }))
                        return finding
                    }))
        }
        return ["statistics": corpus.statistics, "audit": audit]
    }
}
