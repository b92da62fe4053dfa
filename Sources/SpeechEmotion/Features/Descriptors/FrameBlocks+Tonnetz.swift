import CKernels
import Foundation

extension FrameBlocks {
    /// Projects a chromagram onto circles of fifths, minor thirds and major thirds, two values for each (Harte et al.
    /// 2006): [frames, 6].
    public var tonnetz: FrameBlocks {
        let intervals: [(Double, Double)] = [(7, 6), (7, 6), (3, 2), (3, 2), (2, 3), (2, 3)]
        let radii: [Double] = [1, 1, 1, 1, 0.5, 0.5]
        let notes = width
        let matrix = (0..<6).flatMap { row in
            (0..<notes).map { note in
                let (up, down) = intervals[row]
                let place = 12 * Double(note) / Double(notes)
                let angle = up / down * place - (row % 2 == 0 ? 0.5 : 0)
                return Float(radii[row] * cos(.pi * angle))
            }
        }
        return normalized(.sum).mapped(width: 6) { ck_lane_product(matrix, 6, notes, $0, $1) }
    }
}
