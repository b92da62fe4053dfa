import Autograd
import Testing

/// Memory that servers reuse wherever it fits.
@Suite struct MemoryRegionTests {
    @Test func partsNeverOverlapAndAreJoinedAgain() throws {
        var region = MemoryRegion(size: 1 << 20)
        var taken: [(address: UInt, bytes: Int)] = []
        let random = RandomGenerator(seed: 3)
        for _ in 0..<2000 {
            if random.next() % 3 == 0, !taken.isEmpty {
                let part = taken.remove(at: Int(random.next() % UInt64(taken.count)))
                let isOwn = region.give(part.address, part.bytes)
                #expect(isOwn)
                continue
            }
            let bytes = 1 + Int(random.next() % 20_000)
            guard let address = region.take(bytes) else { continue }
            #expect(address % 4096 == 0)
            let overlaps = taken.contains {
                address < $0.address + UInt($0.bytes) && $0.address < address + UInt(bytes)
            }
            #expect(!overlaps)
            UnsafeMutableRawPointer(bitPattern: address)?.initializeMemory(
                as: UInt8.self, repeating: 1, count: bytes)
            taken.append((address, bytes))
        }
        #expect(taken.count > 20)
        for part in taken { _ = region.give(part.address, part.bytes) }
        #expect(region.parts == 1)
        region.releaseUnused()
        let whole = region.take(1 << 20)
        let address = try #require(whole)
        #expect(UnsafePointer<UInt8>(bitPattern: address)?.pointee == 0)
        let more = region.take(1)
        #expect(more == nil && region.parts == 0)
    }

    @Test func otherMemoryIsNotTaken() {
        var region = MemoryRegion(size: 1 << 16)
        let large = [1 << 17, MemoryRegion.largest + 1].compactMap { region.take($0) }
        #expect(large.isEmpty)
        let isOwn = region.give(64, 4096)
        #expect(!isOwn)
    }

    @Test func tensorsUseTheRegion() async {
        await #expect(processExitsWith: .success) {
            let before = (Tensor.ones([5000]) * 2).sum().array
            Memory.limitFragmentation()
            let all = MemoryPool.freeRegionBytes
            let kept = Tensor.ones([5000])
            #expect(all > 0 && MemoryPool.freeRegionBytes < all && kept.count == 5000)
            for _ in 0..<3 {
                #expect((Tensor.ones([5000]) * 2).sum().array == before)
                #expect((Tensor.ones([1 << 20]) * 2).sum().array == [Real(2 << 20)])
                Memory.releaseUnused()
            }
        }
    }
}
