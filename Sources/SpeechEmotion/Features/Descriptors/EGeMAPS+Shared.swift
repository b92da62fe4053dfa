import Autograd
import GeMAPS

extension EGeMAPS {
    private static let extractors = SharedTables<Int, EGeMAPS>(limit: 8)

    /// Returns the extractor of a sample rate, which is created once. Throws if the rate is not supported.
    static func shared(rate: Int, _ type: String) throws(InputError) -> EGeMAPS {
        do {
            return try extractors(rate) { try EGeMAPS(sampleRate: rate) }
        } catch {
            throw InputError("\(type), \(error)")
        }
    }
}
