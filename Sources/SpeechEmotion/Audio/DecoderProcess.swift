import Autograd
import CDecoder
import CKernels
import Foundation
import Synchronization

/// A process in which libsndfile decodes one file at a time. It cannot open files or use the network, and ends with this
/// program. Idle processes are kept for the next files.
final class DecoderProcess: @unchecked Sendable {
    /// Why a process did not reply. It has ended then.
    enum Failure: Error {
        /// It took longer than these seconds.
        case late(Double)
        case ended(ChildProcess.Ending)
    }

    /// Whether the process has not decoded any file yet.
    private(set) var isNew = true
    private let process: ChildProcess
    private let socket: Int32
    /// The processor time at which the current file is given up, and what it may take.
    private var end = 0.0
    private var allowed = 0.0
    private var started = ContinuousClock.now

    private static let idle = Mutex<[DecoderProcess]>([])

    /// Returns an idle process, or starts one.
    ///
    /// - Parameter subject: The file that error messages refer to.
    static func taken(for subject: String) throws -> DecoderProcess {
        try idle.withLock { $0.popLast() } ?? DecoderProcess(subject)
    }

    /// Keeps a process whose file is closed for another one.
    func keep() {
        isNew = false
        Self.idle.withLock { idle in
            if idle.count < ck_usable_cores() { idle.append(self) }
        }
    }

    private init(_ subject: String) throws {
        var ends: [Int32] = [-1, -1]
        guard cd_pair(&ends) == 0 else {
            throw FileError.system(subject, "decoding", allowed: "a connection to the decoder")
        }
        defer { close(ends[1]) }
        do {
            // The loader needs these variables; others can be secret.
            let environment = ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("LD_") }
            process = try ChildProcess(
                "/proc/self/exe", words: [CD_PROCESS_NAME], environment: environment.map { "\($0)=\($1)" },
                socket: ends[1], subject: subject)
        } catch {
            close(ends[0])
            throw error
        }
        socket = ends[0]
    }

    deinit { close(socket) }

    /// Begins a file, which may take a number of seconds of processor time.
    func begin(seconds: Double) {
        allowed = seconds
        end = cd_processor_seconds(process.id) + seconds
        started = .now
    }

    /// Sends a request, with an open file unless `file` is -1, and returns the reply.
    func ask(_ request: cd_request, file: Int32 = -1) throws(Failure) -> cd_reply {
        var request = request
        var reply = cd_reply()
        guard cd_send(socket, &request, file) == 0 else { throw .ended(process.kill()) }
        try receive(&reply, count: MemoryLayout<cd_reply>.size)
        return reply
    }

    /// Receives what follows a reply.
    func receive(_ target: UnsafeMutableRawPointer, count: Int) throws(Failure) {
        var done = 0
        while done < count {
            let wait = try patience()
            let got = cd_receive(socket, target + done, count - done, wait)
            if got == 0 { throw .ended(process.kill()) }
            done += max(0, got)
        }
    }

    /// The milliseconds until the time of the file can be over. A process that waits for a disk, or for the processor, may
    /// take ten times as long.
    private func patience() throws(Failure) -> Int32 {
        let left = end - cd_processor_seconds(process.id)
        if left <= 0 || (ContinuousClock.now - started) / .seconds(1) > 10 * allowed {
            process.kill()
            throw .late(allowed)
        }
        return Int32(max(1, min(left, 1) * 1000))
    }
}
