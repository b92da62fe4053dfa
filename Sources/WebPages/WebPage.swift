/// A file of the web interface. It is part of the program.
package struct WebPage: Sendable {
    package let path: String
    package let type: String
    package let bytes: [UInt8]

    private init(_ path: String, _ type: String, _ bytes: [UInt8]) {
        (self.path, self.type, self.bytes) = (path, type, bytes)
    }

    private static let script = "text/javascript; charset=utf-8"

    package static let all = [
        WebPage("/", "text/html; charset=utf-8", PackageResources.index_html),
        WebPage("/style.css", "text/css; charset=utf-8", PackageResources.style_css),
        WebPage("/icon.svg", "image/svg+xml", PackageResources.icon_svg),
        WebPage("/app.js", script, PackageResources.app_js),
        WebPage("/tools.js", script, PackageResources.tools_js),
        WebPage("/player.js", script, PackageResources.player_js),
        WebPage("/predictions.js", script, PackageResources.predictions_js),
        WebPage("/chart.js", script, PackageResources.chart_js),
        WebPage("/listen.js", script, PackageResources.listen_js),
        WebPage("/live.js", script, PackageResources.live_js),
        WebPage("/microphone.js", script, PackageResources.microphone_js),
        WebPage("/capture.js", script, PackageResources.capture_js),
        WebPage("/runs.js", script, PackageResources.runs_js),
        WebPage("/mistakes.js", script, PackageResources.mistakes_js),
        WebPage("/corpus.js", script, PackageResources.corpus_js),
        WebPage("/api/openapi.json", "application/json", PackageResources.openapi_json),
    ]
}
