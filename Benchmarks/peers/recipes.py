"""The feature vectors of Benchmarks/pipelines in librosa: functions of samples and sample rate, and their preprocessing."""
import librosa
import numpy as np

F = librosa.feature


def mfcc40(y, sr):
    return F.mfcc(y=y, sr=sr, n_mfcc=40).T


def summary80(y, sr):
    m = F.mfcc(y=y, sr=sr, n_mfcc=40)
    return np.concatenate([m.mean(1), m.std(1)])


def summary105(y, sr):
    m = F.mfcc(y=y, sr=sr, n_mfcc=13, n_fft=1024, hop_length=512)
    mel = librosa.power_to_db(F.melspectrogram(y=y, sr=sr, n_mels=48, n_fft=1024, hop_length=512), ref=np.max)
    centroid, rolloff = F.spectral_centroid(y=y, sr=sr)[0], F.spectral_rolloff(y=y, sr=sr)[0]
    zcr = F.zero_crossing_rate(y)[0]
    chroma = F.chroma_stft(y=y, sr=sr, n_fft=1024, hop_length=512)
    return np.concatenate([m.mean(1), m.std(1), F.delta(m).mean(1), mel.mean(1),
                           [centroid.mean(), centroid.std(), rolloff.mean(), rolloff.std(), zcr.mean(), zcr.std()],
                           chroma.mean(1)])


def summary162(y, sr):
    parts = [F.zero_crossing_rate(y), F.chroma_stft(y=y, sr=sr), F.mfcc(y=y, sr=sr), F.rms(y=y), F.melspectrogram(y=y, sr=sr)]
    return np.concatenate([p.mean(1) for p in parts])


def prepare105(y):
    y, _ = librosa.effects.trim(y, top_db=30)
    y = librosa.util.fix_length(y, size=56000)
    peak = np.abs(y).max()
    return y / peak if peak > 0 else y


# What librosa.load gets, and what follows it.
LOADING = {
    "mfcc40": ({"sr": 22050}, None),
    "summary80": ({"sr": 22050}, None),
    "summary105": ({"sr": 16000, "offset": 0.2, "duration": 3.5}, prepare105),
    "summary162": ({"sr": 22050, "offset": 0.6, "duration": 2.5}, None),
}
VECTORS = {"mfcc40": mfcc40, "summary80": summary80, "summary105": summary105, "summary162": summary162}
