/// The element type of every tensor: Float, or Double when the package is built with the trait `Double`.
#if REAL_IS_DOUBLE
    /// Eight bytes an element; there to check gradients strictly.
    public typealias Real = Double
#else
    /// Four bytes an element.
    public typealias Real = Float
#endif
