import Classical

/// The layout that a projection starts from.
public enum ProjectionInit: Sendable, Equatable {
    /// The first two principal components.
    case pca
    /// The leading eigenvectors of the graph Laplacian of the neighbor graph; only for UMAP.
    case spectral
    /// Random positions.
    case random
    /// Given positions, one row of two values per example.
    case positions(Matrix)
}
