import Configuration

/// Height and width; in JSON one number if they are equal, else [height, width].
public typealias Sides = OneOrTwo<Int>

extension OneOrTwo where Element == Int {
    /// The size along the first axis after the batch axis.
    public var height: Int { first }
    /// The size along the axis before the channel axis.
    public var width: Int { second }
}

extension OneOrTwo: ExpressibleByIntegerLiteral where Element == Int {
    /// Creates an equal height and width.
    public init(integerLiteral value: Int) { self.init(value) }
}

/// The size of a window: steps of a sequence, or height and width of an image.
public protocol WindowSize: Bounded, Equatable where Bound == Int {
    /// Creates a size that is equal along all axes.
    init(_ all: Int)
    /// The size along each axis.
    var axes: [Int] { get }
    /// The words for this kind of window in the config reference.
    static var words: WindowWords { get }
}

/// The words for this kind of window in the config reference.
public struct WindowWords: Sendable {
    let window: String, step: String, tap: String, input: String
}

extension Int: WindowSize {
    public var axes: [Int] { [self] }
    public static var words: WindowWords {
        WindowWords(
            window: "Size of the window in steps.", step: "Stride in steps.", tap: "Dilation in steps.",
            input: "time, channels")
    }
}

extension OneOrTwo: WindowSize where Element == Int {
    public var axes: [Int] { [height, width] }
    public static var words: WindowWords {
        WindowWords(
            window: "Height and width of the window, or one number for both.",
            step: "Stride along height and width, or one number for both.",
            tap: "Dilation along height and width, or one number for both.", input: "height, width, channels")
    }
}
