import Server

/// The pages, which are part of the program.
enum Pages {
    /// Nothing is loaded from elsewhere, and no script or style within a page runs.
    static let policy =
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; frame-src 'self'; "
        + "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    private struct Page: Sendable {
        let path: String
        let type: String
        let bytes: [UInt8]

        init(_ path: String, _ type: String, _ bytes: [UInt8]) {
            (self.path, self.type, self.bytes) = (path, type, bytes)
        }
    }

    private static let script = "text/javascript; charset=utf-8"

    private static let all = [
        Page("/", "text/html; charset=utf-8", PackageResources.index_html),
        Page("/style.css", "text/css; charset=utf-8", PackageResources.style_css),
        Page("/icon.svg", "image/svg+xml", PackageResources.icon_svg),
        Page("/app.js", script, PackageResources.app_js),
        Page("/tools.js", script, PackageResources.tools_js),
        Page("/player.js", script, PackageResources.player_js),
        Page("/predictions.js", script, PackageResources.predictions_js),
        Page("/chart.js", script, PackageResources.chart_js),
        Page("/listen.js", script, PackageResources.listen_js),
        Page("/live.js", script, PackageResources.live_js),
        Page("/microphone.js", script, PackageResources.microphone_js),
        Page("/capture.js", script, PackageResources.capture_js),
        Page("/runs.js", script, PackageResources.runs_js),
        Page("/mistakes.js", script, PackageResources.mistakes_js),
        Page("/corpus.js", script, PackageResources.corpus_js),
        Page("/api/openapi.json", "application/json", PackageResources.openapi_json),
    ]

    static func add(to router: inout Router) {
        for page in all {
            router.get(page.path) { _ in
                .bytes(page.bytes, type: page.type).with("Cache-Control", "no-cache")
            }
        }
    }
}
