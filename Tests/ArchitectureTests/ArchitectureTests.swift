import Foundation
import Testing

/// The modules and folders of the package depend on each other in one direction only.
@Suite struct ArchitectureTests {
    /// What each module may import of this package, in the order of the layers.
    private static let allowed: [(module: String, imports: Set<String>)] = [
        ("CKernels", []),
        ("CDecoder", []),
        ("CAllocation", []),
        ("Configuration", []),
        ("Autograd", ["CKernels"]),
        ("AutogradTesting", ["Autograd"]),
        ("Metrics", ["Autograd", "Configuration"]),
        ("Reports", ["Metrics", "Configuration"]),
        ("Classical", ["Autograd", "CKernels"]),
        ("Server", []),
        ("GeMAPS", ["CKernels", "Autograd"]),
        ("Projection", ["Classical", "Autograd"]),
        ("Layers", ["Classical", "Metrics", "Autograd", "Configuration"]),
        ("Training", ["Layers", "Metrics", "Autograd", "Configuration"]),
        ("ONNXExport", ["Layers", "Classical", "Autograd", "Configuration"]),
        (
            "SpeechEmotion",
            ["GeMAPS", "Metrics", "Autograd", "Configuration", "CKernels", "CDecoder", "CSndFile"]
        ),
        ("Encoders", ["SpeechEmotion", "ONNXExport", "Layers", "Autograd", "Configuration"]),
        ("Bench", ["SpeechEmotion", "Encoders", "Layers", "Autograd", "CKernels", "Configuration"]),
        (
            "Lab",
            [
                "SpeechEmotion", "Training", "ONNXExport", "Reports", "Layers", "Classical", "Projection",
                "Metrics", "Autograd",
                "Configuration",
            ]
        ),
        ("WebPages", []),
        (
            "Serve",
            [
                "WebPages", "Server", "Lab", "SpeechEmotion", "Training", "Reports", "Layers", "Metrics",
                "Autograd",
                "Configuration",
            ]
        ),
        (
            "Commands",
            [
                "Classical", "Projection", "Serve", "Server", "Lab", "Bench", "SpeechEmotion", "Encoders",
                "Training", "ONNXExport", "Reports", "Layers", "Metrics",
                "Autograd", "Configuration",
            ]
        ),
        ("Train", ["CAllocation", "Commands"]),
    ]

    private static let system: Set<String> = ["Foundation", "Glibc", "Synchronization", "Dispatch"]

    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources")

    /// A source file: its folder within the module, and its text without comments and string literals.
    private struct Source {
        var folder: String
        var name: String
        var text: String
    }

    private static func files(of module: String) throws -> [Source] {
        let root = sources.appendingPathComponent(module)
        let names = try FileManager.default.subpathsOfDirectory(atPath: root.path)
        return try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            let text = try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
            let parts = name.split(separator: "/")
            let plain = text.replacing(/\/\/.*/, with: "").replacing(/"(\\.|[^"\\\n])*"/, with: "")
            return Source(folder: parts.count > 1 ? String(parts[0]) : "", name: name, text: plain)
        }
    }

    @Test func everyModuleIsListed() throws {
        let found = try FileManager.default.contentsOfDirectory(atPath: Self.sources.path)
        let libraries: Set = ["COpenBLAS", "CSndFile"]
        #expect(Set(found).subtracting(libraries) == Set(Self.allowed.map(\.module)))
    }

    @Test(arguments: allowed.map(\.module))
    func aModuleImportsOnlyThoseBelowIt(_ module: String) throws {
        let allowed = try #require(Self.allowed.first { $0.module == module }).imports
        for file in try Self.files(of: module) {
            for line in file.text.matches(of: /(?m)^(?:\w+ )?import (\w+)/) {
                let name = String(line.1)
                #expect(
                    allowed.contains(name) || Self.system.contains(name),
                    "\(module)/\(file.name) imports \(name)")
            }
        }
    }

    /// Folders of a module use each other's types without cycles. Files beside the folders belong to no folder.
    @Test(arguments: ["SpeechEmotion", "Lab", "Reports", "Training", "Serve", "Commands"])
    func foldersFormNoCycle(_ module: String) throws {
        let files = try Self.files(of: module)
        var owner: [String: Set<String>] = [:]
        let declaration =
            /(?m)^(?:(?:public|package|final|indirect) )*(?:struct|class|enum|protocol|actor|typealias) (\w+)/
        for file in files {
            for match in file.text.matches(of: declaration) {
                owner[String(match.1), default: []].insert(file.folder)
            }
        }
        var uses: [String: [String: String]] = [:]
        for file in files where !file.folder.isEmpty {
            for match in file.text.matches(of: /\b[A-Z]\w+/) {
                guard let folders = owner[String(match.0)], folders.count == 1, let other = folders.first,
                    !other.isEmpty, other != file.folder
                else { continue }
                uses[file.folder, default: [:]][other] = "\(file.name) uses \(match.0)"
            }
        }
        // Folders that nothing uses are taken away until nothing is left, or a cycle is.
        var left = Set(uses.keys).union(uses.values.flatMap(\.keys))
        while let top = left.first(where: { folder in
            !left.contains { $0 != folder && uses[$0]?[folder] != nil }
        }) {
            left.remove(top)
        }
        let cycle = left.sorted().flatMap { folder in
            (uses[folder] ?? [:]).filter { left.contains($0.key) }.map {
                "\(folder) -> \($0.key): \($0.value)"
            }
        }
        #expect(cycle.isEmpty, "\(cycle.sorted().joined(separator: "\n"))")
    }
}
