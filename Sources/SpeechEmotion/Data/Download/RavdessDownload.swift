/// Downloads RAVDESS speech and song from Zenodo (record 1188976, CC BY-NC-SA 4.0), audio only: 434 MB, 1.1 GB
/// unpacked.
///
/// An interrupted download is resumed. Existing data are kept.
public struct RavdessDownload: Sendable {
    /// The folder in which `Audio_Speech_Actors_01-24` and `Audio_Song_Actors_01-24` are created.
    public var folder: String
    /// The channels to download.
    public var channels: [RavdessCorpus.Channel]
    /// The base URL of the archives. A mirror must have the same files.
    public var address = "https://zenodo.org/records/1188976/files"

    /// A download into a folder, which is created if needed.
    public init(folder: String, channels: [RavdessCorpus.Channel] = RavdessCorpus.Channel.allCases) {
        self.folder = folder
        self.channels = channels
    }

    /// The archives with their published sizes and checksums.
    package var archives: [ArchiveDownload] {
        channels.map { channel in
            switch channel {
            case .speech:
                ArchiveDownload(
                    name: "Audio_Speech_Actors_01-24",
                    url: "\(address)/Audio_Speech_Actors_01-24.zip?download=1", size: 208_468_073,
                    md5: "bc696df654c87fed845eb13823edef8a", audioFiles: 1440, unpackedSize: 620_000_000)
            case .song:
                ArchiveDownload(
                    name: "Audio_Song_Actors_01-24", url: "\(address)/Audio_Song_Actors_01-24.zip?download=1",
                    size: 225_505_317, md5: "5411230427d67a21e18aa4d466e6d1b9", audioFiles: 1012,
                    unpackedSize: 520_000_000)
            }
        }
    }

    /// Downloads, verifies and unpacks what is missing. Throws a `FileError` if there is no connection, too little disk
    /// space, or if files are damaged. `progress` is called from any thread, one call at a time.
    ///
    /// - Returns: The downloaded corpus.
    @discardableResult
    public func run(
        progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
    ) throws -> RavdessCorpus {
        for archive in archives { try archive.run(in: folder, progress: progress) }
        return RavdessCorpus(folder: folder, channels: channels)
    }
}
