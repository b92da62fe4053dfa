import Autograd
import Foundation

/// The audio files of folders that augmentations draw from.
enum AudioFolder {
    private static let listings = SharedTables<String, [String]>(limit: 16)

    /// The audio files below a folder, sorted by path. Each folder is listed once. Throws a `FileError` if there are none.
    ///
    /// - Parameter augmentation: The type of the augmentation, named in the error.
    static func files(in folder: String, for augmentation: String) throws -> [String] {
        let files = listings(folder) {
            let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
            return names.filter { AudioFile.extensions.contains(($0 as NSString).pathExtension.lowercased()) }
                .sorted()
                .map { folder + "/" + $0 }
        }
        guard !files.isEmpty else {
            throw FileError(
                file: folder, place: augmentation, found: "no audio files",
                allowed: "a folder with at least one audio file: \(AudioContainer.readable)")
        }
        return files
    }
}
