// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "UsingAutograd",
    dependencies: [.package(name: "Prosody", path: "../..")],
    targets: [
        .target(name: "CustomOperation", dependencies: [.product(name: "Autograd", package: "Prosody")]),
        .executableTarget(
            name: "UsingAutograd",
            dependencies: ["CustomOperation", .product(name: "Autograd", package: "Prosody")]),
        .executableTarget(
            name: "CustomLayer",
            dependencies: [
                .product(name: "Autograd", package: "Prosody"), .product(name: "Layers", package: "Prosody"),
            ]),
        .testTarget(
            name: "CustomOperationTests",
            dependencies: ["CustomOperation", .product(name: "AutogradTesting", package: "Prosody")]),
    ],
    swiftLanguageModes: [.v6]
)
