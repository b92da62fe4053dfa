import Configuration

extension FeaturePipeline {
    /// Grows whenever the code computes other numbers from the same options.
    static let version = 2

    /// Changes with every option that the features of a sound alone depend on, defaults too, and with the code; 64
    /// hexadecimal digits. Equal fingerprints mean equal features of the same sound.
    public var fingerprint: String {
        var json = encode()
        json["normalize"] = nil
        return SHA256.hex(of: "features \(Self.version)\n\(json.line)")
    }
}
