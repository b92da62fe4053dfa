import Autograd
import Configuration
import Lab
import Server
import SpeechEmotion

/// Turns errors into responses, with the same sentences as on the terminal.
enum Failure {
    /// Errors in files, options and data have status 422; others are those of the server.
    static func problem(_ error: any Error) -> Problem {
        switch error {
        case let problem as Problem: problem
        case is FileError, is InputError, is ConfigurationError: Problem(422, "\(error)")
        default: Problem(describing: error)
        }
    }

    /// Calls `body`; the messages of its errors name the recording instead of its path.
    static func naming<Result>(_ name: String, path: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch {
            let problem = problem(error)
            guard problem.message.contains(path) else { throw problem }
            throw Problem(
                problem.status, problem.message.replacing(path, with: name), headers: problem.headers)
        }
    }
}
