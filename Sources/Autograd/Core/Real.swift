/// The element type of every tensor: Float, or Double when the package is built with the trait `Double`.
#if REAL_IS_DOUBLE
    /// Eight bytes per element; used for strict gradient checks.
    public typealias Real = Double
#else
    /// Four bytes per element.
    public typealias Real = Float
#endif
