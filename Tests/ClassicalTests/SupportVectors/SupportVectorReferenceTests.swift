import Autograd
import Classical
import Testing

/// Support vector machines against scikit-learn, both run with a tolerance of 1e-10: decisions to 1e-6.
struct SupportVectorReferenceTests {
    let reference: ModelReference
    let generator = RandomGenerator(seed: 0)

    init() throws { reference = try ModelReference.shared.get() }

    private func check(
        _ name: String, _ options: SVCOptions, weighted: Bool = false, isBinary: Bool = false,
        tolerance: Double = 1e-6
    ) throws {
        var options = options
        if options.tol == SVCOptions().tol { options.tol = 1e-10 }
        let labels = isBinary ? reference.binary : reference.labels
        let model = try options.fit(
            reference.training, labels: labels, classes: isBinary ? 2 : 4,
            weights: weighted ? reference.weights : nil, generator: generator)
        #expect(model.converged)
        let test = reference.testing
        let (ovr, ovo) = (try reference.values(name, "ovr"), try reference.values(name, "ovo"))
        var byPair = options
        byPair.decisionFunctionShape = .ovo
        let pairModel = try byPair.fit(
            reference.training, labels: labels, classes: isBinary ? 2 : 4,
            weights: weighted ? reference.weights : nil, generator: generator)
        if isBinary {
            // scikit-learn has a single column, positive for the second class.
            expectClose(model.decisionFunction(test).column(1), ovr, tolerance, name)
            expectClose(model.decisionFunction(test).column(0), ovr.map { -$0 }, tolerance, name)
            expectClose(pairModel.decisionFunction(test).values.map { -$0 }, ovo, tolerance, name)
            expectClose(
                model.intercepts.map { -$0 }, try reference.values(name, "intercept"), tolerance, name)
        } else {
            expectClose(model.decisionFunction(test).values, ovr, tolerance, name)
            expectClose(pairModel.decisionFunction(test).values, ovo, tolerance, name)
            expectClose(model.intercepts, try reference.values(name, "intercept"), tolerance, name)
        }
        #expect(model.predictions(test) == (try reference.integers(name, "predict")), "\(name)")
        #expect(largestColumns(model.scores(test)) == (try reference.integers(name, "predict")), "\(name)")
        byPair.breakTies = true
        let untied = try byPair.fit(
            reference.training, labels: labels, classes: isBinary ? 2 : 4,
            weights: weighted ? reference.weights : nil, generator: generator)
        #expect(untied.predictions(test) == (try reference.integers(name, "break_ties")), "\(name)")
        #expect(model.supportCounts == (try reference.integers(name, "support")), "\(name)")
        let sum = model.dualCoefficients.values.reduce(0) { $0 + abs($1) }
        expectClose([sum], try reference.values(name, "sum"), tolerance, name)
        try expectStorable(model)
    }

    @Test func kernels() throws {
        try check("svc_rbf", SVCOptions())
        try check("svc_rbf_C10", SVCOptions(C: 10, gamma: .value(0.05)))
        try check("svc_rbf_C1000", SVCOptions(C: 1000, gamma: .auto), tolerance: 3e-6)
        try check("svc_linear", SVCOptions(C: 0.5, kernel: .linear))
        try check("svc_poly", SVCOptions(kernel: .poly, gamma: .value(0.05), coef0: 1))
        try check("svc_sigmoid", SVCOptions(C: 2, kernel: .sigmoid, gamma: .value(0.01), coef0: 0.1))
        try check("svc_two_classes", SVCOptions(C: 2), isBinary: true)
        try check("svc_no_shrinking", SVCOptions(C: 100, shrinking: false))
    }

    @Test func weights() throws {
        try check("svc_balanced", SVCOptions(classWeight: .balanced))
        try check("svc_class_weight", SVCOptions(classWeight: .values([1, 2, 0.5, 4])))
        try check("svc_sample_weight", SVCOptions(), weighted: true)
    }

    /// With the default tolerance, the steps are those of libsvm.
    @Test func defaultTolerance() throws {
        let model = try SVCOptions().fit(
            reference.training, labels: reference.labels, classes: 4, weights: nil, generator: generator)
        expectClose(
            model.pairDecisions(reference.testing).values, try reference.values("svc_rbf_default_tol", "ovo"),
            1e-5)
    }

    /// Votes tie in the test rows, so that both rules for ties are tested.
    @Test func tiesOccur() throws {
        let names = reference.cases.keys.filter { $0.hasPrefix("svc_") }
        #expect(names.contains { reference.cases[$0]?["predict"] != reference.cases[$0]?["break_ties"] })
    }

    @Test(arguments: [
        ("svr_rbf", SVROptions(tol: 1e-10), false),
        ("svr_linear", SVROptions(kernel: .linear, tol: 1e-10, C: 0.3, epsilon: 0.2), false),
        ("svr_sample_weight", SVROptions(tol: 1e-10, C: 3, epsilon: 0.05), true),
    ]) func regression(_ name: String, _ options: SVROptions, _ isWeighted: Bool) throws {
        let model = try options.fit(
            reference.training, targets: reference.targets, weights: isWeighted ? reference.weights : nil,
            generator: generator)
        #expect(model.converged)
        expectClose(model.predictions(reference.testing), try reference.values(name, "predict"), 1e-6)
        expectClose([model.intercept], try reference.values(name, "intercept"), 1e-6)
        #expect([model.dualCoefficients.count] == (try reference.integers(name, "support")))
        try expectStorable(model)
    }
}
