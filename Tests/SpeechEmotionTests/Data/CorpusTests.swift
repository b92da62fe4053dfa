import SpeechTestSupport
import Configuration
import Foundation
import SpeechEmotion
import Testing

@Suite struct CorpusTests {
    @Test func ravdess() throws {
        let folder = try TemporaryFolder()
        try folder.sounds(MadeUp.ravdessNames(actors: 1...3).map { "Speech/" + $0 })
        try folder.sounds(MadeUp.ravdessNames(actors: 2...3, ending: "FLAC", channel: 2).map { "Song/" + $0 })
        try folder.write("README.txt")
        try folder.write(".DS_Store")
        try folder.write("Speech/Actor_01/.03-01-01-01-01-01-01.wav.swp")

        let both = try RavdessCorpus(folder: folder.path).read()
        #expect(both.clips.count == 3 * 60 + 2 * 44)
        #expect(both.omissions == [])
        #expect(
            both.classes == ["angry", "calm", "disgust", "fearful", "happy", "neutral", "sad", "surprised"])
        #expect(both.speakers == ["01", "02", "03"])
        #expect(
            both.clips.map(\.id)
                == both.clips.map(\.id).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
        let clip = try #require(both.clips.first { $0.id == "Song/Actor_02/03-02-05-02-01-02-02.FLAC" })
        #expect(clip.label == "angry" && clip.speaker == "02")
        #expect(
            clip.attributes == [
                "channel": "song", "intensity": "strong", "statement": "kids", "repetition": "2",
                "gender": "female",
            ])
        #expect(clip.source == .file(path: folder.path + "/" + clip.id, start: nil, end: nil))

        let song = try RavdessCorpus(folder: folder.path, channels: [.song]).read()
        #expect(song.clips.count == 88 && song.omissions == [])
    }

    @Test func ravdessFilesThatDoNotFit() throws {
        let folder = try TemporaryFolder()
        try folder.sounds([
            "03-01-05-01-01-01-01.wav", "again/03-01-05-01-01-01-01.flac", "02-01-05-01-01-01-01.mp4",
            "03-01-09-01-01-01-01.wav", "03-01-05-01-01-01-1.wav", "03-01-05-01-01-01-01-01.wav",
            "take one.wav",
            "03-01-05-01-01-01-00.wav",
        ])
        try folder.write("03-01-05-01-01-02-01.wav", [])
        try folder.write(
            "03-01-05-01-02-02-01.wav", "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 3\n")
        let corpus = try RavdessCorpus(folder: folder.path).read()
        #expect(corpus.clips.map(\.id) == ["03-01-05-01-01-01-01.wav"])
        #expect(
            corpus.omissions.map(\.description) == [
                "02-01-05-01-01-01-01.mp4: modality 02; only 03, audio only, is supported",
                "03-01-05-01-01-01-00.wav: actor 00; expected 01 to 99",
                "03-01-05-01-01-01-01-01.wav: not a file name of RAVDESS, such as Actor_12/03-01-05-02-01-01-12.wav",
                "03-01-05-01-01-01-1.wav: not a file name of RAVDESS, such as Actor_12/03-01-05-02-01-01-12.wav",
                "03-01-05-01-01-02-01.wav: an empty file",
                "03-01-05-01-02-02-01.wav: a Git LFS pointer instead of audio; run \"git lfs pull\"",
                "03-01-09-01-01-01-01.wav: emotion 09; expected 01 to 08",
                "again/03-01-05-01-01-01-01.flac: the same recording as 03-01-05-01-01-01-01.wav, by its name",
                "take one.wav: not a file name of RAVDESS, such as Actor_12/03-01-05-02-01-01-12.wav",
            ])
        var options = DataOptions(RavdessCorpus(folder: folder.path))
        options.strict = true
        let text = message { try options.read() }
        #expect(text.hasPrefix("reading RAVDESS, \"strict\": found 9 files that cannot be used: \"02-01"))
    }

    @Test func otherCorporaByTheirNames() throws {
        struct Case {
            var source: (String) -> any CorpusSource
            var files: [String]
            var expected: [String]
        }
        let cases = [
            Case(
                source: { EmoDBCorpus(folder: $0) },
                files: ["wav/03a01Fa.wav", "wav/16b10Lb.wav", "wav/08a02N.wav"],
                expected: ["happy 03 male a01 a", "neutral 08 female a02 a", "bored 16 female b10 b"]),
            Case(
                source: { TESSCorpus(folder: $0) },
                files: [
                    "OAF_Fear/OAF_back_fear.wav", "YAF_pleasant_surprised/YAF_dog_ps.wav",
                    "OA_bite_neutral.wav",
                ],
                expected: [
                    "fearful OAF female back 1", "neutral OAF female bite 1", "surprised YAF female dog 1",
                ]),
            Case(
                source: { SAVEECorpus(folder: $0) }, files: ["DC/a01.wav", "ALL/JE_su15.wav", "KL/sa02.wav"],
                expected: ["surprised JE male su15 1", "angry DC male a01 1", "sad KL male sa02 1"]),
            Case(
                source: { CremaDCorpus(folder: $0) },
                files: [
                    "AudioWAV/1001_DFA_ANG_XX.wav", "AudioWAV/1040_ITH_SAD_X.wav",
                    "AudioWAV/1091_WSI_HAP_HI.wav",
                ],
                expected: ["angry 1001 - DFA 1", "sad 1040 - ITH 1", "happy 1091 - WSI 1"]),
        ]
        for test in cases {
            let folder = try TemporaryFolder()
            try folder.sounds(test.files)
            let corpus = try test.source(folder.path).read()
            #expect(corpus.omissions == [])
            let found = corpus.clips.map { clip in
                let words = ["gender", "statement", "repetition"].map { clip.attributes[$0] ?? "-" }
                return ([clip.label, clip.speaker ?? "-"] + words).joined(separator: " ")
            }
            #expect(found == test.expected)
        }
    }

    @Test func genderOfCremaDFromItsTable() throws {
        let folder = try TemporaryFolder()
        try folder.sounds(["AudioWAV/1001_DFA_ANG_XX.wav", "AudioWAV/1002_DFA_ANG_XX.wav"])
        try folder.write(
            "VideoDemographics.csv", "ActorID,Age,Sex,Race,Ethnicity\n1001,51,Male,Caucasian,Not Hispanic\n")
        let clips = try CremaDCorpus(folder: folder.path).read().clips
        #expect(clips.map { $0.attributes["gender"] } == ["male", nil])
        #expect(clips[0].attributes["age"] == "51")
    }

    @Test func iemocap() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt",
            """
            % [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]

            [6.2901 - 8.2357]\tSes01F_impro01_F000\tneu\t[2.5000, 2.5000, 2.5000]
            C-E2:\tNeutral;\t()
            [10.0100 - 11.3925]\tSes01F_impro01_M001\texc\t[2.5000, 3.0000, 2.5000]
            [12.0 - 13.0]\tSes01F_impro01_M002\txxx\t[2.5000, 3.0000, 2.5000]
            [14.0 - 15.0]\tSes01F_impro01_M003\tjoy\t[2.5000, 3.0000, 2.5000]
            [16.0 - oops]\tSes01F_impro01_M004\tneu\t[2.5000, 3.0000, 2.5000]
            """)
        try folder.write(
            "Session1/dialog/EmoEvaluation/Ses01M_script01_1.txt",
            "[1.0 - 2.0]\tSes01M_script01_1_F000\tang\t[1, 1, 1]\r\n[2 - 3]\tSes01M_script01_2_F000\tang\t[1, 1, 1]\n"
        )
        try folder.sounds([
            "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav",
            "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_M001.wav",
            "Session1/dialog/wav/Ses01M_script01_1.wav",
        ])
        let corpus = try IEMOCAPCorpus(folder: folder.path).read()
        let dialogue = "Session1/dialog/wav/Ses01M_script01_1.wav"
        #expect(
            corpus.clips.map(\.id) == [
                "\(dialogue)#Ses01M_script01_1_F000",
                "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav",
                "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_M001.wav",
            ])
        #expect(corpus.clips[0].source == .file(path: "\(folder.path)/\(dialogue)", start: 1, end: 2))
        #expect(corpus.clips.map(\.label) == ["angry", "neutral", "excited"])
        #expect(corpus.clips.map(\.speaker) == ["Ses01F", "Ses01F", "Ses01M"])
        #expect(corpus.clips[2].attributes["activation"] == "3.0000")
        #expect(corpus.clips[0].attributes["style"] == "scripted")
        #expect(
            corpus.omissions.map(\.description) == [
                "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt, line 7: emotion \"joy\"; expected one of \"ang\", \"dis\", \"exc\", \"fea\", \"fru\", \"hap\", \"neu\", \"oth\", \"sad\", \"sur\", \"xxx\"",
                "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt, line 8: not \"[start - end] turn emotion [v, a, d]\"",
                "Session1/dialog/EmoEvaluation/Ses01M_script01_1.txt, line 2: there is no audio file Ses01M_script01_2_F000",
            ])
    }

    @Test func foldersAndPatterns() throws {
        let folder = try TemporaryFolder()
        try folder.sounds(["happy/a.wav", "happy/deep/b.ogg", "sad/c.wav", "d.wav", "sad/notes.txt"])
        let classes = try FolderCorpus(folder: folder.path).read()
        #expect(classes.clips.map(\.label) == ["happy", "happy", "sad"])
        #expect(
            classes.omissions.map(\.description) == ["d.wav: not in a folder, which would name its class"])

        let named = try TemporaryFolder()
        try named.sounds(["anna/01_joy_x.wav", "bert/02_anger_.wav", "bert/03-joy.wav", "2024_04_joy_.wav"])
        let corpus = try FolderCorpus(folder: named.path, pattern: "{speaker}/{number:2}_{label}_*").read()
        #expect(corpus.clips.map(\.label) == ["joy", "anger"])
        #expect(corpus.clips.map(\.speaker) == ["anna", "bert"])
        #expect(corpus.clips.map { $0.attributes["number"] } == ["01", "02"])
        #expect(corpus.omissions.count == 2)
    }

    @Test(arguments: [
        ("{speaker}/*", "{label} is missing; it marks the class, as in {label}/{speaker}_*"),
        ("{label}/{speaker", "\"{\" is never closed; write {speaker}"),
        ("{label}}", "\"}\" without \"{\""),
        ("{label:0}", "\"0\" is not a length from 1 to 1000; write {label:2}"),
        ("{label}{label}", "{label} occurs twice; use it once"),
        ("{a b}{label}", "\"{a b}\" is not a name in braces; write {speaker} or {speaker:2}"),
    ]) func patternsThatAreWrong(_ pattern: String, _ expected: String) {
        let text = message {
            try DataOptions.decode(
                text: "{\"source\": {\"type\": \"folders\", \"folder\": \"x\", \"pattern\": \"\(pattern)\"}}")
        }
        #expect(
            text == "line 1:62: source.pattern: \(expected)" || text.hasSuffix("source.pattern: \(expected)"))
    }

    @Test func badFolders() throws {
        let folder = try TemporaryFolder()
        func read(_ path: String) -> String { message { try RavdessCorpus(folder: path).read() } }
        #expect(
            read(folder.path + "/missing")
                == "\(folder.path)/missing: reading RAVDESS: found \"No such file or directory\"; allowed: a folder that exists"
        )
        #expect(read("") == "folder: reading RAVDESS: found an empty name; allowed: a folder that exists")
        #expect(read(folder.path).contains("found an empty folder; allowed: audio files such as Actor_12"))
        try folder.write("Audio_Speech_Actors_01-24.zip")
        #expect(
            read(folder.path).contains(
                "found no audio files, only the archive Audio_Speech_Actors_01-24.zip; unpack it"))
        #expect(
            read(folder.path + "/Audio_Speech_Actors_01-24.zip").contains("found an archive; unpack it first")
        )

        let crema = try TemporaryFolder()
        try crema.sounds((1001...1020).map { "AudioWAV/\($0)_DFA_ANG_XX.wav" })
        #expect(
            read(crema.path).contains(
                "20 audio files with other names, such as AudioWAV/1001_DFA_ANG_XX.wav; this looks like CREMA-D: use {\"type\": \"crema_d\"}"
            ))
        let speech = try TemporaryFolder()
        try speech.sounds(MadeUp.ravdessNames(actors: 1...1))
        let text = message { try RavdessCorpus(folder: speech.path, channels: [.song]).read() }
        #expect(text.contains("found 60 files of RAVDESS, none of which match the options"))
        #expect(
            message { try IEMOCAPCorpus(folder: speech.path).read() }.contains(
                "this looks like RAVDESS: use {\"type\": \"ravdess\"}"))
        #expect(message { try TESSCorpus(folder: speech.path).read() }.contains("this looks like RAVDESS"))
    }

    /// A link to a folder above would be walked for ever.
    @Test func linksAreFollowedOnce() throws {
        let folder = try TemporaryFolder()
        let other = try TemporaryFolder()
        try other.sounds(MadeUp.ravdessNames(actors: 4...4))
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/linked", withDestinationPath: other.path)
        try FileManager.default.createSymbolicLink(
            atPath: other.path + "/up", withDestinationPath: folder.path)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/broken.wav", withDestinationPath: "/no/where")
        let corpus = try RavdessCorpus(folder: folder.path).read()
        #expect(corpus.clips.count == 60)
        #expect(corpus.omissions.map(\.file) == ["broken.wav"])
    }

    @Test func combined() throws {
        let speech = try TemporaryFolder()
        try speech.sounds(MadeUp.ravdessNames(actors: 1...2))
        let tess = try TemporaryFolder()
        try tess.sounds(["OAF_back_fear.wav", "take 1.wav"])
        let corpus = try CombinedCorpus([
            RavdessCorpus(folder: speech.path), TESSCorpus(folder: tess.path),
            RavdessCorpus(folder: speech.path),
        ]).read()
        #expect(corpus.name == "RAVDESS + TESS + RAVDESS 2")
        #expect(corpus.clips.count == 241)
        #expect(Set(corpus.clips.map(\.id)).count == 241)
        #expect(corpus.speakers == ["RAVDESS/01", "RAVDESS/02", "TESS/OAF"])
        #expect(corpus.omissions.map(\.file) == ["TESS/take 1.wav"])
    }

    /// Any names at all: nothing stops the program, and every sound is a clip or an omission.
    @Test func fuzzedNames() throws {
        let folder = try TemporaryFolder()
        let generator = RandomNames(seed: 5)
        var names: Set<String> = []
        for _ in 0..<400 {
            let name = generator.name() + ".wav"
            guard !name.hasPrefix(".") else { continue }
            names.insert(name)
        }
        for name in names { try folder.write(name) }
        try folder.sounds([
            "keep/03-01-05-01-01-01-01.wav", "DC/a01.wav", "03a01Fa.wav", "OAF_back_fear.wav",
            "1001_DFA_ANG_XX.wav",
        ])
        let sources: [any CorpusSource] = [
            RavdessCorpus(folder: folder.path), EmoDBCorpus(folder: folder.path),
            TESSCorpus(folder: folder.path),
            SAVEECorpus(folder: folder.path), CremaDCorpus(folder: folder.path),
            FolderCorpus(folder: folder.path, pattern: "{label}-*"),
            FolderCorpus(folder: folder.path, pattern: "*{label:3}*{speaker}*"),
        ]
        for source in sources {
            let corpus = try source.read()
            #expect(corpus.clips.count + corpus.omissions.count == names.count + 5)
            #expect(!corpus.clips.isEmpty)
        }
    }
}
