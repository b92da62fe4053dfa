import Configuration

/// The options of a layer that takes waveforms of a certain sample rate.
public protocol WaveformLayerSpec: LayerSpec {
    /// The sample rate in Hz.
    static var sampleRate: Int { get }
}

extension LayerSpec {
    /// The first layer that takes waveforms; nil if there is none.
    public var waveformLayer: (any WaveformLayerSpec.Type)? { encode().waveformLayer }
}

extension JSONValue {
    fileprivate var waveformLayer: (any WaveformLayerSpec.Type)? {
        if let type = self["type"]?.text, let kind = LayerKinds.kind(type) as? any WaveformLayerSpec.Type {
            return kind
        }
        return (members?.map(\.value) ?? elements ?? []).lazy.compactMap(\.waveformLayer).first
    }
}
