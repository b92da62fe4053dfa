import Autograd
import CKernels
import Foundation

/// Descriptors of the spectral shape: one value per frame.
extension Spectrogram {
    /// The spectral centroid of each frame in Hz; 0 for a silent frame.
    public var centroid: FrameTable {
        let (width, count) = (Float(binWidth), bins.width)
        return bins.mapped(width: 1) { s, centre in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: FrameBlocks.lanes) { total in
                guard let total = total.baseAddress else { return }
                ck_lane_centroid(s, count, total, centre)
            }
            for lane in 0..<FrameBlocks.lanes { centre[lane] *= width }
        }.table
    }

    /// The spectral bandwidth of each frame in Hz; 0 for a silent frame.
    public var bandwidth: FrameTable {
        let (width, count) = (Float(binWidth), bins.width)
        return bins.mapped(width: 1) { s, spread in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * FrameBlocks.lanes) { both in
                guard let total = both.baseAddress else { return }
                let centre = total + FrameBlocks.lanes
                ck_lane_centroid(s, count, total, centre)
                ck_lane_spread(s, count, total, centre, spread)
            }
            for lane in 0..<FrameBlocks.lanes { spread[lane] *= width }
        }.table
    }

    /// The lowest frequency in Hz below which the fraction `share` of the total of all bins lies.
    public func rolloff(_ share: Double = 0.85) throws(InputError) -> FrameTable {
        guard share > 0, share < 1 else {
            throw InputError("rolloff", found: "a fraction of \(share)", allowed: "above 0, below 1")
        }
        let (width, count) = (Float(binWidth), bins.width)
        return bins.mapped(width: 1) { s, place in
            ck_lane_rolloff(s, count, Float(share), place)
            for lane in 0..<FrameBlocks.lanes { place[lane] = min(place[lane], Float(count - 1)) * width }
        }.table
    }

    /// The spectral flatness of a power spectrogram: the geometric over the arithmetic mean of max(bin, floor).
    public func flatness(floor: Double = 1e-10) throws(InputError) -> FrameTable {
        guard floor >= 1e-30, floor.isFinite else {
            throw InputError("flatness", found: "a floor of \(floor)", allowed: "at least 1e-30")
        }
        let count = bins.width
        return bins.mapped(width: 1) { ck_lane_flatness($0, count, Float(floor), $1) }.table
    }
}
