import Foundation
import Testing

/// The command `serve`, from its address to Ctrl-C.
@Suite struct ServeCommandTests {
    @Test(arguments: [SIGINT, SIGTERM])
    func itServesUntilASignal(_ signal: Int32) throws {
        let run = try SmallExperiment.finished.get()
        let call = try BuiltProgram.begin("serve", "--model", run, "--runs", run + "/..", "--port", "0")
        #expect(call.wait { call.outputSoFar.hasSuffix("/\n") })
        #expect(call.outputSoFar.contains(/^http:\/\/127\.0\.0\.1:[0-9]+\/\n$/))
        kill(call.id, signal)
        let ending = try call.end()
        #expect(ending.status == 0 && ending.errors.isEmpty)
    }

    @Test func anotherHostHasAToken() throws {
        let run = try SmallExperiment.finished.get()
        let call = try BuiltProgram.begin("serve", "--model", run, "--host", "0.0.0.0", "--port", "0")
        #expect(call.wait { call.outputSoFar.hasSuffix("\n") })
        #expect(call.outputSoFar.contains(/^http:\/\/[^\/]+:[0-9]+\/\?token=[0-9a-f]{48}\n$/))
        kill(call.id, SIGTERM)
        #expect(try call.end().status == 0)
    }

    @Test func errorsAreReported() throws {
        let run = try SmallExperiment.finished.get()
        let missing = try BuiltProgram.run("serve", "--model", run + "/none")
        #expect(missing.status == 64)
        #expect(missing.errors.hasPrefix("error: --model \(run)/none: no such file or folder\n"))
        let short = try BuiltProgram.run("serve", "--model", run, "--port", "0", "--token", "short")
        #expect(short.status == 1)
        #expect(
            short.errors == "error: The token must have 16 to 256 characters: letters, digits, and -._~.\n")
        let call = try BuiltProgram.begin("serve", "--model", run, "--port", "0")
        #expect(call.wait { call.outputSoFar.hasSuffix("\n") })
        let port = call.outputSoFar.split(separator: ":").last.map { $0.prefix { $0.isNumber } } ?? ""
        let busy = try BuiltProgram.run("serve", "--model", run, "--port", String(port))
        #expect(busy.status == 1 && busy.errors.contains("port \(port)"))
        kill(call.id, SIGTERM)
        _ = try call.end()
    }
}
