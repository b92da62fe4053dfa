"""Fine-tunes the tiny encoders of this folder with transformers and PyTorch for ten steps, and writes the losses and some of
the weights to `finetuning.safetensors`.

    pip install torch transformers safetensors
    python make_finetuning.py

A classifier on the mean over time of the last hidden state is trained with the encoder; the convolutions at the start are
frozen, and dropout is off. The positional convolutions are trained as plain weights, not as magnitudes and directions.
Encoders with layer normalization in the front end get padded recordings with an attention mask.
"""

import os

import torch
from encoder_models import transformers
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
CLASSES = {
    "wav2vec2": "Wav2Vec2Model", "padded": "Wav2Vec2Model", "hubert": "HubertModel", "wavlm": "WavLMModel",
    "wavlm-large": "WavLMModel", "data2vec": "Data2VecAudioModel", "whisper": "WhisperModel",
}
LENGTHS = {"padded": [300, 240, 180], "wavlm-large": [300, 240, 180], "whisper": [3000, 2500, 2000]}
STEPS = 10


def load(name):
    """Returns an encoder without dropout, of which only the transformer and the projection are trained."""
    rates = dict(
        hidden_dropout=0.0, attention_dropout=0.0, activation_dropout=0.0, feat_proj_dropout=0.0, layerdrop=0.0,
        apply_spec_augment=False)
    if name == "whisper":
        rates = dict(dropout=0.0, attention_dropout=0.0, activation_dropout=0.0, encoder_layerdrop=0.0)
    model = getattr(transformers, CLASSES[name]).from_pretrained(f"{HERE}/{name}", dtype=torch.float32, **rates)
    if name == "whisper":
        model = model.encoder
        for part in (model.conv1, model.conv2, model.embed_positions):
            part.requires_grad_(False)
        return model.train()
    for module in model.modules():
        if torch.nn.utils.parametrize.is_parametrized(module):
            torch.nn.utils.parametrize.remove_parametrizations(module, "weight")
    model.feature_extractor.requires_grad_(False)
    return model.train()


def prepared(name, x, lengths):
    """Returns the recordings as the feature extractor prepares them."""
    if name == "hubert":
        return x
    if name == "whisper":
        extractor = transformers.WhisperFeatureExtractor(feature_size=8, chunk_length=1)
        waves = [x[row, :length].numpy() for row, length in enumerate(lengths)]
        return extractor(waves, sampling_rate=16000, return_tensors="pt", max_length=3200).input_features
    result = torch.zeros_like(x)
    for row, length in enumerate(lengths):
        wave = x[row, :length]
        result[row, :length] = (wave - wave.mean()) / torch.sqrt(wave.var(unbiased=False) + 1e-7)
    return result


def pooled(model, name, x, lengths):
    """Returns the mean of the last hidden state over the valid steps."""
    if name == "whisper":
        states = model(x).last_hidden_state
        steps = torch.tensor(lengths)[:, None].add(319).div(320, rounding_mode="floor")
        valid = (torch.arange(states.shape[1]) < steps).float()[..., None]
        return (states * valid).sum(1) / valid.sum(1)
    mask = None
    if min(lengths) < x.shape[1]:
        mask = (torch.arange(x.shape[1]) < torch.tensor(lengths)[:, None]).long()
    states = model(x, attention_mask=mask).last_hidden_state
    if mask is None:
        return states.mean(1)
    valid = model._get_feature_vector_attention_mask(states.shape[1], mask).float()[..., None]
    return (states * valid).sum(1) / valid.sum(1)


def trajectory(name, optimizer, out):
    lengths = LENGTHS.get(name, [300] * 3)
    torch.manual_seed(3)
    model = load(name)
    x = torch.zeros(3, max(lengths))
    for row, length in enumerate(lengths):
        x[row, :length] = 0.1 * torch.randn(length) + 0.1 * row
    head = torch.nn.Linear(12, 3)
    labels = torch.tensor([0, 2, 1])
    key = f"{name}.{optimizer}"
    out[f"{name}.x"] = x
    out[f"{name}.head.weight"] = head.weight.detach().clone()
    out[f"{name}.head.bias"] = head.bias.detach().clone()
    parameters = [p for p in [*model.parameters(), *head.parameters()] if p.requires_grad]
    if optimizer == "sgd":
        steps = torch.optim.SGD(parameters, lr=0.02, momentum=0.9)
    else:
        steps = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0.01)
    inputs = prepared(name, x, lengths)
    losses = []
    for _ in range(STEPS):
        loss = torch.nn.functional.cross_entropy(head(pooled(model, name, inputs, lengths)), labels)
        steps.zero_grad()
        loss.backward()
        steps.step()
        losses.append(loss.item())
    print(key, losses)
    layer = model.layers[0] if name == "whisper" else model.encoder.layers[0]
    inner = layer.fc1 if name == "whisper" else layer.feed_forward.intermediate_dense
    out[f"{key}.losses"] = torch.tensor(losses)
    out[f"{key}.inner"] = inner.weight.detach().T.contiguous()
    out[f"{key}.head"] = head.weight.detach().T.contiguous()


def main():
    torch.set_num_threads(1)
    out = {}
    for name in CLASSES:
        for optimizer in ("sgd", "adamw"):
            trajectory(name, optimizer, out)
    for name, lengths in LENGTHS.items():
        out[f"{name}.lengths"] = torch.tensor(lengths)
    save_file(out, f"{HERE}/finetuning.safetensors")


main()
