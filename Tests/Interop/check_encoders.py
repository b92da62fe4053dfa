"""Compares the hidden states of pretrained speech encoders with transformers.

usage: check_encoders.py TRAIN_PROGRAM [tiny|base] [ARCHITECTURE ...]

Creates an encoder of each architecture with random weights, writes it as a folder of the Hugging Face Hub, and computes all
hidden states of three recordings with `Train features` and with transformers: one recording at a time, and for encoders with
layer normalization in the front end also as a padded batch with an attention mask. Exits with status 1 if a hidden state
differs by more than 1e-4, relative to its largest value. Requires `pip install numpy torch transformers safetensors
soundfile`.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import soundfile
import torch

sys.path.append(str(pathlib.Path(__file__).parents[1] / "EncodersTests/Fixtures"))
from encoder_models import LARGE, randomize, states, transformers  # noqa: E402

TOLERANCE = 1e-4
SECONDS = [3.5, 1.2, 2.04]
TINY = dict(
    hidden_size=48, num_hidden_layers=3, num_attention_heads=4, intermediate_size=96,
    conv_dim=[32] * 7, num_conv_pos_embeddings=32, num_conv_pos_embedding_groups=4)
# The architecture of the large models in the size of the base model.
CASES = {
    "wav2vec2": ("Wav2Vec2", {}),
    "wav2vec2-large": ("Wav2Vec2", LARGE),
    "hubert": ("Hubert", {}),
    "hubert-large": ("Hubert", LARGE),
    "wavlm": ("WavLM", {}),
    "wavlm-large": ("WavLM", LARGE),
    "data2vec": ("Data2VecAudio", dict(num_conv_pos_embeddings=5, conv_pos_kernel_size=19)),
    "whisper": ("Whisper", {}),
}


def build(name, size):
    """Returns the model with random weights, and whether it has an attention mask."""
    family, options = CASES[name]
    if family == "Whisper":
        width = dict(d_model=48, encoder_layers=3, encoder_attention_heads=4, encoder_ffn_dim=96, decoder_layers=1, decoder_attention_heads=4)
        base = dict(d_model=512, encoder_layers=6, encoder_attention_heads=8, encoder_ffn_dim=2048, decoder_layers=1, decoder_attention_heads=8)
        model = transformers.WhisperModel(transformers.WhisperConfig(**(width if size == "tiny" else base)))
        return model, False
    config = getattr(transformers, family + "Config")(**((TINY if size == "tiny" else {}) | options))
    return getattr(transformers, family + "Model")(config), bool(options) and family != "Data2VecAudio"


def expected(model, waves, masked):
    """Returns the hidden states of each wave, [states, steps, channels], from transformers."""
    with torch.no_grad():
        if model.config.model_type == "whisper":
            extractor = transformers.WhisperFeatureExtractor(feature_size=model.config.num_mel_bins)
            result = []
            for wave in waves:
                x = extractor(wave, sampling_rate=16000, return_tensors="pt").input_features
                result.append(states(model.encoder, x)[:, 0, : -(-len(wave) // 320)].numpy())
            return result
        normal = [(wave - wave.mean()) / np.sqrt(wave.var() + 1e-7) for wave in waves]
        if not masked:
            return [states(model, torch.tensor(x)[None])[:, 0].numpy() for x in normal]
        lengths = torch.tensor([len(x) for x in normal])
        batch = torch.zeros(len(normal), int(lengths.max()))
        for row, x in enumerate(normal):
            batch[row, : len(x)] = torch.tensor(x)
        mask = (torch.arange(batch.shape[1]) < lengths[:, None]).long()
        found = states(model, batch, attention_mask=mask)
        steps = model._get_feat_extract_output_lengths(lengths)
        return [found[:, row, :count].numpy() for row, count in enumerate(steps)]


def check(name, size, program, folder):
    torch.manual_seed(1)
    model, has_mask = build(name, size)
    model.eval()
    randomize(model)
    model.save_pretrained(folder / "encoder")
    random = np.random.default_rng(2)
    waves = []
    for index, seconds in enumerate(SECONDS):
        noise = np.convolve(random.normal(0, 0.1, int(seconds * 16000)), np.ones(4) / 4, "same")
        samples = np.clip(noise * 32768, -32768, 32767).astype(np.int16)
        soundfile.write(folder / f"{index}.wav", samples, 16000)
        waves.append(samples.astype(np.float32) / 32768)
    feature = dict(type="encoder", weights=str(folder / "encoder"), layers="all", precision="single")
    layout = dict(type="sequence", features=[feature], frames=int(max(SECONDS) * 50) + 1)
    (folder / "pipeline.json").write_text(json.dumps(dict(sample_rate=16000, layout=layout)))
    files = [str(folder / f"{index}.wav") for index in range(len(waves))]
    subprocess.run(
        [program, "features", *files, "--pipeline", folder / "pipeline.json", "--out", folder / "x.npy"],
        check=True, stdout=subprocess.DEVNULL)
    found = np.load(folder / "x.npy")
    lengths = np.load(folder / "x.lengths.npy")
    worst = 0
    for masked in [False, True] if has_mask else [False]:
        for row, reference in enumerate(expected(model, waves, masked)):
            count, steps, channels = reference.shape
            assert lengths[row] == steps, (lengths[row], reference.shape)
            ours = found[row, :steps].reshape(steps, count, channels).transpose(1, 0, 2)
            errors = np.abs(ours - reference).max(axis=(1, 2)) / np.abs(reference).max(axis=(1, 2))
            worst = max(worst, errors.max())
    count = sum(value.numel() for value in model.parameters()) / 1e6
    print(f"{name:16} {size:5} {count:7.1f} M parameters, largest relative error {worst:.1e}", flush=True)
    return worst <= TOLERANCE


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sizes = [size for size in sys.argv[2:] if size in ("tiny", "base")] or ["tiny", "base"]
    names = [name for name in sys.argv[2:] if name in CASES] or list(CASES)
    passed = []
    for size in sizes:
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                passed.append(check(name, size, sys.argv[1], pathlib.Path(folder)))
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
