import Autograd
import Classical
import SpeechEmotion

/// Gives the features of a group, such as a corpus, mean 0 and the identity matrix as covariance: CORAL (Sun and Saenko 2016) with a
/// reference that all groups share. Uses no labels.
///
/// Standardized features are multiplied by the inverse square root of their correlation matrix, which is shrunk after Ledoit and Wolf (2004), so
/// that it can be inverted for groups with few clips.
struct CorrelationAlignment: GroupNormalization {
    private let scaling: SpeakerNormalization
    private let transform: Matrix

    init(_ group: [Features], of clip: String?) throws(InputError) {
        scaling = try SpeakerNormalization(group, of: clip)
        let channels = group.first?.shape.last ?? 1
        var values: [Double] = []
        for features in group {
            let scaled = scaling(features)
            values += scaled.values.prefix(SpeakerNormalization.valid(scaled)).map { Double($0) }
        }
        let rows = Matrix(rows: values.count / channels, columns: channels, values: values)
        let eigen = SymmetricEigen(Shrinkage.auto.covariance(rows))
        let least = 1e-6 * (eigen.values.first ?? 1)
        var roots = eigen.vectors
        for (row, value) in eigen.values.enumerated() {
            let factor = 1 / max(value, least, 1e-30).squareRoot()
            for column in 0..<channels { roots[row, column] *= factor }
        }
        transform = eigen.vectors.transposedProduct(roots)
    }

    func callAsFunction(_ features: Features) -> Features {
        var result = scaling(features)
        let (channels, count) = (transform.columns, SpeakerNormalization.valid(result))
        let rows = Matrix(
            rows: count / channels, columns: channels, values: result.values.prefix(count).map { Double($0) })
        for (place, value) in rows.product(transform).values.enumerated() {
            result.values[place] = Float(value)
        }
        return result
    }
}

/// The normalization of features by the statistics of a group of clips.
protocol GroupNormalization: Sendable {
    /// Normalizes features; padding is unchanged.
    func callAsFunction(_ features: Features) -> Features
}

extension SpeakerNormalization: GroupNormalization {}

extension FeaturePipeline.Normalizing {
    /// Returns the normalization of a group of clips: a speaker or a corpus. Throws if they have too few values.
    ///
    /// - Parameter clip: The name of a clip of the group, for the error.
    func fit(_ group: [Features], of clip: String? = nil) throws(InputError) -> any GroupNormalization {
        self == .coral ? try CorrelationAlignment(group, of: clip) : try SpeakerNormalization(group, of: clip)
    }
}
