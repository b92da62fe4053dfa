import Autograd
import Configuration
import Foundation
import Training

/// The epochs of a run: checkpoints, logs and progress.
struct TrainingLoop {
    private let experiment: Experiment
    private let folder: RunFolder
    private let observer: any RunObserver

    init(_ experiment: Experiment, _ folder: RunFolder, _ observer: any RunObserver) {
        (self.experiment, self.folder, self.observer) = (experiment, folder, observer)
    }

    /// Trains, resuming from the last checkpoint if there is one.
    func run(_ trainer: Trainer) throws {
        var logged: String?
        if let state = try folder.states.newest() {
            for line in state.damaged { observer.note("skipped a damaged checkpoint: \(line)") }
            try trainer.restore(state.json["trainer"] ?? .null, state.tensors, file: folder.file("state"))
            logged = state.json["log"]?.text
        }
        let metrics = try MetricsLog(folder: folder.path, resumingAfter: trainer.epoch, digest: logged)
        let timing = try TimingLog(folder: folder.path, resumingAfter: trainer.epoch)
        let events =
            try experiment.logging.tensorboard
            ? EventFile(folder: folder.path, resumingAfter: trainer.epoch) : nil
        observer.begin("Training")
        let clock = ContinuousClock()
        var saved = clock.now
        func save() throws {
            let state = trainer.state()
            try folder.states.save(
                ["trainer": state.json, "log": JSONValue(.text(metrics.digest))], state.tensors)
            saved = clock.now
        }
        while !trainer.isOver {
            let begin = clock.now
            let (samples, computing) = (trainer.samples, trainer.computing)
            while trainer.batch < trainer.batchesPerEpoch {
                try trainer.step()
                let total = experiment.training.epochs * trainer.batchesPerEpoch
                observer.advance(
                    trainer.epoch * trainer.batchesPerEpoch + trainer.batch, of: total,
                    note: "epoch \(trainer.epoch + 1)")
                guard trainer.canSave else { continue }
                if observer.shouldStop {
                    try save()
                    throw RunStopped(isSaved: true)
                }
                if (clock.now - saved).inSeconds >= experiment.training.saveEverySeconds { try save() }
            }
            let training = (clock.now - begin).inSeconds
            let done = trainer.samples - samples
            let epoch = try trainer.endEpoch()
            let times = EpochTiming(
                seconds: (clock.now - begin).inSeconds, training: training,
                computing: (trainer.computing - computing).inSeconds, samples: done)
            try metrics.append(epoch)
            try timing.append(epoch: epoch.epoch, times.values)
            try events?.append(epoch)
            if (clock.now - saved).inSeconds >= experiment.training.saveEverySeconds || trainer.isOver {
                try save()
            }
            observer.epoch(epoch, times)
        }
    }
}
