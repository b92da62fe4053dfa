import Foundation
import Synchronization

/// Maps the stamps of files to the digests of their content, so that files need not be read to find their features.
///
/// The index is a file to which every process appends whole records. Truncated or damaged records are skipped; a lost
/// one costs reading a recording once more.
final class StampIndex: Sendable {
    private let path: String
    private let patience: Double
    private let known = Mutex<[FileStamp: [UInt8]]?>(nil)

    /// Above this size, the file is started anew.
    private static let largest = 64 << 20

    init(path: String, patience: Double) {
        self.path = path
        self.patience = patience
    }

    /// The digest of the file with a stamp, if it is known.
    func digest(_ stamp: FileStamp) -> [UInt8]? {
        known.withLock { known in
            let all = known ?? load()
            known = all
            return all[stamp]
        }
    }

    /// Records a digest; returns the errno of a failure, or 0.
    func note(_ stamp: FileStamp, digest: [UInt8]) -> Int32 {
        // A later change of the file might have the same time.
        if stamp.age < patience { return 0 }
        known.withLock { known in
            var all = known ?? load()
            known = nil
            all[stamp] = digest
            known = all
        }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        let record = StampRecord(stamp, digest: digest).bytes
        return write(descriptor, record, record.count) == record.count ? 0 : (errno == 0 ? ENOSPC : errno)
    }

    private func load() -> [FileStamp: [UInt8]] {
        guard let size = FileStamp(path)?.size else { return [:] }
        if size > Self.largest { unlink(path) }
        guard let bytes = FileManager.default.contents(atPath: path) else { return [:] }
        var all: [FileStamp: [UInt8]] = [:]
        bytes.withUnsafeBytes { bytes in
            var at = 0
            while at + StampRecord.recordSize <= bytes.count {
                if let record = StampRecord(bytes, at: at) {
                    all[record.stamp] = record.digest
                    at += StampRecord.recordSize
                } else {
                    at += 1
                }
            }
        }
        return all
    }
}
