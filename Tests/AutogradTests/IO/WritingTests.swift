import Autograd
import Foundation
import Testing

/// A failed write leaves an existing file unchanged and no temporary files behind.
@Suite struct WritingTests {
    private struct Stop: Error {}

    private func names(_ folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()) ?? ["unreadable"]
    }

    private func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    @Test func replacesCompletelyOrNotAtAll() throws {
        try Fixtures.temporaryFolder { folder in
            let path = folder + "/x"
            try AtomicFile.write(Array("old".utf8), to: path)
            #expect(chmod(path, 0o640) == 0)
            #expect(throws: Stop.self) {
                try AtomicFile.write(to: path) { append in
                    try Array("new".utf8).withUnsafeBytes(append)
                    #expect(names(folder).filter { !$0.hasPrefix(".") } == ["x"] && text(path) == "old")
                    throw Stop()
                }
            }
            #expect(text(path) == "old" && names(folder) == ["x"])
            try AtomicFile.write(Array("new".utf8), to: path)
            #expect(text(path) == "new" && names(folder) == ["x"])
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o640)
        }
    }

    /// The next write to a folder removes what killed processes have left: what nobody has locked, and this system has written.
    @Test func filesOfKilledProcessesAreRemoved() throws {
        try Fixtures.temporaryFolder { folder in
            let (abandoned, locked) = (
                AtomicFile.temporaryName(in: folder), AtomicFile.temporaryName(in: folder)
            )
            let foreign = folder + "/.writing-00000000-a"
            for path in [abandoned, locked, foreign] {
                #expect(FileManager.default.createFile(atPath: path, contents: nil))
            }
            let descriptor = open(locked, O_RDONLY)
            defer { close(descriptor) }
            #expect(flock(descriptor, LOCK_EX) == 0)
            try AtomicFile.write([1], to: folder + "/x")
            #expect(Set(names(folder).map { folder + "/" + $0 }) == [locked, foreign, folder + "/x"])
            AtomicFile.removeUnfinished(in: folder)
            #expect(names(folder) == ["x"])
        }
    }

    /// A name that appears while a new file is written does not stop it.
    @Test func anotherWriterOfTheSameNameIsReplaced() throws {
        try Fixtures.temporaryFolder { folder in
            let path = folder + "/x"
            try AtomicFile.write(to: path) { append in
                try AtomicFile.write(Array("other".utf8), to: path)
                try Array("own".utf8).withUnsafeBytes(append)
            }
            #expect(text(path) == "own" && names(folder) == ["x"])
        }
    }

    @Test func followsSymbolicLink() throws {
        try Fixtures.temporaryFolder { folder in
            try AtomicFile.write(Array("old".utf8), to: folder + "/real")
            #expect(symlink("real", folder + "/link") == 0)
            try AtomicFile.write(Array("new".utf8), to: folder + "/link")
            #expect(text(folder + "/real") == "new")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link") == "real")
        }
    }

    @Test func unwritablePaths() throws {
        try Fixtures.temporaryFolder { folder in
            let tensor = Tensor([1], shape: [1])
            let missing = folder + "/missing/x.npy"
            #expect(
                Fixtures.message { try Npy.write(tensor, to: missing) }
                    == "\(missing): writing: found \"No such file or directory\"; allowed: an existing, writable folder"
            )
            #expect(
                Fixtures.message { try SafeTensors.write(["x": tensor], to: folder) }
                    == "\(folder): writing: found a folder or a device; allowed: a new or a regular file")
            #expect(names(folder) == [])
            #expect(
                Fixtures.message { try SafeTensors.write(["x": tensor, "x": tensor], to: folder + "/x") }?
                    .contains("writing tensor \"x\": found a duplicate name") == true)
            #expect(
                Fixtures.message { try SafeTensors.write(["__metadata__": tensor], to: folder + "/x") }?
                    .contains("each name once, and not __metadata__") == true)
            #expect(
                Fixtures.message { try Npz.write(["x": tensor, "x": tensor], to: folder + "/x") }
                    == "\(folder)/x: writing member \"x.npy\": found a duplicate name; allowed: each name once"
            )
            #expect(names(folder) == [])
        }
    }

    @Test func unreadableFiles() throws {
        try Fixtures.temporaryFolder { folder in
            let missing = folder + "/missing"
            #expect(
                Fixtures.message { try SafeTensors(contentsOf: missing) }
                    == "\(missing): opening: found \"No such file or directory\"; allowed: an existing, readable file"
            )
            #expect(
                Fixtures.message { try Npy.read(folder) }
                    == "\(folder): opening: found a folder or a device; allowed: a regular file")
            let pipe = folder + "/pipe"
            #expect(mkfifo(pipe, 0o600) == 0)
            #expect(Fixtures.message { try Npz(contentsOf: pipe) }?.contains("a folder or a device") == true)
            let empty = folder + "/empty"
            try AtomicFile.write([UInt8](), to: empty)
            for mapped in [true, false] {
                #expect(
                    Fixtures.message { try SafeTensors(contentsOf: empty, mapped: mapped) }
                        == "\(empty): byte 0: found a file of 0 bytes; allowed: at least 8 bytes, the length of the header"
                )
                #expect(
                    Fixtures.message { try Npy.read(empty, mapped: mapped) }?.contains("found 0 bytes")
                        == true)
                #expect(
                    Fixtures.message { try Npz(contentsOf: empty, mapped: mapped) }?.contains("a zip archive")
                        == true)
            }
        }
    }
}
