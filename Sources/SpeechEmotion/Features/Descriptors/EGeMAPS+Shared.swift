import GeMAPS

extension EGeMAPS {
    private static let extractors = SharedTables<Int, EGeMAPS>(limit: 8)

    /// Returns the extractor of a sample rate, which is created once. Throws if the rate is not supported.
    static func shared(rate: Int, _ type: String) throws(DataError) -> EGeMAPS {
        do {
            return try extractors(rate) { try EGeMAPS(sampleRate: rate) }
        } catch let error as GeMAPSError {
            throw DataError(error, type)
        } catch {
            throw DataError(type, found: "\(error)", allowed: "a supported sample rate")
        }
    }
}

extension DataError {
    /// An error of `EGeMAPS` in a feature or layout.
    init(_ error: GeMAPSError, _ type: String) {
        self.init("\(type), \(error.place)", found: error.found, allowed: error.allowed)
    }
}
