import Autograd
import Classical
import Testing

/// Linear classifiers and regression against scikit-learn: closed forms to 1e-9, iterative models to 1e-5.
struct LinearReferenceTests {
    let reference: ModelReference
    let generator = RandomGenerator(seed: 0)

    init() throws { reference = try ModelReference.shared.get() }

    enum Data { case classes, binary, wide, collinear }

    private func check(
        _ name: String, _ options: some ClassifierOptions, _ data: Data = .classes, weighted: Bool = false,
        isUnique: Bool = true, tolerance: Double
    ) throws {
        var (x, test, labels, classes) = (reference.training, reference.testing, reference.labels, 4)
        switch data {
        case .classes: break
        case .binary: (labels, classes) = (reference.binary, 2)
        case .wide:
            (x, test, labels, classes) = (
                matrix(reference.wide), matrix(reference.wide_test), reference.wide_labels, 3
            )
        case .collinear:
            x = matrix(reference.x.map { $0 + [$0[0] * 2, 3] })
            test = matrix(reference.test.map { $0 + [$0[0] * 2, 3] })
        }
        let fitted = try options.fit(
            x, labels: labels, classes: classes, weights: weighted ? reference.weights : nil,
            generator: generator)
        let model = try #require(fitted as? LinearClassifier)
        #expect(model.converged, "\(name)")
        let decision = try reference.values(name, "decision")
        let weight = try reference.values(name, "weight")
        let bias = try reference.values(name, "bias")
        let decisions = model.decisions(test)
        if !isUnique {
            // The L1 norm and the probabilities are unique, even if the weights are not.
            func norm(_ values: [Double]) -> [Double] { [values.reduce(0) { $0 + abs($1) }] }
            expectClose(norm(model.weight.values), norm(weight), tolerance, "\(name) norm")
        } else if classes == 2 {
            let scale = model.isProbabilistic ? 1.0 : 0.5
            let difference = (0..<x.columns).map { scale * (model.weight[1, $0] - model.weight[0, $0]) }
            expectClose(difference, weight, tolerance, "\(name) weight")
            expectClose([scale * (model.bias[1] - model.bias[0])], bias, tolerance, "\(name) bias")
            expectClose(
                (0..<test.rows).map { scale * (decisions[$0, 1] - decisions[$0, 0]) }, decision, tolerance,
                "\(name) decision")
        } else {
            expectClose(model.weight.values, weight, tolerance, "\(name) weight")
            expectClose(
                model.bias, bias.count == 1 ? model.bias.map { _ in bias[0] } : bias, tolerance,
                "\(name) bias")
            expectClose(decisions.values, decision, tolerance, "\(name) decision")
        }
        #expect(largestColumns(model.scores(test)) == (try reference.integers(name, "predict")), "\(name)")
        #expect(model.isProbabilistic == (reference.cases[name]?["probability"] != nil))
        if model.isProbabilistic {
            expectClose(
                model.probabilities(test).values, try reference.values(name, "probability"), tolerance,
                "\(name) probability")
        }
        try expectStorable(model)
    }

    @Test func logisticRegression() throws {
        let tight = LogisticRegressionOptions(tol: 1e-9, maxIter: 10_000)
        func options(_ change: (inout LogisticRegressionOptions) -> Void) -> LogisticRegressionOptions {
            var options = tight
            change(&options)
            return options
        }
        try check("logistic", tight, tolerance: 1e-6)
        try check(
            "logistic_C0.1_balanced", options { ($0.C, $0.classWeight) = (0.1, .balanced) }, tolerance: 1e-6)
        try check("logistic_sample_weight", tight, weighted: true, tolerance: 1e-6)
        try check(
            "logistic_balanced_sample_weight", options { $0.classWeight = .balanced }, weighted: true,
            tolerance: 1e-6)
        try check("logistic_no_intercept", options { $0.fitIntercept = false }, tolerance: 1e-6)
        try check("logistic_two_classes", options { $0.C = 3 }, .binary, tolerance: 1e-6)
        try check("logistic_none_two_classes", options { $0.penalty = .none }, .binary, tolerance: 1e-5)
        try check("logistic_wide", tight, .wide, tolerance: 1e-6)
    }

    @Test func sparseLogisticRegression() throws {
        func options(_ penalty: LogisticRegressionOptions.Penalty, _ C: Double) -> LogisticRegressionOptions {
            LogisticRegressionOptions(penalty: penalty, C: C, tol: 1e-9)
        }
        try check("logistic_l1", options(.l1, 0.2), isUnique: false, tolerance: 1e-5)
        try check("logistic_elastic_net", options(.elasticNet(l1Ratio: 0.4), 0.3), tolerance: 1e-5)
        try check("logistic_l1_two_classes", options(.l1, 0.1), .binary, tolerance: 1e-5)
        let weight = try options(.elasticNet(l1Ratio: 0.4), 0.3).fit(
            reference.training, labels: reference.labels, classes: 4, weights: nil, generator: generator
        ).weight
        let zeros = try reference.values("logistic_elastic_net", "weight").map { $0 == 0 }
        #expect(zeros.contains(true) && zeros.contains(false))
        #expect(weight.values.map { $0 == 0 } == zeros)
    }

    /// With the default tolerance, probabilities are still near.
    @Test func defaultTolerance() throws {
        let model = try LogisticRegressionOptions().fit(
            reference.training, labels: reference.labels, classes: 4, weights: nil, generator: generator)
        #expect(model.converged)
        expectClose(
            model.probabilities(reference.testing).values, try reference.values("logistic", "probability"),
            2e-3)
    }

    @Test func linearSVC() throws {
        let options = LinearSVCOptions(tol: 1e-12)
        try check("linear_svc", options, tolerance: 1e-6)
        try check(
            "linear_svc_balanced", LinearSVCOptions(C: 0.1, tol: 1e-12, classWeight: .balanced),
            tolerance: 1e-6)
        try check(
            "linear_svc_sample_weight", LinearSVCOptions(tol: 1e-12, interceptScaling: 5), weighted: true,
            tolerance: 1e-6)
        try check(
            "linear_svc_two_classes", LinearSVCOptions(tol: 1e-12, classWeight: .values([2, 1])), .binary,
            tolerance: 1e-6)
        try check(
            "linear_svc_no_intercept", LinearSVCOptions(tol: 1e-12, fitIntercept: false), tolerance: 1e-6)
        try check("linear_svc_wide", options, .wide, tolerance: 1e-6)
    }

    @Test func ridgeClassifier() throws {
        try check("ridge_classifier", RidgeClassifierOptions(), tolerance: 1e-9)
        try check(
            "ridge_classifier_balanced", RidgeClassifierOptions(alpha: 10, classWeight: .balanced),
            tolerance: 1e-9)
        try check(
            "ridge_classifier_no_intercept", RidgeClassifierOptions(alpha: 0.5, fitIntercept: false),
            tolerance: 1e-9)
        try check("ridge_classifier_sample_weight", RidgeClassifierOptions(), weighted: true, tolerance: 1e-9)
        try check("ridge_classifier_two_classes", RidgeClassifierOptions(), .binary, tolerance: 1e-9)
        try check("ridge_classifier_wide", RidgeClassifierOptions(), .wide, tolerance: 1e-9)
    }

    @Test(arguments: [
        ("ridge", RidgeOptions(), false), ("ridge_sample_weight", RidgeOptions(alpha: 2), true),
        ("ridge_alpha0", RidgeOptions(alpha: 0), false),
        ("ridge_no_intercept", RidgeOptions(fitIntercept: false), false),
    ]) func ridge(_ name: String, _ options: RidgeOptions, _ isWeighted: Bool) throws {
        let model = try options.fit(
            reference.training, targets: reference.targets, weights: isWeighted ? reference.weights : nil,
            generator: generator)
        expectClose(model.weight, try reference.values(name, "weight"), 1e-9)
        expectClose([model.intercept], try reference.values(name, "intercept"), 1e-9)
        expectClose(model.predictions(reference.testing), try reference.values(name, "predict"), 1e-9)
        try expectStorable(model)
    }

    @Test func linearDiscriminantAnalysis() throws {
        let priors = [0.1, 0.2, 0.3, 0.4]
        typealias Options = LinearDiscriminantOptions
        try check("lda_svd", Options(), tolerance: 1e-9)
        try check("lda_svd_priors", Options(priors: priors), tolerance: 1e-9)
        try check("lda_lsqr", Options(solver: .lsqr), tolerance: 1e-9)
        try check("lda_lsqr_auto", Options(solver: .lsqr, shrinkage: .auto), tolerance: 1e-9)
        try check(
            "lda_lsqr_0.3", Options(solver: .lsqr, shrinkage: .value(0.3), priors: priors), tolerance: 1e-9)
        try check("lda_eigen", Options(solver: .eigen), tolerance: 1e-9)
        try check("lda_eigen_auto", Options(solver: .eigen, shrinkage: .auto), tolerance: 1e-9)
        try check("lda_two_classes", Options(), .binary, tolerance: 1e-9)
        try check("lda_wide", Options(), .wide, tolerance: 1e-9)
        try check("lda_wide_auto", Options(solver: .lsqr, shrinkage: .auto), .wide, tolerance: 1e-9)
        try check("lda_collinear", Options(), .collinear, tolerance: 1e-9)
    }

    @Test func ledoitWolf() throws {
        let x = reference.training
        let standardized = try StandardScalerOptions().fit(x, labels: [], classes: 0, generator: generator)
            .transform(x)
        expectClose(
            Shrinkage.auto.covariance(standardized).values, try reference.values("ledoit_wolf", "covariance"),
            1e-12)
    }
}
