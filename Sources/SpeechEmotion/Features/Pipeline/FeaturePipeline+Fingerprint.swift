import Autograd
import Configuration

extension FeaturePipeline {
    /// Must be increased whenever the code computes other values from the same options.
    static let version = 2

    /// Changes with every option that the features of a single recording depend on, including defaults, and with the
    /// code; 64 hexadecimal digits. Equal fingerprints mean equal features of the same recording.
    public var fingerprint: String {
        var json = encode()
        json["normalize"] = nil
        json = FeatureKinds.mappingPinned(in: json) { $0.identity }
        json = PreprocessingKinds.mappingPinned(in: json) { $0.identity }
        return SHA256.hex(of: "features \(Self.version)\n\(json.line)")
    }
}
