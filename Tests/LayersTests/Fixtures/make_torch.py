"""Writes torch-*.safetensors: small PyTorch models, an input and what they make of it.

    python make_torch.py                       the fixtures beside this file
    python make_torch.py efficientnet b3.safetensors    torchvision's EfficientNet-B3 with random weights
"""

import os
import sys

import torch
from safetensors.torch import save_file

# Some builds of torchvision lack their compiled operations, which these models do not use.
library = torch.library.Library("torchvision", "FRAGMENT")
for name in (
    "nms qnms roi_align _roi_align_backward ps_roi_align _ps_roi_align_backward roi_pool _roi_pool_backward "
    "ps_roi_pool _ps_roi_pool_backward qroi_align deform_conv2d _deform_conv2d_backward"
).split():
    try:
        library.define(name + "(Tensor a) -> Tensor")
    except RuntimeError:
        pass
from torchvision.models import efficientnet  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def randomize(model):
    """Numbers unlike the initial ones everywhere, running statistics too."""
    for name, value in model.state_dict().items():
        if name.endswith("running_var"):
            value.uniform_(0.5, 1.5)
        elif name.endswith("running_mean") or name.endswith("bias"):
            value.normal_(0, 0.1)
        elif value.is_floating_point() and value.dim() == 1:
            value.uniform_(0.5, 1.5)


def write(name, model, x, y):
    tensors = {"model." + k: v.contiguous() for k, v in model.state_dict().items()}
    save_file({**tensors, "x": x.contiguous(), "y": y.contiguous()}, os.path.join(HERE, name))


def recurrent(kind):
    torch.manual_seed(1)
    model = torch.nn.ModuleDict(
        {
            "0": torch.nn.Conv1d(3, 4, 3, padding=1),
            "1": torch.nn.BatchNorm1d(4),
            "2": kind(4, 5, num_layers=2, bidirectional=True, batch_first=True),
            "3": torch.nn.LayerNorm(10),
            "4": torch.nn.Linear(10, 2),
        }
    ).eval()
    randomize(model)
    x = torch.randn(2, 7, 3)
    h = model["1"](model["0"](x.transpose(1, 2))).transpose(1, 2)
    return model, x, model["4"](model["3"](model["2"](h)[0]))


def bottleneck():
    torch.manual_seed(2)
    norm = torch.nn.BatchNorm2d
    model = torch.nn.Sequential(
        efficientnet.MBConv(efficientnet.MBConvConfig(6, 5, 2, 8, 16, 1), 0.1, norm),
        efficientnet.MBConv(efficientnet.MBConvConfig(2, 3, 1, 16, 16, 1), 0.1, norm),
    ).eval()
    randomize(model)
    x = torch.randn(2, 8, 9, 9)
    return model, x.permute(0, 2, 3, 1), model(x).permute(0, 2, 3, 1)


def attention():
    torch.manual_seed(4)
    model = torch.nn.ModuleDict(
        {
            "0": torch.nn.MultiheadAttention(6, 2, batch_first=True),
            "1": torch.nn.TransformerEncoderLayer(6, 3, 9, batch_first=True, norm_first=True),
            "2": torch.nn.TransformerEncoderLayer(6, 2, 24, activation="gelu", batch_first=True),
        }
    ).eval()
    randomize(model)
    x = torch.randn(2, 5, 6)
    h = model["0"](x, x, x)[0]
    return model, x, model["2"](model["1"](h))


def words():
    torch.manual_seed(5)
    model = torch.nn.ModuleDict(
        {
            "0": torch.nn.Embedding(9, 4),
            "1": torch.nn.RNN(4, 3, num_layers=2, bidirectional=True, batch_first=True),
            "2": torch.nn.RNN(6, 5, nonlinearity="relu", batch_first=True),
        }
    ).eval()
    randomize(model)
    x = torch.randint(0, 9, (3, 6))
    return model, x.float(), model["2"](model["1"](model["0"](x))[0])[0]


with torch.no_grad():
    if len(sys.argv) > 1:
        torch.manual_seed(3)
        model = efficientnet.efficientnet_b3(num_classes=8).eval()
        assert sum(p.numel() for p in model.parameters()) == 10_708_528
        randomize(model)
        x = torch.randn(1, 3, 300, 300)
        write(os.path.abspath(sys.argv[2]), model, x.permute(0, 2, 3, 1), model(x))
    else:
        write("torch-gru.safetensors", *recurrent(torch.nn.GRU))
        write("torch-lstm.safetensors", *recurrent(torch.nn.LSTM))
        write("torch-mbconv.safetensors", *bottleneck())
        write("torch-attention.safetensors", *attention())
        write("torch-words.safetensors", *words())
