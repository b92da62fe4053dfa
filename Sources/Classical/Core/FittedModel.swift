/// What all fitted models have in common: they can be stored as named arrays.
///
/// A model file stores 32-bit floating-point values. A model that is read back from arrays rounded to `Float` must
/// decide like the original on inputs that are `Float` values: tree thresholds are therefore rounded down to `Float`
/// when they are stored, and indices stay below 2^24.
public protocol FittedModel: Sendable {
    /// The number of features that the model was fitted to.
    var features: Int { get }

    /// The arrays that determine the model, in a fixed order.
    var arrays: [NamedArray] { get }

    /// The size of the model for readers, such as "100 trees with 9,120 leaves, depth up to 21", the out-of-bag score if it was
    /// computed, and whether the optimization failed to converge. Empty by default.
    var size: String { get }

    /// Creates a model from its arrays. Throws if an array is missing, has another shape, or holds values that
    /// cannot belong to a model, such as a child node that does not exist.
    init(arrays: [NamedArray]) throws(FittingError)
}
