import Autograd
import Foundation
import Lab
import Reports
import SpeechEmotion

/// The audio files that a command is given, and how many of them failed.
struct InputFiles {
    /// The given files, and the audio files below the given folders.
    private(set) var paths: [String] = []
    private let arguments: Int
    private var emptyFolders = 0
    private var failures = 0

    /// Finds the files. Prints an error for a folder without audio files.
    init(_ arguments: [String]) throws {
        self.arguments = arguments.count
        for path in arguments {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
            else {
                paths.append(path)
                continue
            }
            let found = try AudioFile.paths(inFolder: path)
            if found.isEmpty {
                emptyFolders += 1
                Terminal.error(
                    "error: \(path): no audio files in this folder; allowed: \(AudioFile.readable)")
            }
            paths += found
        }
    }

    /// The length of the longest path.
    var width: Int { paths.map(\.count).max() ?? 0 }

    /// Calls `body` with each file, and prints the errors of files that fail. Throws at the end if there are any.
    mutating func each(_ body: (String) throws -> Void) throws {
        for path in paths {
            try Interrupt.check()
            do { try body(path) } catch { fail(path, error) }
        }
        try checkFailures()
    }

    /// Prints the error of a file and counts it.
    mutating func fail(_ path: String, _ error: any Error) {
        failures += 1
        Terminal.error(error, in: path)
    }

    /// Throws if a file failed or a folder had no audio files.
    func checkFailures() throws {
        if failures > 0 {
            throw InputError("\(failures) of \(NumberText.count(paths.count, "file")) could not be read")
        }
        if emptyFolders > 0 {
            throw InputError(
                "no audio files in \(emptyFolders) of \(NumberText.count(arguments, "argument"))")
        }
    }
}
