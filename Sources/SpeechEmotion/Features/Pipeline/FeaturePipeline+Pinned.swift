import Configuration

extension FeaturePipeline {
    /// The pipeline with the fingerprints of the files that its features depend on, such as encoders, which a run records.
    /// Throws if such a file cannot be read, or has another fingerprint than the pipeline says.
    public func pinned() throws -> FeaturePipeline {
        let json = encode()
        var pinned = try FeatureKinds.mappingPinned(in: json) { try $0.pinned().encode() }
        pinned = try PreprocessingKinds.mappingPinned(in: pinned) { try $0.pinned().encode() }
        return pinned == json ? self : try FeaturePipeline.decode(pinned)
    }
}
