// Calls the kernels of CKernels with many sizes, odd ones above all. Each array lies between two pages that must not be
// touched: once directly after the first, once directly before the second. The bytes between an array and the page that it
// does not touch are compared with what they were. Built by Scripts/sanitize.
//
// usage: kernels LEVEL, 0 (baseline) to 2 (AVX-512)
#ifndef REAL
#define _GNU_SOURCE
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CKernels.h"

enum { PAGES = 160, PAGE = 4096, ARRAYS = 16, BESIDE = 256 };

static char *places[ARRAYS];
static size_t sizes[ARRAYS];
static int taken, at_end;
static long calls;
static const char *kernel = "";
static uint64_t state = 1;

static unsigned draw(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 40);
}

static char *beginning(int i) { return at_end ? places[i] + PAGES * PAGE - sizes[i] : places[i]; }

/// The bytes between an array and the page that it does not touch.
static char *beside(int i) { return at_end ? beginning(i) - BESIDE : beginning(i) + sizes[i]; }

/// An array of some bytes, until the next `done`.
static void *take(size_t bytes) {
    if (taken == ARRAYS || bytes + BESIDE > PAGES * PAGE) {
        fprintf(stderr, "error: %s: no room for an array of %zu bytes\n", kernel, bytes);
        exit(2);
    }
    int i = taken++;
    if (!places[i]) {
        char *all = mmap(NULL, (PAGES + 2) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        mprotect(all, PAGE, PROT_NONE);
        mprotect(all + (PAGES + 1) * PAGE, PAGE, PROT_NONE);
        places[i] = all + PAGE;
    }
    sizes[i] = bytes;
    memset(beside(i), 0xA5, BESIDE);
    return beginning(i);
}

static void report(int number) {
    fprintf(stderr, "error: %s: signal %d with arrays of", kernel, number);
    for (int i = 0; i < taken; i++) fprintf(stderr, " %zu", sizes[i]);
    fprintf(stderr, " bytes\n");
    _exit(1);
}

/// Ends a call: nothing beside the arrays may have changed.
static void done(void) {
    calls++;
    for (int i = 0; i < taken; i++) {
        for (int j = 0; j < BESIDE; j++)
            if ((unsigned char)beside(i)[j] != 0xA5) {
                fprintf(stderr, "error: %s wrote beside array %d of %zu bytes (%s)\n", kernel, i, sizes[i],
                        at_end ? "before it" : "after it");
                abort();
            }
    }
    taken = 0;
}

#define CALL(name, ...) (kernel = #name, ck_##name(__VA_ARGS__), done())

static ptrdiff_t *whole(ptrdiff_t count, ptrdiff_t below) {
    ptrdiff_t *x = take((size_t)count * sizeof *x);
    for (ptrdiff_t i = 0; i < count; i++) x[i] = below > 0 ? draw() % below : 0;
    return x;
}

static uint8_t *flags(ptrdiff_t count) {
    uint8_t *x = take((size_t)count);
    for (ptrdiff_t i = 0; i < count; i++) x[i] = draw() % 4 != 0;
    return x;
}

static float *lanes(ptrdiff_t rows) {
    float *x = take((size_t)rows * CK_LANES * sizeof *x);
    for (ptrdiff_t i = 0; i < rows * CK_LANES; i++) x[i] = 0.1f + (float)(draw() % 1000) / 1000;
    return x;
}

static ptrdiff_t more(ptrdiff_t n, ptrdiff_t unit) { return (n + unit - 1) / unit * unit; }

#define NAME_(name, type) name##_##type
#define NAME(name, type) NAME_(name, type)
#define REAL float
#include "kernels.c"
#undef REAL
#define REAL double
#include "kernels.c"
#undef REAL

#define x_(n) array_float(n)

static int32_t *integers(ptrdiff_t count, ptrdiff_t below) {
    int32_t *x = take((size_t)count * sizeof *x);
    for (ptrdiff_t i = 0; i < count; i++) x[i] = below > 0 ? (int32_t)(draw() % below) : 0;
    return x;
}

static void audio(ptrdiff_t n) {
    CALL(energy, x_(n), n);
    CALL(peak, x_(n), n);
    CALL(all_within, x_(n), n, 2);
    CALL(overlap_add, x_(n), x_(n), n, x_(n));
    CALL(roots, x_(n), x_(n), n);
    CALL(decibels, x_(n), x_(n), n, 1e-10f, 1);
    CALL(at_least, x_(n), n, 0.5f);
    CALL(sign_changes, x_(n), n);
    if (n > 0) CALL(largest, x_(n), n);
    CALL(narrow_roots, array_double(n), x_(n), n);
    CALL(window_wide, x_(n * CK_LANES), array_double(n), n, array_double(n * CK_LANES));
    for (ptrdiff_t width = 1; width <= CK_LANES; width += 5) {
        const ptrdiff_t hop = n / 3 + 1;
        CALL(frame, x_((width - 1) * hop + n), hop, width, x_(n), n, lanes(n));
        CALL(rows_of_lanes, lanes(n), n, width, x_((width - 1) * (n + 3) + n), n + 3);
        CALL(lanes_of_rows, x_((width - 1) * (n + 3) + n), n + 3, width, n, lanes(n));
    }
    CALL(lane_product, x_(n * 5), 5, n, lanes(n), lanes(5));
    CALL(lane_product, x_(n * 3), n, 3, lanes(3), lanes(n));
    if (n > 2) {
        int32_t *first = integers(3, n / 2), *count = integers(3, n / 2 + 1);
        CALL(lane_bands, x_(count[0] + count[1] + count[2]), first, count, 3, lanes(n), lanes(3));
        first = integers(3, n / 2), count = integers(3, n / 2 + 1);
        CALL(resample_lanes, x_((count[0] + count[1] + count[2]) * CK_FIR_ROWS), first, count, 3, lanes(n),
             lanes(3 * CK_FIR_ROWS));
        CALL(lane_centroid, lanes(n), n, lanes(1), lanes(1));
        CALL(lane_spread, lanes(n), n, lanes(1), lanes(1), lanes(1));
        CALL(lane_rolloff, lanes(n), n, 0.85f, lanes(1));
        CALL(lane_flatness, lanes(n), n, 1e-10f, lanes(1));
        CALL(lane_extremes, lanes(n), n, n < CK_MOST_KEPT ? n : CK_MOST_KEPT, lanes(1), lanes(1));
        for (int used = 1; used <= CK_LANES; used += 5)
            CALL(lane_peaks, lanes(n), n, 0, n, 0.1f, used, x_(used * n / 2 + used), x_(used * n / 2 + used));
        // Each window has 16 samples, for outputs up to the next multiple of 16.
        CALL(resample_between, x_((ptrdiff_t)((double)(more(n, CK_LANES) + 3) * 1.7) + CK_LANES + 2), x_(5 * CK_LANES), 4,
             1.7, 3, n, x_(n));
        CALL(phase_vocoder, x_(4 * 2 * n), 4, n, 0.7, 6, x_(6 * 2 * n), x_(2 * n));
    }
    for (ptrdiff_t rows = 1; rows <= CK_DESCENTS; rows += 5)
        CALL(tree_keys, array_double(rows * n), rows, n, take((size_t)n * CK_DESCENTS * sizeof(uint32_t)));
}

int main(int count, char **words) {
    const int level = count > 1 ? atoi(words[1]) : 0;
    if (level > ck_best_level()) {
        printf("%s: not supported by this processor\n", ck_instruction_set(level));
        return 0;
    }
    ck_use_level(level);
    const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    for (int i = 0; i < 4; i++) signal(fatal[i], report);
    for (at_end = 0; at_end < 2; at_end++)
        for (ptrdiff_t n = 0; n < 300; n += n < 70 ? 1 : 37) {
            all_float(n);
            all_double(n);
            audio(n);
        }
    printf("%s: %ld calls\n", ck_instruction_set(level), calls);
    return 0;
}

#else

static REAL *NAME(array, REAL)(ptrdiff_t count) {
    REAL *x = take((size_t)count * sizeof *x);
    for (ptrdiff_t i = 0; i < count; i++) x[i] = (REAL)0.1 + (REAL)(draw() % 800) / 1000;
    return x;
}

#define X(n) NAME(array, REAL)(n)

static void NAME(elementwise, REAL)(ptrdiff_t n) {
#define UNARY(name) CALL(name, X(n), X(n), n); CALL(name##_gradient, X(n), X(n), X(n), n);
    UNARY(exp) UNARY(log) UNARY(log1p) UNARY(sqrt) UNARY(rsqrt) UNARY(reciprocal) UNARY(square) UNARY(abs) UNARY(sin)
    UNARY(cos) UNARY(erf) UNARY(tanh) UNARY(sigmoid) UNARY(log_sigmoid) UNARY(relu) UNARY(gelu) UNARY(gelu_tanh)
    UNARY(silu) UNARY(softplus)
#define UNARY_WITH(name) CALL(name, X(n), X(n), n, (REAL)0.3, (REAL)0.7); CALL(name##_gradient, X(n), X(n), X(n), n, (REAL)0.3, (REAL)0.7);
    UNARY_WITH(leaky_relu) UNARY_WITH(elu) UNARY_WITH(clip) UNARY_WITH(power)
    CALL(negate, X(n), X(n), n);
    CALL(sign, X(n), X(n), n);
    CALL(add_to, X(n), X(n), n);
    CALL(fill, (REAL)1, X(n), n);
    CALL(stream, X(n), X(n), n);
    ck_stream_end();
    for (ptrdiff_t rows = 0; rows < 4; rows++)
        for (int way = 0; way < 4; way++) {
            const ptrdiff_t sa = way & 1, sb = way >> 1, ra = sa ? n : 1, rb = sb ? n : 1;
#define A X(rows * ra), ra, sa
#define B X(rows * rb), rb, sb
#define BINARY(name) \
    for (int stream = 0; stream < 2; stream++) CALL(name, A, B, X(rows * n), rows, n, stream);
            BINARY(add) BINARY(subtract) BINARY(multiply) BINARY(divide) BINARY(pow) BINARY(maximum) BINARY(minimum)
            BINARY(equal) BINARY(not_equal) BINARY(less) BINARY(less_equal) BINARY(greater) BINARY(greater_equal)
#define TERNARY(name) CALL(name, A, B, A, X(rows * n), rows, n); CALL(name, B, A, B, X(rows * n), rows, n);
            TERNARY(choose) TERNARY(divide_gradient) TERNARY(maximum_gradient) TERNARY(minimum_gradient)
            TERNARY(pow_gradient_base) TERNARY(pow_gradient_exponent)
            CALL(expand, A, X(rows * n), rows, n);
        }
}

static void NAME(reductions, REAL)(ptrdiff_t outer, ptrdiff_t size, ptrdiff_t inner) {
    const ptrdiff_t all = outer * size * inner, few = outer * inner;
#define REDUCTION(name) CALL(name, X(all), size * inner, inner, X(few), outer, size, inner);
    REDUCTION(sum) REDUCTION(sum_squares)
    if (size > 0) {
        REDUCTION(max) REDUCTION(min)
        CALL(argmax, X(all), whole(few, 0), outer, size, inner);
        CALL(argmin, X(all), whole(few, 0), outer, size, inner);
    }
    for (int reverse = 0; reverse < 2; reverse++) CALL(cumsum, X(all), X(all), outer, size, inner, reverse);
    CALL(softmax, X(all), X(all), outer, size, inner);
    CALL(softmax_gradient, X(all), X(all), X(all), outer, size, inner);
    CALL(log_softmax, X(all), X(all), outer, size, inner);
    CALL(log_softmax_gradient, X(all), X(all), X(all), outer, size, inner);
    CALL(logsumexp, X(all), X(few), outer, size, inner);
    CALL(logsumexp_gradient, X(all), X(few), X(all), outer, size, inner);
}

static void NAME(rows_of, REAL)(ptrdiff_t n) {
    for (ptrdiff_t rows = 0; rows < 4; rows++) {
        for (int way = 0; way < 2 && n > 0; way++) {
            CALL(cross_entropy, X(rows * n), whole(rows, n), way ? X(n) : NULL, (REAL)0.1, (REAL)1, X(rows),
                 way ? X(rows * n) : NULL, rows, n);
            CALL(soft_cross_entropy, X(rows * n), X(rows * n), way ? X(n) : NULL, (REAL)0.1, (REAL)1, X(rows),
                 way ? X(rows * n) : NULL, way ? X(rows * n) : NULL, rows, n);
            CALL(row_norm, X(rows * n), way ? X(n) : NULL, way ? X(n) : NULL, X(rows * n), X(3 * rows), rows, n, 1e-5);
            CALL(row_norm_gradient, X(rows * n), X(rows * n), X(n), X(3 * rows), X(rows * n), way ? X(n) : NULL,
                 way ? X(n) : NULL, rows, n);
        }
        CALL(scale_rows, X(rows * n), X(rows), X(rows * n), rows, n);
        double *sums[2];
        if (rows > 0) {
            sums[0] = take((size_t)n * sizeof(double)), sums[1] = take((size_t)n * sizeof(double));
            CALL(column_moments, X(rows * n), rows, n, sums[0], sums[1]);
        }
        for (int end = CK_PLAIN; end <= CK_SILU; end++) {
            for (int stream = 0; stream < 2; stream++) {
                CALL(column_scale, X(rows * n), X(n), X(n), X(n), X(rows * n), rows, n, end, stream);
                CALL(column_gradient, X(rows * n), X(rows * n), X(n), X(n), X(n), X(n), X(n), X(n), X(rows * n), rows, n, end,
                     stream);
            }
            sums[0] = take((size_t)n * sizeof(double)), sums[1] = take((size_t)n * sizeof(double));
            CALL(column_products, X(rows * n), X(rows * n), X(n), X(n), X(n), rows, n, end, sums[0], sums[1]);
        }
    }
    CALL(total, X(n), n);
#define PAIR_LOSS(name) \
    CALL(name, X(n), X(n), (REAL)0.5, n); \
    CALL(name##_each, X(n), X(n), (REAL)0.5, X(n), n); \
    CALL(name##_gradient, X(n), X(n), (REAL)0.5, X(n), 1, (REAL)1, X(n), X(n), n); \
    CALL(name##_gradient, X(n), X(n), (REAL)0.5, X(1), 0, (REAL)1, X(n), NULL, n);
    PAIR_LOSS(squared_error) PAIR_LOSS(huber) PAIR_LOSS(binary_cross_entropy)
}

static void NAME(steps, REAL)(ptrdiff_t n) {
    for (int way = 0; way < 2; way++) {
        CALL(adam_step, X(n), X(n), X(n), X(n), way ? X(n) : NULL, n, 0.1, 0.9, 0.99, 1e-7, 0.1, 0.1, 0.5, 0.5);
        CALL(sgd_step, X(n), X(n), way ? X(n) : NULL, n, 0.1, 1, 0.9, way, 0.1, 0.1);
        CALL(rmsprop_step, X(n), X(n), X(n), way ? X(n) : NULL, way ? X(n) : NULL, n, 0.1, 1, 0.9, 1e-7, 1e-7, 0.9, 0.1, 0.1);
    }
    CALL(adagrad_step, X(n), X(n), X(n), n, 0.1, 1e-7, 1e-7, 0.1, 0.1);
    CALL(lion_step, X(n), X(n), X(n), n, 0.1, 0.9, 0.99, 0.1);
    CALL(random_uniform, 1, 2, (REAL)0, (REAL)1, X(n), n);
    CALL(random_normal, 1, 2, (REAL)0, (REAL)1, X(n), n);
    CALL(random_truncated_normal, 1, 2, (REAL)0, (REAL)1, (REAL)2, X(n), n);
    CALL(random_bernoulli, 1, 2, 0.5, X(n), n);
    CALL(dropout, X(n), X(n), 1, 2, 1u << 30, (REAL)1.5, n);
}

static void NAME(recurrent, REAL)(ptrdiff_t units) {
    for (ptrdiff_t rows = 1; rows < 4; rows++) {
        const ptrdiff_t all = rows * units;
#define ROWS(width) X(rows * (width)), (width)
        CALL(gru_step, rows, units, ROWS(3 * units), ROWS(units), X(all), ROWS(units), flags(rows));
        CALL(gru_step_gradient, rows, units, ROWS(3 * units), ROWS(units), ROWS(units), ROWS(units), X(all), X(3 * all), X(all),
             flags(rows));
        CALL(gru_reset, rows, units, ROWS(3 * units), X(all), ROWS(units), flags(rows));
        CALL(gru_finish, rows, units, ROWS(3 * units), X(all), ROWS(units), flags(rows));
        CALL(gru_finish_gradient, rows, units, ROWS(3 * units), ROWS(units), ROWS(units), X(all), X(3 * all), flags(rows));
        CALL(gru_reset_gradient, rows, units, ROWS(3 * units), ROWS(units), X(all), X(all), X(3 * all), flags(rows));
        CALL(lstm_step, rows, units, ROWS(4 * units), X(all), X(all), ROWS(units), ROWS(units), flags(rows));
        CALL(lstm_step_gradient, rows, units, ROWS(4 * units), ROWS(units), ROWS(units), ROWS(units), X(all), X(all), X(4 * all),
             flags(rows));
        const ptrdiff_t time = rows * 3 + 1;
        CALL(attention_pool, time, units, 5, X(time * units), X(time * 5), X(5), rows > 1 ? X(time) : NULL, X(time), X(units));
        CALL(attention_pool, time, 5, units, X(time * 5), X(time * units), X(units), NULL, X(time), X(5));
        CALL(attention_scores_gradient, time, units, X(time * units), X(time), X(units), rows > 1 ? X(time) : NULL, X(time));
        CALL(attention_pool_gradient, time, units, 5, X(time * 5), X(5), X(time), X(units), X(time), X(time * 5), X(time * units),
             X(5));
    }
}

static void NAME(products, REAL)(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k) {
    const ptrdiff_t width = more(n, CK_PANEL);
    CALL(pack, X(k * n), n, 1, k, n, k > 0 ? k : 1, 0, X(k * width));
    CALL(pack, X(k * n), 1, k, k, n, k > 0 ? k : 1, 0, X(k * width));
    for (int way = 0; way < 8; way++) {
        const int packed = way & 1, turned = way >> 1 & 1, starts = way >> 2;
        CALL(product, 1, m, n, k, X(m * k), 0, turned ? 1 : k, turned ? m : 1, X(k * (packed ? width : n)), packed ? k : n, 0,
             packed, starts ? X(n) : NULL, 0, 0, X(m * n), 0, n, starts);
        if (!packed)
            CALL(product_sum, 2, m, n, k, X(2 * m * k), m * k, turned ? 1 : k, turned ? m : 1, X(2 * k * n), k * n, n, X(m * n), n);
    }
    CALL(product, 2, m, n, k, X(2 * m * k), m * k, k, 1, X(k * n), n, 0, 0, X(2 * m * n), m * n, n, X(2 * m * n), m * n, n, 0);
}

static void NAME(quantized, REAL)(ptrdiff_t rows, ptrdiff_t taps, ptrdiff_t channels, ptrdiff_t columns) {
    const ptrdiff_t width = more(channels, 8), blocks = more(channels, CK_INT8_BLOCK) / CK_INT8_BLOCK;
    const ptrdiff_t panel = taps * (width + 4 * blocks) * CK_INT8_PANEL, panels = more(columns, CK_INT8_PANEL) / CK_INT8_PANEL;
    const ptrdiff_t frames = (rows - 1) * 2 + taps;
    CALL(int8_quantize, X(rows * channels), rows, channels, take((size_t)(rows * width)),
         take((size_t)(rows * blocks) * sizeof(ck_int8_scale)));
    for (ptrdiff_t first = 0; first < columns; first += CK_INT8_PANEL)
        CALL(int8_pack, X(taps * channels * columns), taps, channels, columns, first, take((size_t)panel),
             array_float(CK_INT8_PANEL));
    for (int way = 0; way < 2; way++)
        CALL(int8_product, rows, taps, channels, take((size_t)(frames * width)), 2 * width,
             take((size_t)(frames * blocks) * sizeof(ck_int8_scale)), 2 * blocks, take((size_t)(panels * panel)),
             array_float(panels * CK_INT8_PANEL), way ? X(columns) : NULL, columns, X(rows * columns), columns);
}

static void NAME(images, REAL)(ptrdiff_t channels) {
    for (ptrdiff_t size = 1; size < 8; size += 3)
        for (ptrdiff_t kernel_size = 1; kernel_size <= size && kernel_size < 6; kernel_size += 2)
            for (ptrdiff_t stride = 1; stride < 3; stride++) {
                const ptrdiff_t before = kernel_size / 2, outputs = (size + 2 * before - kernel_size) / stride + 1;
                const ck_axis_window axis = {size, kernel_size, stride, 1, before, outputs};
                const ptrdiff_t in = size * size * channels, out = outputs * outputs * channels;
                const ptrdiff_t taps = kernel_size * kernel_size * channels;
                for (int stream = 0; stream < 2; stream++)
                    CALL(depthwise, X(in), X(taps), stream ? X(channels) : NULL, X(out), &axis, &axis, channels, 0, outputs, stream,
                         stream);
                CALL(depthwise_input_gradient, X(out), X(taps), X(in), &axis, &axis, channels);
                CALL(depthwise_weight_gradient, X(in), X(out), X(taps), &axis, &axis, channels, 0, outputs);
                const struct ck_window window = {size, size, channels, outputs, outputs, kernel_size, kernel_size,
                                                 stride, stride, before, before, 0};
                uint16_t *at = take((size_t)(2 * out) * sizeof *at);
                memset(at, 0, (size_t)(2 * out) * sizeof *at);
                CALL(max_pool, X(2 * in), X(2 * out), at, &window, NULL, 0, 2 * outputs);
                CALL(max_pool, X(2 * in), X(2 * out), NULL, &window, NULL, 0, 2 * outputs);
                at = take((size_t)(2 * out) * sizeof *at);
                memset(at, 0, (size_t)(2 * out) * sizeof *at);
                CALL(max_pool_gradient, X(2 * out), at, X(2 * in), &window, NULL, 0, 2 * size);
                CALL(average_pool, X(2 * in), X(2 * out), &window, NULL, 0, 2 * outputs);
                CALL(average_pool_gradient, X(2 * out), X(2 * in), &window, NULL, 0, 2 * size);
            }
}

static void NAME(places, REAL)(ptrdiff_t n) {
    const ptrdiff_t size = 5, count = 3;
    CALL(take, X(2 * size * n), whole(count, size), X(2 * count * n), size, count, n, 0, 2 * count);
    // Each of the selected rows is the row of its own number.
    ptrdiff_t *starts = whole(size + 1, 0), *order = whole(count, 0);
    for (ptrdiff_t i = 0; i <= size; i++) starts[i] = i < count ? i : count;
    for (ptrdiff_t i = 0; i < count; i++) order[i] = i;
    CALL(take_gradient, X(2 * count * n), starts, order, X(2 * size * n), size, count, n, 0, 2 * size);
    for (int way = 0; way < 2; way++) {
        ptrdiff_t *outer_at = whole(2, 0), *inner_at = whole(n, 0);
        for (ptrdiff_t i = 0; i < 2; i++) outer_at[i] = i * size * n;
        for (ptrdiff_t i = 0; i < n; i++) inner_at[i] = i;
        if (way) CALL(gather, X(2 * size * n), n, outer_at, inner_at, whole(2 * count * n, size), X(2 * count * n), count, n, 0, 2 * count);
        else CALL(scatter_add, X(2 * count * n), whole(2 * count * n, size), X(2 * size * n), n, outer_at, inner_at, count, n, 0, 2, 0, n);
    }
    for (ptrdiff_t m = 1; m < 20; m += 6) {
        const ptrdiff_t axes[] = {m, n}, straight[] = {n, 1}, turned[] = {1, m}, once[] = {1, 0};
        CALL(copy_strided, X(m * n), X(m * n), 2, axes, straight, turned, 0, 1, 0, m);
        CALL(copy_strided, X(m * n), X(m * n), 2, axes, turned, straight, 0, 1, 0, m);
        CALL(masked_fill, X(m * n), X(m * n), (REAL)0, X(m * n), 2, axes, straight, straight, 0, 1, 0, m);
        CALL(masked_fill, X(m * n), X(m), (REAL)0, X(m * n), 2, axes, once, straight, 0, 1, 0, m);
    }
}

static void NAME(transforms, REAL)(ptrdiff_t n) {
    const ptrdiff_t one = 2 * CK_LANES;
    for (ptrdiff_t radix = 2; radix < 8 && n > 0 && n < 40; radix++)
        for (ptrdiff_t s = 1; s < 4; s += 2) {
            const ptrdiff_t all = radix * n * s * one;
            if (radix < 6) CALL(fft_pass, radix, X(all), X(all), X(2 * (radix - 1) * n), n, s);
            CALL(fft_any_pass, radix, X(all), X(all), X(2 * (radix - 1) * n), X(2 * radix), n, s);
        }
    for (int way = 0; way < 2; way++) CALL(complex_scale, X(n * one), X(2 * n), way, X(n * one), n);
    CALL(complex_of_reals, X(n * CK_LANES), X(n * one), n);
    CALL(complex_powers, X(n * one), X(n * CK_LANES), n);
    if (n == 0) return;
    CALL(real_bins, X(n * one), X(2 * (n + 1)), n, X((n + 1) * one));
    CALL(real_powers, X(n * one), X(2 * (n + 1)), n, X((n + 1) * CK_LANES));
    CALL(real_unbins, X((n + 1) * one), X(2 * (n + 1)), n, X(n * one));
    CALL(all_bins_conjugated, X((n / 2 + 1) * one), n, X(n * one));
}

static void NAME(all, REAL)(ptrdiff_t n) {
    NAME(elementwise, REAL)(n);
    const ptrdiff_t few[] = {0, 1, 2, 3, 7, 17, 33};
    for (int i = 0; i < 7; i++) {
        NAME(reductions, REAL)(2, few[i], n);
        NAME(reductions, REAL)(2, n, few[i]);
        if (n < 100) {
            NAME(products, REAL)(few[i], n, 5);
            NAME(products, REAL)(n, few[i], 9);
            NAME(products, REAL)(7, few[i], n);
            for (ptrdiff_t taps = 1; few[i] > 0 && taps < 4; taps += 2) {
                NAME(quantized, REAL)(few[i], taps, n, 17);
                NAME(quantized, REAL)(9, taps, few[i], n);
            }
        }
    }
    NAME(rows_of, REAL)(n);
    NAME(steps, REAL)(n);
    NAME(recurrent, REAL)(n);
    NAME(images, REAL)(n);
    NAME(places, REAL)(n);
    NAME(transforms, REAL)(n);
}

#undef X
#endif
