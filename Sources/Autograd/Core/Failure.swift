/// Stops the program with a message that names the operation. For mistakes in a program (wrong shapes, a graph
/// used twice); whatever comes from outside the program throws instead.
///
/// `precondition` would not do: it drops its message in release builds.
@inline(never)
public func fail(_ message: String) -> Never {
    fatalError(message)
}

/// Stops the program with `message` unless `condition` holds. The message is only made when it is needed.
@inline(__always)
public func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fail(message()) }
}
