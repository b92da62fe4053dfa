/// The element type of every tensor: Float, or Double when the package is built with the trait `Double`.
#if REAL_IS_DOUBLE
    public typealias Real = Double
#else
    public typealias Real = Float
#endif
