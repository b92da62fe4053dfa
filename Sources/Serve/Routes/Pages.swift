import Server
import WebPages

enum Pages {
    /// Nothing is loaded from elsewhere, and no script or style within a page runs.
    static let policy =
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; frame-src 'self'; "
        + "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    static func add(to router: inout Router) {
        for page in WebPage.all {
            router.get(page.path) { _ in
                .bytes(page.bytes, type: page.type).with("Cache-Control", "no-cache")
            }
        }
    }
}
