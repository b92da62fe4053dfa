/// The style sheet of reports. It supports dark mode on screens, but not in print.
package enum ReportStyle {
    package static let css = light + "\n" + dark + "\n" + paper

    private static let light = """
        :root { color-scheme: light dark; --ink: #1f2328; --muted: #57606a; --paper: #fff; --line: #d0d7de; --soft: #f6f8fa; }
        body { margin: 0; background: var(--paper); color: var(--ink);
          font: 16px/1.5 system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
        main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
        h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .5rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
        .lead { font-size: 1.1rem; }
        .note { color: var(--muted); font-size: .9rem; }
        figure { margin: 1rem 0; }
        figure svg { display: block; max-width: 100%; height: auto; }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(28rem, 100%), 1fr)); gap: 0 1rem; }
        dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .25rem 1.5rem; margin: 0; }
        dt { color: var(--muted); }
        dd { margin: 0; overflow-wrap: anywhere; }
        .wide { overflow-x: auto; margin: 1rem 0; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        caption { text-align: left; font-weight: 600; padding-bottom: .35rem; }
        th, td { padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
        th:first-child { text-align: left; font-weight: 400; min-width: 9rem; white-space: normal; overflow-wrap: anywhere; }
        thead th, thead th:first-child { font-weight: 600; color: var(--muted); vertical-align: bottom; }
        pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; overflow-x: auto;
          font: .82rem/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
        .callout { border-left: 5px solid; padding: .6rem .9rem; background: var(--soft); }
        .good { border-color: #1a7f37; } .bad { border-color: #cf222e; } .unknown { border-color: #9a6700; }
        .audit { padding-left: 1.2rem; }
        .problem strong { color: #cf222e; } .warning strong { color: #9a6700; } .checked strong { color: #1a7f37; }
        """

    /// Plots define their own colors; in dark mode, these classes override them.
    private static let dark: String = {
        let lines = ["#58a6e0", "#f0883e", "#3fcf9f", "#d48ac4", "#f2b93b", "#8fd0ff", "#b8c0c8"]
        let areas = ["#1f4f73", "#7a3d17", "#11604a", "#5c3352", "#6d4f10", "#285a78", "#50565c"]
        let series = lines.indices.map { index in
            ".s\(index) { fill: \(lines[index]); } .s\(index)-line { stroke: \(lines[index]); } "
                + ".a\(index) { fill: \(areas[index]); }"
        }
        return """
            @media screen and (prefers-color-scheme: dark) {
            :root { --ink: #e6edf3; --muted: #9da7b3; --paper: #0d1117; --line: #30363d; --soft: #161b22; }
            .problem strong { color: #ff7b72; } .warning strong { color: #d29922; } .checked strong { color: #3fb950; }
            .paper { fill: #0d1117; } .paper-line { stroke: #0d1117; } .ink { fill: #e6edf3; } .muted { fill: #9da7b3; } .ink-line { stroke: #e6edf3; }
            .muted-line { stroke: #9da7b3; } .axis-line { stroke: #6e7681; } .grid-line { stroke: #2b3138; }
            \(series.joined(separator: "\n"))
            }
            """
    }()

    private static let paper = """
        @media print {
        main { max-width: none; padding: 0; }
        body { font-size: 11pt; }
        h2 { break-after: avoid; }
        figure, tr, .callout, dl { break-inside: avoid; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; }
        .pair { grid-template-columns: 1fr 1fr; }
        .wide { overflow: visible; }
        }
        """
}
