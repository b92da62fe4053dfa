/// Whether a result of so many elements is written past the caches: they could not hold it until it is read, and a
/// plain store would first fetch the memory that it overwrites.
func isBeyondCaches(_ count: Int) -> Bool { count * MemoryLayout<Real>.stride >= 4 << 20 }
