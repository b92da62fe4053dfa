import Autograd
import Configuration
import Foundation
import Lab
import Server
import Training

/// Sends the epochs of a run as server-sent events while it trains. It reads the run's log, so that nothing needs to be configured
/// in the run.
///
/// - `epoch`: the metrics of an epoch, as in `metrics.jsonl`; the event's id is the number of the epoch
/// - `restart`: the run has been started again, and its epochs follow
/// - `finished`: the result of the run; the last event
/// - `problem`: the log cannot be read; the last event
struct EpochFollower {
    let run: String
    /// The seconds between two looks at the files.
    var interval = 0.25

    /// Sends events until the run has finished or the client has gone.
    func follow(_ stream: EventStream) throws {
        var last = stream.lastEventID.flatMap(Int.init) ?? 0
        var stamp: Stamp?
        repeat {
            let isFinished = RunFolder.content(of: run) == .finished
            let now = Stamp(run + "/" + RunFile.metrics)
            if now != stamp {
                stamp = now
                do { try send(stream, after: &last) } catch let error as FileError {
                    try stream.send("\(error)", event: "problem")
                    return
                }
            }
            if isFinished {
                let result = try? JSONValue.load(run + "/" + RunFile.result)
                try stream.send((result ?? .null).line, event: "finished")
                return
            }
            guard FileManager.default.fileExists(atPath: run) else {
                try stream.send("The run has been removed.", event: "problem")
                return
            }
        } while stream.wait(seconds: interval)
    }

    private func send(_ stream: EventStream, after last: inout Int) throws {
        let file = run + "/" + RunFile.metrics
        let epochs = FileManager.default.fileExists(atPath: file) ? try EpochLines.read(file) : []
        if epochs.last?.epoch ?? 0 < last {
            try stream.send("", event: "restart")
            last = 0
        }
        for epoch in epochs where epoch.epoch > last {
            try stream.send(epoch.json.line, event: "epoch", id: "\(epoch.epoch)")
            last = epoch.epoch
        }
    }

    /// What changes when a file is written.
    private struct Stamp: Equatable {
        var size, seconds, nanoseconds: Int

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            (size, seconds, nanoseconds) = (
                Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec
            )
        }
    }
}

extension EpochMetrics {
    /// The metrics as in `metrics.jsonl`.
    var json: JSONValue {
        JSONValue(
            .object(
                [JSONMember("epoch", JSONValue(.integer(epoch)))]
                    + values.map { JSONMember($0.name, JSONValue(.number($0.value))) }))
    }
}
