/// Stops the program with a message that names the operation. Used for programming errors such as mismatched shapes
/// or a graph that is used twice. Errors in external input are thrown instead.
///
/// `precondition` is not used because it drops its message in release builds.
@inline(never)
public func fail(_ message: String) -> Never {
    fatalError(message)
}

/// Stops the program with `message` unless `condition` is true. The message is evaluated only on failure.
@inline(__always)
public func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fail(message()) }
}
