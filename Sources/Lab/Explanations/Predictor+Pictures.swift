import Reports
import SpeechEmotion

extension Predictor {
    /// Draws the integrated gradients and Grad-CAM of a recording, as far as the model allows; nil if it allows neither or its
    /// features are normalized by speaker. Of images, which are large, Grad-CAM alone.
    func saliencyPlot(of sound: Waveform, label: Int, title: String, note: String) -> (any Plot)? {
        guard pipeline.normalize == .none, let features = try? pipeline.features(of: sound) else {
            return nil
        }
        let methods = saliencyMethods.filter {
            $0 == .gradCAM || $0 == .integratedGradients && features.shape.count < 3
        }
        let maps = methods.compactMap { try? saliency(features, of: label, method: $0) }
        guard !maps.isEmpty, !(features.shape.count == 1 && !methods.contains(.integratedGradients)) else {
            return nil
        }
        return picture(of: maps, features, title: title, note: note)
    }

    /// Draws saliency maps over the features of a recording: pictures over time for sequences and images, and bars of the
    /// features with the largest values for vectors.
    ///
    /// - Parameter maps: Maps of the same features, at least one.
    public func picture(
        of maps: [Saliency], _ features: Features, title: String, note: String
    ) -> any Plot {
        guard features.shape.count > 1 else { return bars(maps, title: title) }
        let seconds = maps.compactMap { map in map.secondsPerStep.map { $0 * Double(map.shape[0]) } }.first
        return SaliencyPlot(
            title: title, note: note, name: features.shape.count == 3 ? "image" : "features",
            picture: grid(of: features), maps: maps.map { SaliencyPlot.Map($0.method.title, grid(of: $0)) },
            seconds: seconds)
    }

    /// The features, each channel standardized; the mean color of an image.
    private func grid(of features: Features) -> SaliencyPlot.Grid {
        if features.shape.count == 3 {
            let (height, width, colors) = (features.shape[0], features.shape[1], features.shape[2])
            let values = (0..<height * width).map { place in
                (0..<colors).reduce(0.0) { $0 + Double(features.values[place * colors + $1]) }
            }
            return SaliencyPlot.Grid(rows: height, columns: width, values: values)
        }
        let (frames, channels) = (max(features.length ?? features.shape[0], 1), features.shape[1])
        var rows: [Double] = []
        for channel in (0..<channels).reversed() {
            let own = (0..<frames).map { Double(features.values[$0 * channels + channel]) }
            let mean = own.reduce(0, +) / Double(frames)
            let square = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(frames)
            let deviation = max(square.squareRoot(), 1e-12)
            rows += own.map { min(max(($0 - mean) / deviation, -2.5), 2.5) }
        }
        return SaliencyPlot.Grid(rows: channels, columns: frames, values: rows)
    }

    private func grid(of map: Saliency) -> SaliencyPlot.Grid {
        let (steps, channels) = (map.shape[0], map.shape.count > 1 ? map.shape[1] : 1)
        if map.shape.count == 1 { return SaliencyPlot.Grid(rows: 1, columns: steps, values: map.values) }
        // A sequence, [time, channels], has its first channel at the bottom; an image is as it is.
        guard model.input.count == 2 else {
            return SaliencyPlot.Grid(rows: steps, columns: channels, values: map.values)
        }
        let rows = (0..<channels).reversed().flatMap { channel in
            (0..<steps).map { map.values[$0 * channels + channel] }
        }
        return SaliencyPlot.Grid(rows: channels, columns: steps, values: rows)
    }

    private func bars(_ maps: [Saliency], title: String) -> BarChart {
        let map = maps.first { $0.method == .integratedGradients } ?? maps[0]
        let names = pipeline.names
        let order = map.values.indices.sorted { a, b in
            let (x, y) = (abs(map.values[a]), abs(map.values[b]))
            return x == y ? a < b : x > y
        }
        var chart = BarChart(
            title: title, xName: "\(map.method.title), \(outputNames[map.label])",
            bars: order.map { index in
                let name = names.indices.contains(index) ? names[index] : "value \(index)"
                return BarChart.Bar(name.replacing("_", with: " "), map.values[index])
            })
        chart.limit = 15
        return chart
    }
}

extension Saliency.Method {
    /// The name in pictures.
    public var title: String {
        switch self {
        case .gradient: "gradient"
        case .integratedGradients: "integrated gradients"
        case .gradCAM: "Grad-CAM"
        }
    }
}
