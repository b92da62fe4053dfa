extension EncoderConfig {
    /// The number of weights.
    public var parameters: Int {
        convolutionParameters + positionParameters + capped(layers, layerParameters) + 2 * hidden
    }

    /// The number of weights of the convolutions at the start.
    var convolutionParameters: Int {
        switch input {
        case .waveform(let front):
            var (channels, total) = (1, 0)
            for (index, filters) in front.filters.enumerated() {
                total += capped(capped(channels, filters), front.kernels[index]) + (front.bias ? filters : 0)
                if front.norm == .layer || index == 0 { total += 2 * filters }
                channels = filters
            }
            return total
        case .logMel(let bands, let positions):
            return capped(3, capped(bands, hidden)) + capped(3, capped(hidden, hidden)) + 2 * hidden
                + capped(positions, hidden)
        }
    }

    /// The number of weights between the convolutions and the first transformer layer, without layer normalization.
    var positionParameters: Int {
        let buckets = capped(heads, relativePositions?.buckets ?? 0)
        guard case .waveform(let front) = input else { return buckets }
        let channels = front.filters.last ?? 1
        let projection = capped(channels, hidden) + hidden + (front.hasProjectionNorm ? 2 * channels : 0)
        let taps = capped(capped(hidden, hidden) / front.positionGroups, front.positionKernel) + hidden
        return buckets + projection + capped(front.positionDepth, taps)
    }

    /// The number of weights of a transformer layer.
    var layerParameters: Int {
        let matrices = capped(4, capped(hidden, hidden)) + capped(2, capped(hidden, intermediate))
        let gate = relativePositions == nil ? 0 : 8 * (hidden / heads + 1) + heads
        return matrices + 9 * hidden + intermediate + gate
    }

    /// The number of multiply-adds for a number of samples.
    ///
    /// - Parameter layers: The number of transformer layers that are computed.
    func multiplyAdds(samples: Int, layers: Int) -> Int {
        var total = 0
        var steps = samples
        switch input {
        case .waveform(let front):
            var channels = 1
            for (index, filters) in front.filters.enumerated() {
                steps = max(steps - front.kernels[index], 0) / front.strides[index] + 1
                total += capped(steps, capped(capped(channels, filters), front.kernels[index]))
                channels = filters
            }
        case .logMel(let bands, let positions):
            steps = positions
            total = capped(steps, capped(6, capped(bands, hidden)) + capped(3, capped(hidden, hidden)))
        }
        let attention = capped(capped(2, steps), capped(steps, hidden))
        return total + capped(steps, positionParameters)
            + capped(layers, capped(steps, layerParameters) + attention)
    }

    /// The number of values that the backward pass of a transformer layer needs for a number of steps.
    func keptPerLayer(steps: Int) -> Int {
        capped(steps, 10 * hidden + 2 * intermediate) + capped(2, capped(heads, capped(steps, steps)))
    }
}
