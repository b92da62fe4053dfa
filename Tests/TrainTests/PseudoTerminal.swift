import Foundation
import Testing

/// A terminal of which the test holds the other end.
final class PseudoTerminal {
    private let master: Int32
    private let slave: Int32

    init(columns: Int) throws {
        // posix_openpt and its companions are not among what Swift sees of the C library.
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number): (Int32, Int32) = (0, -1)
        try #require(
            master >= 0 && ioctl(master, Self.setLock, &lock) == 0
                && ioctl(master, Self.getNumber, &number) == 0)
        slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(slave >= 0)
        var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        try #require(ioctl(slave, UInt(TIOCSWINSZ), &size) == 0)
    }

    deinit { close(master) }

    /// TIOCSPTLCK and TIOCGPTN of Linux.
    private static let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    /// What a call shows on this terminal, up to its end; lines end with one character.
    func run(_ words: [String], kind: String = "xterm-256color") throws -> (shown: String, errors: String) {
        var place = BuiltProgram.Surroundings()
        place.environment["TERM"] = kind
        place.output = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
        let call = try BuiltProgram.begin(words, place)
        close(slave)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        // Once the program has ended, reading fails.
        while case let count = read(master, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
        let ending = try call.end()
        #expect(ending.status == 0, "\(ending.errors)")
        return (String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n"), ending.errors)
    }

    /// What a text leaves on the screen: a line for each that was ended, without what was written over.
    static func screen(_ shown: String) throws -> [String] {
        try shown.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let last = line.components(separatedBy: "\r\u{1B}[K").last ?? ""
            try #require(!last.contains("\u{1B}") && !last.contains("\r"), "\(last)")
            return last
        }
    }
}
