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
        .library(name: "SpeechEmotion", targets: ["SpeechEmotion"]),
        .library(name: "Lab", targets: ["Lab"]),
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
        .target(
            name: "Autograd", dependencies: ["CKernels"], exclude: ["README.md"],
            swiftSettings: realType),
        .target(
            name: "AutogradTesting", dependencies: ["Autograd"], exclude: ["README.md"],
            swiftSettings: realType),
        .target(name: "Configuration", exclude: ["README.md"]),
        .target(
            name: "Layers", dependencies: ["Autograd", "Configuration"], exclude: ["README.md"],
            swiftSettings: realType),
        .target(
            name: "Metrics", dependencies: ["Autograd"], exclude: ["README.md"], swiftSettings: realType),
        .target(
            name: "SpeechEmotion",
            dependencies: ["Layers", "Metrics", "Autograd", "Configuration", "CKernels", "CSndFile"],
            exclude: ["README.md"],
            swiftSettings: realType),
        .target(
            name: "Lab", dependencies: ["SpeechEmotion", "Layers", "Metrics", "Autograd", "Configuration"],
            exclude: ["README.md"], swiftSettings: realType),
        .executableTarget(
            name: "Train",
            dependencies: ["Lab", "SpeechEmotion", "Layers", "Metrics", "Autograd", "Configuration"],
            exclude: ["README.md"],
            swiftSettings: realType),
        // Every layer with its options, for the tests of several modules.
        .target(name: "LayerExamples", path: "Tests/LayerExamples"),
        .target(name: "SmallExperiments", path: "Tests/SmallExperiments"),
        .testTarget(
            name: "AutogradTests", dependencies: ["Autograd", "AutogradTesting", "COpenBLAS"],
            swiftSettings: realType),
        .testTarget(name: "ConfigurationTests", dependencies: ["Configuration"], exclude: ["Fixtures"]),
        .testTarget(
            name: "MetricsTests", dependencies: ["Metrics", "Autograd"], swiftSettings: realType),
        .testTarget(
            name: "SpeechEmotionTests", dependencies: ["SpeechEmotion", "Configuration", "Autograd"],
            swiftSettings: realType),
        .testTarget(
            name: "LabTests",
            dependencies: [
                "Lab", "LayerExamples", "SmallExperiments", "SpeechEmotion", "Layers", "Metrics",
                "Configuration", "Autograd",
            ],
            swiftSettings: realType),
        .testTarget(
            name: "LayersTests",
            dependencies: ["Layers", "LayerExamples", "Configuration", "Autograd", "AutogradTesting"],
            exclude: ["Fixtures"], swiftSettings: realType),
        // They run the built program.
        .testTarget(
            name: "TrainTests",
            dependencies: [
                "Train", "SmallExperiments", "Lab", "SpeechEmotion", "Metrics", "Configuration", "Autograd",
            ],
            swiftSettings: realType),
    ],
    swiftLanguageModes: [.v6]
)
