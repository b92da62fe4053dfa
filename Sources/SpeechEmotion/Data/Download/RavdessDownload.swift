/// Brings RAVDESS' speech and song from Zenodo (record 1188976, CC BY-NC-SA 4.0), sound alone: 434 MB, 1.1 GB unpacked.
///
/// A run that was stopped goes on where it was. What is there already is left alone.
public struct RavdessDownload: Sendable {
    /// Where the folders `Audio_Speech_Actors_01-24` and `Audio_Song_Actors_01-24` are made.
    public var folder: String
    /// What is brought.
    public var channels: [RavdessCorpus.Channel]
    /// Where the archives are. Another place has to hold the very same files.
    public var address = "https://zenodo.org/records/1188976/files"

    /// A download into a folder, which need not exist.
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
                    md5: "bc696df654c87fed845eb13823edef8a", sounds: 1440, unpackedSize: 620_000_000)
            case .song:
                ArchiveDownload(
                    name: "Audio_Song_Actors_01-24", url: "\(address)/Audio_Song_Actors_01-24.zip?download=1",
                    size: 225_505_317, md5: "5411230427d67a21e18aa4d466e6d1b9", sounds: 1012,
                    unpackedSize: 520_000_000)
            }
        }
    }

    /// Brings what is missing, checks it and unpacks it. Throws a `FileError` where there is no connection, too little room,
    /// or the files are damaged. `progress` is called by any thread, one call at a time.
    ///
    /// - Returns: A corpus of what is there.
    @discardableResult
    public func run(
        progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
    ) throws -> RavdessCorpus {
        for archive in archives { try archive.run(in: folder, progress: progress) }
        return RavdessCorpus(folder: folder, channels: channels)
    }
}
