import Foundation
import Lab
import Serve
import Server

extension Command {
    private static let model = Option.text(
        "model", "RUN|FILE",
        help:
            "Run folder or model file for predictions (default: PROSODY_MODEL, or the bundled pretrained model). May be repeated.",
        isRepeated: true, completion: .files)
    private static let host = Option.text(
        "host", "HOST",
        help:
            "Host name or address to listen on (default: 127.0.0.1, this machine only). Other addresses require a token."
    )
    private static let port = Option.integer(
        "port", "PORT", in: 0...65535, help: "Port to listen on; 0 selects a free port (default: 8080).")
    private static let token = Option.text(
        "token", "TOKEN",
        help:
            "Token that every request must send, 16 to 256 letters, digits or -._~ (default: none on the local address, otherwise random)."
    )
    private static let open = Switch(name: "open", help: "Open the page in the default browser.")

    /// Serves the web interface.
    static let serve: Command = Command(
        name: "serve",
        summary:
            "Start the web interface: predict recordings, monitor runs while they train, and listen to misclassified clips.",
        options: [model, Common.runs, host, port, token, open, Common.threads],
        examples: [
            (
                "Train serve",
                "Serve the bundled model and the runs in the folder runs at http://127.0.0.1:8080/."
            ),
            (
                "Train serve --model runs/quickstart --model runs/wider --open",
                "Compare the predictions of two runs in the browser."
            ),
            (
                "Train serve --host 0.0.0.0 --port 9000",
                "Allow access from other machines, and print a link with a random token."
            ),
        ],
        run: { arguments in
            arguments.applyThreads()
            let models = arguments.every(model)
            for path in models where !exists(path) {
                throw UsageError("--model \(path): no such file or folder")
            }
            let served = models.isEmpty ? [try DefaultModel.path()] : models
            let server = try LabServer(
                LabServer.Options(
                    models: served,
                    runs: arguments[Common.runs] ?? "runs", host: arguments[host] ?? "127.0.0.1",
                    port: arguments[port] ?? 8080, token: arguments[token]))
            reportEnsembles(served)
            try server.run {
                Terminal.show("\(server.link)\n")
                if Terminal.isInteractive { Terminal.error("Press Ctrl-C to stop.") }
                if arguments[open] { openPage(server.link) }
            }
        })

    /// Prints the notes of `predict` about cross-validations, which are used as ensembles. The server starts even if one of them
    /// cannot be used yet.
    private static func reportEnsembles(_ models: [String]) {
        for path in models where RunSet.ablationFolder(path) != nil {
            do {
                let runs = try RunSet.reportedOne(path).records.map(\.path)
                if runs.count > 1, let note = try Ensemble.decisionNote(runs) {
                    Terminal.error("note: \(note)")
                }
            } catch { Terminal.error("warning: --model \(path): \(error)") }
        }
    }

    private static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path) || RunSet.ablationFolder(path) != nil
    }

    private static func openPage(_ link: String) {
        let browser = Process()
        browser.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        browser.arguments = ["xdg-open", link]
        browser.standardError = FileHandle.nullDevice
        do { try browser.run() } catch { Terminal.error("The browser cannot be started; open \(link)") }
    }
}
