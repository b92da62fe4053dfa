import Lab

extension PlotKind {
    static let classes = PlotKind(
        name: "classes",
        summary: "training clips by class, and the examples and weights after balancing and augmentation",
        options: []
    ) { source in try TrainingClasses(source.experiment, source.data()).chart() }
}
