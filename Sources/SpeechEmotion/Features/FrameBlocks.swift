import Autograd
import CKernels

/// Numbers for each frame of a sound, as a `FrameTable` has them, but sixteen frames beside each other, so
/// that one instruction works on all of them. Number `place` of frame f lies in block f / 16, row `place`,
/// lane f mod 16; spare lanes of the last block repeat the last frame.
public struct FrameBlocks: Sendable {
    /// How many frames there are.
    public let frames: Int
    /// How many numbers each frame has.
    public let width: Int
    private let memory: LaneMemory

    static let lanes = Int(CK_LANES)

    /// How many blocks of `lanes` frames there are.
    var blocks: Int { (frames + Self.lanes - 1) / Self.lanes }

    /// Blocks that `fill` writes, all of them; it is called with several of them at a time, maybe on several
    /// threads.
    init(
        frames: Int, width: Int, blocksAtOnce: Int = 8,
        fill: (_ blocks: Range<Int>, _ numbers: UnsafeMutablePointer<Float>) -> Void
    ) {
        self.frames = frames
        self.width = width
        let blocks = (frames + Self.lanes - 1) / Self.lanes
        let size = width * Self.lanes
        memory = LaneMemory(count: blocks * size)
        let start = memory.start
        Parallel.elements(blocks, grain: blocksAtOnce) { range in
            fill(range, start + range.lowerBound * size)
        }
    }

    /// Blocks of the same frames, each made from the one here: `body(from, to)` gets the first number of
    /// both.
    func mapped(
        width newWidth: Int, _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) -> FrameBlocks {
        let (size, newSize) = (width * Self.lanes, newWidth * Self.lanes)
        return withNumbers { numbers in
            FrameBlocks(frames: frames, width: newWidth) { blocks, result in
                for (i, block) in blocks.enumerated() { body(numbers + block * size, result + i * newSize) }
            }
        }
    }

    /// Calls `body` with the first number of the first block.
    @inline(__always)
    func withNumbers<R>(_ body: (UnsafePointer<Float>) throws -> R) rethrows -> R {
        try withExtendedLifetime(memory) { try body(UnsafePointer(memory.start)) }
    }

    /// All numbers, spare lanes included.
    var count: Int { blocks * width * Self.lanes }

    /// The frames of a block that are no spare lanes.
    func lanes(of block: Int) -> Int { Swift.min(Self.lanes, frames - block * Self.lanes) }

    /// The number at a place of a frame.
    public subscript(frame: Int, place: Int) -> Float {
        require(
            frame >= 0 && frame < frames && place >= 0 && place < width,
            "FrameBlocks: frame \(frame), place \(place) of \(frames) frames of \(width)")
        return withNumbers {
            $0[(frame / Self.lanes * width + place) * Self.lanes + frame % Self.lanes]
        }
    }

    /// Whether both are one table, made once.
    package func isSameMemory(as other: FrameBlocks) -> Bool { memory === other.memory }

    /// The same numbers, those of a frame beside each other.
    public var table: FrameTable {
        let values = [Float](unsafeUninitializedCapacity: frames * width) { buffer, count in
            count = frames * width
            guard let base = buffer.baseAddress, count > 0 else { return }
            copyRows(to: base, stride: width)
        }
        return FrameTable(frames: frames, width: width, values: values)
    }

    /// Writes the frames as rows that start `stride` numbers apart.
    func copyRows(to rows: UnsafeMutablePointer<Float>, stride: Int) {
        let size = width * Self.lanes
        withNumbers { numbers in
            Parallel.elements(blocks, grain: 16) { range in
                for block in range {
                    ck_rows_of_lanes(
                        numbers + block * size, width, lanes(of: block), rows + block * Self.lanes * stride,
                        stride)
                }
            }
        }
    }

    /// The same numbers as blocks.
    public init(_ table: FrameTable) {
        let (frames, width) = (table.frames, table.width)
        self = table.values.withUnsafeBufferPointer { rows in
            FrameBlocks(frames: frames, width: width) { blocks, result in
                guard let rows = rows.baseAddress else { return }
                for (i, block) in blocks.enumerated() {
                    let first = block * Self.lanes
                    ck_lanes_of_rows(
                        rows + first * width, width, Swift.min(Self.lanes, frames - first), width,
                        result + i * width * Self.lanes)
                }
            }
        }
    }
}

/// Memory on a vector's boundary that is written once and then only read.
final class LaneMemory: @unchecked Sendable {
    let start: UnsafeMutablePointer<Float>
    private let block: UnsafeMutableRawBufferPointer

    init(count: Int) {
        (start, block) = MemoryPool.take(Float.self, count: count)
    }

    convenience init(zeros count: Int) {
        self.init(count: count)
        start.initialize(repeating: 0, count: count)
    }

    deinit { MemoryPool.give(block) }
}
