import Configuration
import Lab
import Training

/// Writes the progress of a run as JSON lines, each with an `event`.
final class JSONProgress: RunProgress {
    func begin(_ work: String) { show("begin", [JSONMember("work", work.encode())]) }

    func epoch(_ metrics: EpochMetrics, _ timing: EpochTiming) {
        let values = metrics.values.map { JSONMember($0.name, JSONValue(.number($0.value))) }
        show(
            "epoch",
            [JSONMember("epoch", metrics.epoch.encode())] + values
                + timing.values.map { JSONMember($0.name, $0.value.encode()) })
    }

    func remark(_ text: String) { show("remark", [JSONMember("text", text.encode())]) }

    func note(_ text: String) { show("note", [JSONMember("text", text.encode())]) }

    func result(_ result: RunResult, _ folder: String) {
        show("result", [JSONMember("run", folder.encode()), JSONMember("result", result.encode())])
    }

    private func show(_ event: String, _ members: [JSONMember]) {
        Terminal.show(JSONValue(.object([JSONMember("event", event.encode())] + members)).line + "\n")
    }
}
