import Foundation

/// Settings of Glibc's memory allocator.
enum Allocator {
    /// Returns freed blocks of 1 MB and more to the system at once. By default, the threshold grows with the blocks that are
    /// freed, so that memory for large uploads would be kept.
    static func returnLargeBlocks() {
        typealias Setter = @convention(c) (Int32, Int32) -> Int32
        // Glibc's module contains neither `mallopt` nor the constant M_MMAP_THRESHOLD.
        guard let symbol = dlsym(nil, "mallopt") else { return }
        _ = unsafeBitCast(symbol, to: Setter.self)(-3, 1 << 20)
    }
}
