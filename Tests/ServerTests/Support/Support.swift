import Foundation
import Server
import Testing

/// Runs a server on a free port of the loopback interface and stops it.
func withServer<T>(
    _ change: (inout Server.Options) -> Void = { _ in }, routes: (inout Router) -> Void,
    _ body: (Server, Int) throws -> T
) throws -> T {
    var options = Server.Options()
    change(&options)
    var router = Router()
    routes(&router)
    let server = try Server(options, router)
    try server.start()
    defer { server.stop(grace: 2) }
    return try body(server, server.address.port)
}

/// Waits until a condition holds.
func eventually(within seconds: Double = 5, _ condition: () -> Bool) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
        if condition() { return true }
        usleep(2000)
    }
    return condition()
}

/// Runs `body` on several threads and waits for all.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let group = DispatchGroup()
    for number in 0..<count {
        group.enter()
        let thread = Thread {
            body(number)
            group.leave()
        }
        thread.stackSize = 1 << 20
        thread.start()
    }
    group.wait()
}

/// The memory of the process in bytes.
var residentBytes: Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return (Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0) * 4096
}

/// The number of open files and sockets of the process.
var openFiles: Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0 }

/// The number of threads of the process.
var threads: Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0 }

/// A folder that is removed after the test.
func withFolder<T>(_ body: (String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("server-\(UUID().uuidString)")
        .path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}

/// A small generator with a seed, so that a failing mutation can be found again.
struct Mutations {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % bound
    }

    private static let pieces: [[UInt8]] = [
        "\r\n", "\n", "\r", "\0", ":", " ", "\t", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n",
        "%", "%2e%2e/",
        "..", "/", "HTTP/1.1", "0\r\n\r\n", "ffffffffffffffff\r\n", ";", "\u{E9}", "Host: a\r\n",
        "100-continue", "\"", "--",
        "Range: bytes=0-\r\n", "Connection: close\r\n", "Upgrade: websocket\r\n",
    ].map { Array($0.utf8) }

    /// Returns a copy of `bytes` with one to four changes.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...next(4) {
            let at = next(bytes.count + 1)
            switch next(6) {
            case 0 where at < bytes.count: bytes[at] = UInt8(next(256))
            case 1 where at < bytes.count: bytes.remove(at: at)
            case 2: bytes.insert(contentsOf: Self.pieces[next(Self.pieces.count)], at: at)
            case 3: bytes.removeLast(min(bytes.count, next(16)))
            case 4 where at < bytes.count:
                let end = min(bytes.count, at + next(24))
                bytes.insert(contentsOf: bytes[at..<end], at: next(bytes.count + 1))
            default: bytes.insert(UInt8(next(256)), at: at)
            }
        }
        return bytes
    }
}

/// The processor time of the calling thread in seconds, which other programs on the machine do not change.
var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Whether nothing is left of all requests.
func isQuiet(_ server: Server) -> Bool {
    let isQuiet = eventually {
        let status = server.status
        return status.connections == 0 && status.busyWorkers == 0 && status.queuedRequests == 0
            && status.streams == 0
            && status.bodyBytes == 0
    }
    if !isQuiet { print(server.status) }
    return isQuiet
}
