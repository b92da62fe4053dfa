import Autograd
import CKernels

/// The time range of a file to read.
struct AudioSegment {
    var offset = 0.0
    var duration: Double?
    var allowTruncated = false
}
