import CKernels

// score_t = v . tanh(h_t W + b)   alpha = softmax over valid t   context = sum of alpha_t h_t   (Bahdanau et al. 2015)

/// Applies additive attention pooling: reduces a sequence to a weighted sum of its steps.
///
/// - Parameters:
///   - h: The sequences, [batch, time, size].
///   - weight: The weight W of the scoring network, [size, width].
///   - bias: The bias b of the scoring network, [width].
///   - scorer: The vector v, [width].
///   - mask: [batch, time], 0 for steps to ignore. A sequence without valid steps gives zeros.
/// - Returns: The weighted sum, [batch, size], and the attention weights, [batch, time].
public func additiveAttention(
    _ h: Tensor, weight: Tensor, bias: Tensor?, scorer: Tensor, mask: Tensor? = nil
) -> (context: Tensor, weights: Tensor) {
    require(
        h.rank == 3 && weight.rank == 2 && weight.shape[0] == h.shape[2] && scorer.shape == [weight.shape[1]],
        "additiveAttention: input \(h.shape) [batch, time, size], weight \(weight.shape) [size, width] and scorer "
            + "\(scorer.shape) [width] do not fit")
    require(
        (bias?.shape ?? scorer.shape) == scorer.shape,
        "additiveAttention: bias \(bias?.shape ?? []) for weight \(weight.shape) [size, width]")
    require(
        (mask?.shape ?? [h.shape[0], h.shape[1]]) == [h.shape[0], h.shape[1]],
        "additiveAttention: mask \(mask?.shape ?? []) for input \(h.shape) must be [batch, time]")
    let pool = AttentionPool(
        h: h.detached, weight: weight.detached, bias: bias?.detached, scorer: scorer.detached,
        mask: mask?.detached)
    let result = pool.forward()
    let outputs = record(
        "additive_attention", inputs: [h, weight, scorer] + (bias.map { [$0] } ?? []),
        outputs: [result.context, result.weights]
    ) { cotangents, wanted in
        pool.backward(result, cotangents[0], cotangents[1], wanted)
    }
    return (outputs[0], outputs[1])
}

private struct AttentionPool: Sendable {
    let h: Tensor, weight: Tensor, bias: Tensor?, scorer: Tensor, mask: Tensor?

    struct Result: Sendable {
        let context: Tensor, weights: Tensor
        /// tanh(h W + b)
        let keys: Tensor
    }

    private var batch: Int { h.shape[0] }
    private var steps: Int { h.shape[1] }
    private var size: Int { h.shape[2] }
    private var width: Int { weight.shape[1] }

    func forward() -> Result {
        var keys = multiplyRows(
            h, rows: batch * steps, weight, bias: bias, shape: [batch, steps, width], isKept: !isRecording)
        let n = keys.count
        keys.modify { keys in
            Parallel.elements(n) { ck_tanh(keys + $0.lowerBound, keys + $0.lowerBound, $0.count) }
        }
        var weights = Tensor.room([batch, steps])
        let context = Tensor(shape: [batch, size]) { context in
            withElements(h, keys, scorer) { h, keys, scorer in
                withElements(mask) { mask in
                    weights.modify { weights in
                        Parallel.chunks(batch) { row in
                            let at = row * steps
                            ck_attention_pool(
                                steps, size, width, h + at * size, keys + at * width, scorer,
                                mask.map { $0 + at },
                                weights + at, context + row * size)
                        }
                    }
                }
            }
        }
        return Result(context: context, weights: weights, keys: keys)
    }

    func backward(_ result: Result, _ dContext: Tensor?, _ dWeights: Tensor?, _ wanted: Wanted) -> [Tensor?] {
        var dh = Tensor.room(h.shape)
        var dKeys = Tensor.room(result.keys.shape)
        let dScorers = Tensor(shape: [batch, width]) { dScorers in
            dScorers.update(repeating: 0, count: batch * width)
            withElements(h, result.keys, scorer, result.weights) { h, keys, scorer, weights in
                withElements(dContext) { dContext in
                    withElements(dWeights) { dWeights in
                        dh.modify { dh in
                            dKeys.modify { dKeys in
                                Parallel.chunks(batch) { row in
                                    let at = row * steps
                                    let up = dContext.map { $0 + row * size }
                                    withUnsafeTemporaryAllocation(of: Real.self, capacity: steps) { room in
                                        guard let dScores = room.baseAddress else { return }
                                        ck_attention_scores_gradient(
                                            steps, size, h + at * size, weights + at, up,
                                            dWeights.map { $0 + at },
                                            dScores)
                                        ck_attention_pool_gradient(
                                            steps, size, width, keys + at * width, scorer, weights + at, up,
                                            dScores,
                                            dKeys + at * width, dh + at * size, dScorers + row * width)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        if wanted[0] { addRows(dKeys, times: weight, to: &dh) }
        return [
            wanted[0] ? dh : nil,
            wanted[1] ? outerSum(validH, dKeys, rows: batch * steps, inputs: size, outputs: width) : nil,
            wanted[2] ? dScorers.sum(to: [width]) : nil,
        ] + (bias == nil ? [] : [wanted[3] ? dKeys.sum(to: [width]) : nil])
    }

    /// h with masked steps set to zero, because they may hold arbitrary values including NaN.
    private var validH: Tensor {
        guard let mask else { return h }
        return h.maskedFill(equal(mask, 0).reshaped([batch, steps, 1]), 0)
    }

    /// dh += dKeys W^T
    private func addRows(_ dKeys: Tensor, times weight: Tensor, to dh: inout Tensor) {
        let factor = weight.withElements {
            PackedMatrix(rows: width, columns: size, $0, row: 1, column: width)
        }
        dKeys.withElements { dKeys in
            dh.modify { dh in
                factor.withFactor { factor in
                    Product.runInChunks(
                        m: batch * steps, n: size, k: width, dKeys, row: width, factor, start: .result,
                        into: dh,
                        row: size)
                }
            }
        }
    }
}
