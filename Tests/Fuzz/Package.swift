// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "Prosody", path: "../..")],
    targets: [
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                .product(name: "Autograd", package: "Prosody"),
                .product(name: "Configuration", package: "Prosody"),
                .product(name: "Lab", package: "Prosody"),
                .product(name: "Layers", package: "Prosody"),
                .product(name: "ONNXExport", package: "Prosody"),
                .product(name: "Server", package: "Prosody"),
                .product(name: "SpeechEmotion", package: "Prosody"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
