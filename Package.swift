// swift-tools-version: 6.1
import PackageDescription

/// `--traits Double` builds `Real` as Double: the same operations, checked in double precision.
let realType: [SwiftSetting] = [.define("REAL_IS_DOUBLE", .when(traits: ["Double"]))]

let package = Package(
    name: "Prosody",
    products: [
        .library(name: "Autograd", targets: ["Autograd"]),
        .library(name: "AutogradTesting", targets: ["AutogradTesting"]),
        .library(name: "Configuration", targets: ["Configuration"]),
        .library(name: "Layers", targets: ["Layers"]),
        .library(name: "Metrics", targets: ["Metrics"]),
        .library(name: "Classical", targets: ["Classical"]),
        .library(name: "Projection", targets: ["Projection"]),
        .library(name: "Server", targets: ["Server"]),
        .library(name: "GeMAPS", targets: ["GeMAPS"]),
        .library(name: "Encoders", targets: ["Encoders"]),
        .library(name: "Training", targets: ["Training"]),
        .library(name: "ONNXExport", targets: ["ONNXExport"]),
        .library(name: "Reports", targets: ["Reports"]),
        .library(name: "SpeechEmotion", targets: ["SpeechEmotion"]),
        .library(name: "Lab", targets: ["Lab"]),
        .library(name: "Serve", targets: ["Serve"]),
        .library(name: "Commands", targets: ["Commands"]),
        .executable(name: "Train", targets: ["Train"]),
    ],
    traits: [
        .trait(name: "Double", description: "Tensors hold Double instead of Float.")
    ],
    targets: [
        // The tests compare our products of matrices with OpenBLAS'; nothing else uses it.
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
        .target(name: "CKernels", exclude: ["README.md"]),
        .target(name: "CAllocation"),
        .target(name: "CDecoder", dependencies: ["CSndFile"], exclude: ["README.md"]),
        .target(
            name: "Autograd", dependencies: ["CKernels"], exclude: ["README.md"],
            swiftSettings: realType),
        .target(
            name: "AutogradTesting", dependencies: ["Autograd"], exclude: ["README.md"],
            swiftSettings: realType),
        .target(name: "Classical", dependencies: ["Autograd", "CKernels"], exclude: ["README.md"]),
        .target(name: "Projection", dependencies: ["Classical", "Autograd"], exclude: ["README.md"]),
        .target(name: "Server", exclude: ["README.md"]),
        .target(name: "GeMAPS", dependencies: ["CKernels", "Autograd"], exclude: ["README.md"]),
        .target(name: "Configuration", exclude: ["README.md"]),
        .target(
            name: "Layers", dependencies: ["Classical", "Metrics", "Autograd", "Configuration"],
            exclude: ["README.md"],
            swiftSettings: realType),
        .target(
            name: "Metrics", dependencies: ["Autograd", "Configuration"], exclude: ["README.md"],
            swiftSettings: realType),
        .target(
            name: "SpeechEmotion",
            dependencies: [
                "GeMAPS", "Metrics", "Autograd", "Configuration", "CKernels", "CDecoder", "CSndFile",
            ],
            exclude: ["README.md"],
            swiftSettings: realType),
        .target(
            name: "Encoders",
            dependencies: ["SpeechEmotion", "ONNXExport", "Layers", "Autograd", "Configuration"],
            exclude: ["README.md"], swiftSettings: realType),
        .target(
            name: "Training", dependencies: ["Layers", "Metrics", "Autograd", "Configuration"],
            exclude: ["README.md"], swiftSettings: realType),
        .target(
            name: "ONNXExport", dependencies: ["Layers", "Classical", "Autograd", "Configuration"],
            exclude: ["README.md"], swiftSettings: realType),
        .target(name: "Reports", dependencies: ["Metrics", "Configuration"], exclude: ["README.md"]),
        .target(
            name: "Lab",
            dependencies: [
                "Classical", "Projection", "SpeechEmotion", "Training", "ONNXExport", "Reports", "Layers",
                "Metrics", "Autograd",
                "Configuration",
            ],
            exclude: ["README.md"], swiftSettings: realType),
        .target(
            name: "Bench",
            dependencies: ["SpeechEmotion", "Encoders", "Layers", "Autograd", "CKernels", "Configuration"],
            exclude: ["README.md"], swiftSettings: realType),
        .target(name: "WebPages", exclude: ["README.md"], resources: [.embedInCode("Web")]),
        .target(
            name: "Serve",
            dependencies: [
                "WebPages", "Server", "Lab", "SpeechEmotion", "Training", "Reports", "Layers", "Metrics",
                "Autograd",
                "Configuration",
            ],
            exclude: ["README.md"], swiftSettings: realType),
        .target(
            name: "Commands",
            dependencies: [
                "Classical", "Projection", "Serve", "Server", "Lab", "Bench", "SpeechEmotion", "Encoders",
                "Training", "ONNXExport", "Reports", "Layers", "Metrics",
                "Autograd", "Configuration",
            ],
            exclude: ["README.md"], swiftSettings: realType),
        .executableTarget(name: "Train", dependencies: ["CAllocation", "Commands"]),
        // What the tests of several modules share.
        .target(
            name: "TestSupport",
            dependencies: ["Training", "Layers", "Metrics", "Autograd", "Configuration"],
            path: "Tests/TestSupport", swiftSettings: realType),
        .target(name: "GoldenSupport", path: "Tests/GoldenSupport"),
        .testTarget(
            name: "AutogradTests",
            dependencies: ["Autograd", "AutogradTesting", "GoldenSupport", "COpenBLAS"],
            swiftSettings: realType),
        .testTarget(name: "ConfigurationTests", dependencies: ["Configuration"], exclude: ["Fixtures"]),
        .testTarget(
            name: "MetricsTests", dependencies: ["Metrics", "TestSupport", "GoldenSupport", "Autograd"],
            swiftSettings: realType),
        .testTarget(
            name: "ClassicalTests", dependencies: ["Classical", "GoldenSupport", "Autograd"],
            exclude: ["Fixtures"],
            swiftSettings: realType),
        .testTarget(
            name: "ProjectionTests", dependencies: ["Projection", "Classical", "Autograd"],
            exclude: ["Fixtures"], swiftSettings: realType),
        .testTarget(
            name: "GeMAPSTests", dependencies: ["GeMAPS", "Autograd"], exclude: ["Fixtures"],
            swiftSettings: realType),
        .testTarget(
            name: "EncodersTests",
            dependencies: [
                "Encoders", "SpeechEmotion", "ONNXExport", "Layers", "Configuration", "Autograd",
                "AutogradTesting",
            ],
            exclude: ["Fixtures"], swiftSettings: realType),
        .target(name: "ServerTestSupport", path: "Tests/ServerTestSupport"),
        .testTarget(name: "ServerTests", dependencies: ["Server", "ServerTestSupport"]),
        .testTarget(
            name: "LayersTests",
            dependencies: [
                "Classical",
                "Layers", "Training", "TestSupport", "GoldenSupport", "Metrics", "Configuration", "Autograd",
                "AutogradTesting",
            ],
            exclude: ["Fixtures"], swiftSettings: realType),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Training", "TestSupport", "Layers", "Metrics", "Configuration", "Autograd",
                "AutogradTesting",
            ],
            swiftSettings: realType),
        .testTarget(
            name: "ONNXExportTests",
            dependencies: ["ONNXExport", "TestSupport", "Layers", "Classical", "Configuration", "Autograd"],
            exclude: ["Fixtures"],
            swiftSettings: realType),
        .testTarget(
            name: "ReportsTests",
            dependencies: ["Reports", "TestSupport", "Metrics", "Configuration", "Autograd"],
            swiftSettings: realType),
        .target(
            name: "SpeechTestSupport", dependencies: ["SpeechEmotion", "Autograd"],
            path: "Tests/SpeechTestSupport", swiftSettings: realType),
        .testTarget(
            name: "SpeechEmotionTests",
            dependencies: [
                "SpeechEmotion", "GeMAPS", "SpeechTestSupport", "GoldenSupport", "Configuration", "Autograd",
            ],
            swiftSettings: realType),
        .testTarget(
            name: "LabTests",
            dependencies: [
                "Classical", "Lab", "TestSupport", "SpeechTestSupport", "SpeechEmotion", "Encoders",
                "Training",
                "ONNXExport",
                "Reports", "Layers",
                "Metrics", "Configuration", "Autograd",
            ],
            swiftSettings: realType),
        .testTarget(
            name: "ServeTests",
            dependencies: [
                "Serve", "ServerTestSupport", "TestSupport", "Lab", "SpeechEmotion", "Metrics",
                "Configuration",
                "Autograd",
            ],
            swiftSettings: realType),
        // Reads the sources: which module imports which.
        .testTarget(name: "ArchitectureTests"),
        // They run the built program.
        .testTarget(
            name: "TrainTests",
            dependencies: [
                "Train", "Commands", "TestSupport", "ServerTestSupport", "Lab", "Layers", "Reports",
                "SpeechEmotion", "Metrics",
                "Configuration", "Autograd",
            ],
            swiftSettings: realType),
    ],
    swiftLanguageModes: [.v6]
)

// Optimizing tests takes half of the time to compile them. These compute enough themselves to be worth it.
let optimizedTests: Set = [
    "AutogradTests", "MetricsTests", "ClassicalTests", "ProjectionTests", "ServerTests",
]
for target in package.targets where target.type == .test && !optimizedTests.contains(target.name) {
    target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-Onone"])]
}

// The gradient checks with Double need only these targets, and build in a fraction of the time without the others.
if Context.environment["GRADIENT_CHECKS"] != nil {
    let targets: Set = [
        "CKernels", "COpenBLAS", "Autograd", "AutogradTesting", "Configuration", "Classical", "Metrics",
        "Layers",
        "Training", "TestSupport", "GoldenSupport", "AutogradTests", "LayersTests", "TrainingTests",
    ]
    package.targets.removeAll { !targets.contains($0.name) }
    package.products.removeAll { !targets.contains($0.name) }
}

// TEST_TARGETS=LayersTests,LabTests builds these tests only: compiling all tests takes longer than the modules.
if let names = Context.environment["TEST_TARGETS"]?.split(separator: ",").map(String.init) {
    package.targets.removeAll { $0.type == .test && !names.contains($0.name) }
}
