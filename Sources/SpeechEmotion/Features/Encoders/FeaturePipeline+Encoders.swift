import Configuration

extension FeaturePipeline {
    /// The pipeline with the fingerprints of its encoders, which a run records. Throws if an encoder cannot be read, or has
    /// another fingerprint than the pipeline says.
    public func pinned() throws -> FeaturePipeline {
        let json = encode()
        guard json.hasEncoder else { return self }
        let rate = finalRate
        return try FeaturePipeline.decode(
            json.mappingEncoders { encoder in
                try EncoderStates.decode(encoder).pinned(rate: rate).encode()
            })
    }
}

extension JSONValue {
    /// Whether an encoder is among the features.
    fileprivate var hasEncoder: Bool {
        if self["type"]?.text == EncoderStates.type { return true }
        return (members?.map(\.value) ?? elements ?? []).contains(where: \.hasEncoder)
    }

    /// Returns the value with every encoder replaced.
    func mappingEncoders(_ change: (JSONValue) throws -> JSONValue) rethrows -> JSONValue {
        if self["type"]?.text == EncoderStates.type { return try change(self) }
        if let members {
            return JSONValue(
                .object(
                    try members.map {
                        JSONMember($0.key, try $0.value.mappingEncoders(change), at: $0.place)
                    }), at: place)
        }
        guard let elements else { return self }
        return JSONValue(.list(try elements.map { try $0.mappingEncoders(change) }), at: place)
    }
}
