/// A shape viewed as [outer, size, inner] around one axis.
struct AxisView {
    let outer: Int, size: Int, inner: Int

    init(_ shape: [Int], axis: Int) {
        outer = shape[..<axis].reduce(1, *)
        size = shape[axis]
        inner = shape[(axis + 1)...].reduce(1, *)
    }
}
