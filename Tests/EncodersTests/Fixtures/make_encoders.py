"""Writes tiny encoders with random weights as folders of the Hugging Face Hub, with an input and the hidden states that
transformers computes for it in `golden.safetensors`, and MANIFEST.json.

    pip install torch transformers safetensors
    python make_encoders.py              the fixtures beside this file
    python make_encoders.py FOLDER       elsewhere

Hidden states of padded recordings are computed one recording at a time, except for "padded", whose model takes an
attention mask.
"""

import hashlib
import json
import os
import sys

import torch
from encoder_models import LARGE, randomize, states, transformers
from safetensors.torch import save_file
from transformers import (
    Data2VecAudioConfig, Data2VecAudioModel, HubertConfig, HubertForSequenceClassification, HubertModel,
    Wav2Vec2Config, Wav2Vec2ForCTC, Wav2Vec2Model, WavLMConfig, WavLMModel, WhisperConfig,
    WhisperFeatureExtractor, WhisperForConditionalGeneration,
)

SEED = 20
SMALL = dict(
    hidden_size=12, num_hidden_layers=2, num_attention_heads=2, intermediate_size=20, conv_dim=[6, 8],
    conv_kernel=[10, 3], conv_stride=[5, 2], num_conv_pos_embeddings=6, num_conv_pos_embedding_groups=3,
    vocab_size=5, layerdrop=0.0, apply_spec_augment=False,
)


def store(folder, model, golden, old_names=False, dtype=None, shards=1, pickled=False, normalize=True, waveform=True):
    os.makedirs(folder, exist_ok=True)
    config = model.config.to_diff_dict()
    config["model_type"] = model.config.model_type
    with open(f"{folder}/config.json", "w") as file:
        json.dump(config, file, indent=1, sort_keys=True)
        file.write("\n")
    if waveform:
        with open(f"{folder}/preprocessor_config.json", "w") as file:
            json.dump({"do_normalize": normalize, "sampling_rate": 16000}, file)
            file.write("\n")
    tensors = {}
    for name, value in model.state_dict().items():
        if old_names:
            name = name.replace("parametrizations.weight.original0", "weight_g")
            name = name.replace("parametrizations.weight.original1", "weight_v")
        if name != "proj_out.weight":  # tied
            tensors[name] = value.to(dtype or value.dtype).contiguous()
    if pickled:
        torch.save(tensors, f"{folder}/pytorch_model.bin")
    elif shards == 1:
        save_file(tensors, f"{folder}/model.safetensors", {"format": "pt"})
    else:
        names = sorted(tensors)
        index = {}
        for shard in range(shards):
            file = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
            part = {name: tensors[name] for name in names[shard::shards]}
            save_file(part, f"{folder}/{file}", {"format": "pt"})
            index.update({name: file for name in part})
        with open(f"{folder}/model.safetensors.index.json", "w") as file:
            json.dump({"metadata": {}, "weight_map": index}, file, indent=1)
            file.write("\n")
    save_file({k: v.contiguous() for k, v in golden.items()}, f"{folder}/golden.safetensors")


def waves(lengths):
    x = torch.zeros(len(lengths), max(lengths))
    for row, length in enumerate(lengths):
        x[row, :length] = torch.randn(length)
    return x


def waveform_case(out, name, model, lengths, **options):
    model = model.eval().float()
    randomize(model)
    dtype = options.get("dtype")
    if dtype:
        model = model.to(dtype).float()
    x = waves(lengths)
    golden = {"x": x, "lengths": torch.tensor(lengths)}
    base = getattr(model, model.base_model_prefix, model)
    for row, length in enumerate(lengths):
        golden[f"states.{row}"] = states(base, x[row:row + 1, :length])[:, 0]
    if name == "padded":
        mask = (torch.arange(x.shape[1]) < torch.tensor(lengths)[:, None]).long()
        golden["padded"] = states(base, x, attention_mask=mask)
    store(f"{out}/{name}", model, golden, **options)


def whisper_case(out):
    config = WhisperConfig(
        d_model=12, encoder_layers=2, encoder_attention_heads=2, encoder_ffn_dim=20, decoder_layers=1,
        decoder_attention_heads=2, decoder_ffn_dim=8, num_mel_bins=8, max_source_positions=10,
        max_target_positions=4, vocab_size=9, pad_token_id=0, bos_token_id=1, eos_token_id=2,
        decoder_start_token_id=1, suppress_tokens=None, begin_suppress_tokens=None,
    )
    model = WhisperForConditionalGeneration(config).eval()
    randomize(model)
    model = model.to(torch.bfloat16).float()
    x = torch.randn(1, 8, 20)
    golden = {"x": x.transpose(1, 2), "states.0": states(model.model.encoder, x)[:, 0]}
    golden["lengths"] = torch.tensor([20])
    golden["wave"] = torch.randn(3000) * torch.linspace(0, 0.3, 3000)
    extractor = WhisperFeatureExtractor(feature_size=8, chunk_length=1)
    mel = extractor(golden["wave"].numpy(), sampling_rate=16000, return_tensors="pt").input_features
    golden["mel"] = mel[0].T
    store(f"{out}/whisper", model, golden, dtype=torch.bfloat16, shards=2, waveform=False)


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    lengths = [300, 217]
    waveform_case(out, "wav2vec2", Wav2Vec2Model(Wav2Vec2Config(**SMALL)), lengths, old_names=True)
    waveform_case(
        out, "padded", Wav2Vec2ForCTC(Wav2Vec2Config(**SMALL, **LARGE)), lengths, dtype=torch.float16)
    waveform_case(
        out, "hubert", HubertModel(HubertConfig(**SMALL, feat_proj_layer_norm=False)), lengths,
        normalize=False)
    wavlm = dict(num_buckets=12, max_bucket_distance=20)
    waveform_case(out, "wavlm", WavLMModel(WavLMConfig(**SMALL, **wavlm)), lengths)
    waveform_case(out, "wavlm-large", WavLMModel(WavLMConfig(**SMALL, **LARGE, **wavlm)), lengths)
    data2vec = SMALL | dict(num_conv_pos_embeddings=3, conv_pos_kernel_size=5)
    waveform_case(out, "data2vec", Data2VecAudioModel(Data2VecAudioConfig(**data2vec)), lengths)
    whisper_case(out)
    # As many checkpoints of the hub are stored.
    model = HubertForSequenceClassification(HubertConfig(**SMALL))
    waveform_case(out, "pickled", model, lengths, old_names=True, dtype=torch.float16, pickled=True)
    files = sorted(
        os.path.relpath(os.path.join(folder, name), out)
        for folder, _, names in os.walk(out) for name in names if name.endswith((".safetensors", ".json", ".bin")))
    manifest = {
        "made_by": "make_encoders.py", "seed": SEED, "torch": torch.__version__,
        "transformers": transformers.__version__,
        "sha256": {
            name: hashlib.sha256(open(f"{out}/{name}", "rb").read()).hexdigest()
            for name in files if name != "MANIFEST.json"
        },
    }
    with open(f"{out}/MANIFEST.json", "w") as file:
        json.dump(manifest, file, indent=1)
        file.write("\n")


main()
