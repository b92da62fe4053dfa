/// The media types of files.
enum MediaType {
    /// Returns the type that the extension of a file name stands for.
    static func of(_ path: String) -> String {
        guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else {
            return "application/octet-stream"
        }
        return types[path[path.index(after: dot)...].lowercased()] ?? "application/octet-stream"
    }

    private static let types = [
        "aac": "audio/aac", "css": "text/css; charset=utf-8", "csv": "text/csv; charset=utf-8",
        "flac": "audio/flac",
        "gif": "image/gif", "html": "text/html; charset=utf-8", "ico": "image/x-icon", "jpeg": "image/jpeg",
        "jpg": "image/jpeg", "js": "text/javascript; charset=utf-8", "json": "application/json",
        "jsonl": "application/jsonl", "log": "text/plain; charset=utf-8", "m4a": "audio/mp4",
        "map": "application/json", "md": "text/markdown; charset=utf-8",
        "mjs": "text/javascript; charset=utf-8",
        "mp3": "audio/mpeg", "mp4": "video/mp4", "oga": "audio/ogg", "ogg": "audio/ogg", "opus": "audio/ogg",
        "pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml",
        "txt": "text/plain; charset=utf-8",
        "wasm": "application/wasm", "wav": "audio/wav", "webm": "video/webm", "webp": "image/webp",
        "woff2": "font/woff2", "xml": "application/xml", "zip": "application/zip",
    ]
}
