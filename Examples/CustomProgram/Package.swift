// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "CustomProgram",
    dependencies: [.package(name: "Prosody", path: "../..")],
    targets: [
        .target(
            name: "CustomParts",
            dependencies: [
                .product(name: "Autograd", package: "Prosody"),
                .product(name: "Configuration", package: "Prosody"),
                .product(name: "Layers", package: "Prosody"),
                .product(name: "Metrics", package: "Prosody"),
                .product(name: "ONNXExport", package: "Prosody"),
                .product(name: "SpeechEmotion", package: "Prosody"),
            ]),
        .executableTarget(
            name: "CustomProgram",
            dependencies: [
                "CustomParts",
                .product(name: "Commands", package: "Prosody"),
                .product(name: "Layers", package: "Prosody"),
                .product(name: "Metrics", package: "Prosody"),
                .product(name: "ONNXExport", package: "Prosody"),
                .product(name: "SpeechEmotion", package: "Prosody"),
            ]),
        .testTarget(
            name: "CustomPartsTests",
            dependencies: ["CustomParts", .product(name: "Lab", package: "Prosody")]),
    ],
    swiftLanguageModes: [.v6]
)
