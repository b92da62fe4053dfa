// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "UsingAutograd",
    dependencies: [.package(name: "Prosody", path: "../..")],
    targets: [
        .target(name: "OwnOperation", dependencies: [.product(name: "Autograd", package: "Prosody")]),
        .executableTarget(
            name: "UsingAutograd",
            dependencies: ["OwnOperation", .product(name: "Autograd", package: "Prosody")]),
        .executableTarget(
            name: "CustomLayer",
            dependencies: [
                .product(name: "Autograd", package: "Prosody"), .product(name: "Layers", package: "Prosody"),
            ]),
        .testTarget(
            name: "OwnOperationTests",
            dependencies: ["OwnOperation", .product(name: "AutogradTesting", package: "Prosody")]),
    ],
    swiftLanguageModes: [.v6]
)
