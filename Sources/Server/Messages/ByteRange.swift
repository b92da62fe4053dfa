/// The header `Range` (RFC 9110, section 14).
enum ByteRange: Equatable {
    /// There is no range that the server supports; the whole file is sent.
    case whole
    /// The bytes of a single range.
    case part(Range<Int>)
    /// The range lies outside of the file: status 416.
    case unsatisfiable

    /// Parses `bytes=0-99`, `bytes=100-` and `bytes=-100`. Several ranges, other units and malformed ranges are
    /// ignored, as the standard allows.
    init(_ text: String?, size: Int) {
        self = .whole
        guard let text, text.lowercased().hasPrefix("bytes=") else { return }
        let range = text.dropFirst(6).trimmingBlanks().split(
            separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard range.count == 2, range.allSatisfy({ $0.utf8.allSatisfy(Characters.isDigit) }) else { return }
        // A number too large for Int lies beyond every file.
        let (first, last) = (Int(range[0]) ?? Int.max, Int(range[1]) ?? Int.max)
        switch (range[0].isEmpty, range[1].isEmpty) {
        case (true, true): return
        case (true, false): self = last == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - last)..<size)
        case (false, true): self = first >= size ? .unsatisfiable : .part(first..<size)
        case (false, false):
            guard first <= last else { return }
            self =
                first >= size ? .unsatisfiable : .part(first..<min(size, last == Int.max ? size : last + 1))
        }
    }
}
