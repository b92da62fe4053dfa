import Configuration

extension FeaturePipeline {
    /// Grows whenever the code computes other numbers from the same options.
    static let version = 2

    /// Changes with every option, defaults too, and with the code; 64 hexadecimal digits. Equal fingerprints
    /// mean equal features of the same sound.
    public var fingerprint: String {
        SHA256.hex(of: "features \(Self.version)\n\(encode().line)")
    }
}
