/// Returns whether a result of this size should bypass the caches (nontemporal stores). The caches could not hold
/// it until it is read, and a regular store would first read the memory that it overwrites.
func isBeyondCaches(_ count: Int) -> Bool { count * MemoryLayout<Real>.stride >= 4 << 20 }
