import Autograd
import CKernels

/// Values of each frame, like a `FrameTable`, but with sixteen frames interleaved, so that one instruction processes
/// all of them. Value `place` of frame f is in block f / 16, row `place`, lane f mod 16; spare lanes of the last block
/// repeat the last frame.
public struct FrameBlocks: Sendable {
    /// The number of frames.
    public let frames: Int
    /// The number of values per frame.
    public let width: Int
    private let memory: LaneMemory

    static let lanes = Int(CK_LANES)

    /// The number of blocks of `lanes` frames.
    var blocks: Int { (frames + Self.lanes - 1) / Self.lanes }

    /// Creates blocks that `fill` writes; it is called with ranges of blocks, possibly on several threads.
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

    /// Maps each block to a new one: `body(from, to)` receives pointers to the first values of both.
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

    /// Calls `body` with a pointer to the first value of the first block.
    @inline(__always)
    func withNumbers<R>(_ body: (UnsafePointer<Float>) throws -> R) rethrows -> R {
        try withExtendedLifetime(memory) { try body(UnsafePointer(memory.start)) }
    }

    /// The number of values, including spare lanes.
    var count: Int { blocks * width * Self.lanes }

    /// The number of frames in a block, without spare lanes.
    func lanes(of block: Int) -> Int { Swift.min(Self.lanes, frames - block * Self.lanes) }

    /// The value at an index of a frame.
    public subscript(frame: Int, place: Int) -> Float {
        require(
            frame >= 0 && frame < frames && place >= 0 && place < width,
            "FrameBlocks: frame \(frame), place \(place) of \(frames) frames of \(width)")
        return withNumbers {
            $0[(frame / Self.lanes * width + place) * Self.lanes + frame % Self.lanes]
        }
    }

    /// Whether both share the same memory.
    package func isSameMemory(as other: FrameBlocks) -> Bool { memory === other.memory }

    /// The same values as a table, with the values of a frame contiguous.
    public var table: FrameTable {
        let values = [Float](unsafeUninitializedCapacity: frames * width) { buffer, count in
            count = frames * width
            guard let base = buffer.baseAddress, count > 0 else { return }
            copyRows(to: base, stride: width)
        }
        return FrameTable(frames: frames, width: width, values: values)
    }

    /// Copies the frames to rows that are `stride` values apart.
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

    /// Converts a table to blocks.
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
