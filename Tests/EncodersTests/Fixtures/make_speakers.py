"""Writes tiny speaker encoders with random weights and the names of SpeechBrain, with inputs and embeddings computed by PyTorch, to
`xvector.safetensors` and `ecapa.safetensors`.

    pip install torch safetensors
    python make_speakers.py

The modules follow speechbrain.lobes.models.Xvector and ECAPA_TDNN, without the noise that SpeechBrain adds to the mean.
"""

import os

import torch
from safetensors.torch import save_file
from torch import nn


class Conv(nn.Module):
    """SpeechBrain's Conv1d: reflected at both ends."""

    def __init__(self, inputs, filters, kernel=1, dilation=1):
        super().__init__()
        self.conv = nn.Conv1d(inputs, filters, kernel, dilation=dilation)
        self.reach = dilation * (kernel - 1) // 2

    def forward(self, x):
        return self.conv(nn.functional.pad(x, (self.reach, self.reach), "reflect") if self.reach else x)


class Norm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, x):
        return self.norm(x)


class Linear(nn.Module):
    def __init__(self, inputs, units):
        super().__init__()
        self.w = nn.Linear(inputs, units)

    def forward(self, x):
        return self.w(x)


class Statistics(nn.Module):
    def forward(self, x):
        return torch.cat([x.mean(2), x.std(2) + 1e-5], 1)


class Xvector(nn.Module):
    def __init__(self, inputs, channels=(512, 512, 512, 512, 1500), kernels=(5, 3, 3, 1, 1), dilations=(1, 2, 3, 1, 1), units=512):
        super().__init__()
        self.blocks = nn.ModuleList()
        for filters, kernel, dilation in zip(channels, kernels, dilations):
            self.blocks.extend([Conv(inputs, filters, kernel, dilation), nn.LeakyReLU(), Norm(filters)])
            inputs = filters
        self.blocks.extend([Statistics(), Linear(2 * inputs, units)])

    def forward(self, x):
        """[batch, channels, time] to [batch, units]"""
        for block in self.blocks:
            x = block(x)
        return x


class TDNN(nn.Module):
    def __init__(self, inputs, filters, kernel=1, dilation=1):
        super().__init__()
        self.conv = Conv(inputs, filters, kernel, dilation)
        self.norm = Norm(filters)

    def forward(self, x):
        return self.norm(torch.relu(self.conv(x)))


class Res2Net(nn.Module):
    def __init__(self, channels, scale, kernel, dilation):
        super().__init__()
        part = channels // scale
        self.blocks = nn.ModuleList([TDNN(part, part, kernel, dilation) for _ in range(scale - 1)])

    def forward(self, x):
        parts = x.chunk(len(self.blocks) + 1, 1)
        outputs = [parts[0]]
        for index, block in enumerate(self.blocks):
            outputs.append(block(parts[index + 1] + outputs[-1] if index else parts[1]))
        return torch.cat(outputs, 1)


class Squeeze(nn.Module):
    def __init__(self, channels, size):
        super().__init__()
        self.conv1 = Conv(channels, size)
        self.conv2 = Conv(size, channels)

    def forward(self, x):
        return x * torch.sigmoid(self.conv2(torch.relu(self.conv1(x.mean(2, keepdim=True)))))


class Block(nn.Module):
    def __init__(self, channels, scale, size, kernel, dilation):
        super().__init__()
        self.tdnn1 = TDNN(channels, channels)
        self.res2net_block = Res2Net(channels, scale, kernel, dilation)
        self.tdnn2 = TDNN(channels, channels)
        self.se_block = Squeeze(channels, size)

    def forward(self, x):
        return self.se_block(self.tdnn2(self.res2net_block(self.tdnn1(x)))) + x


class Attentive(nn.Module):
    def __init__(self, channels, attention):
        super().__init__()
        self.tdnn = TDNN(3 * channels, attention)
        self.conv = Conv(attention, channels)

    @staticmethod
    def statistics(x, weights):
        mean = (weights * x).sum(2, keepdim=True)
        return mean, torch.sqrt((weights * (x - mean) ** 2).sum(2, keepdim=True).clamp(1e-12))

    def forward(self, x):
        mean, deviation = self.statistics(x, torch.full_like(x[:, :1], 1 / x.shape[2]))
        context = torch.cat([x, mean.expand_as(x), deviation.expand_as(x)], 1)
        weights = torch.softmax(self.conv(torch.tanh(self.tdnn(context))), 2)
        return torch.cat(self.statistics(x, weights), 1)


class ECAPA(nn.Module):
    def __init__(self, inputs, channels=1024, attention=128, scale=8, squeeze=128, units=192):
        super().__init__()
        self.blocks = nn.ModuleList([TDNN(inputs, channels, 5)])
        self.blocks.extend([Block(channels, scale, squeeze, 3, dilation) for dilation in (2, 3, 4)])
        self.mfa = TDNN(3 * channels, 3 * channels)
        self.asp = Attentive(3 * channels, attention)
        self.asp_bn = Norm(6 * channels)
        self.fc = Conv(6 * channels, units)

    def forward(self, x):
        """[batch, channels, time] to [batch, units]"""
        outputs = []
        for block in self.blocks:
            x = block(x)
            outputs.append(x)
        x = self.mfa(torch.cat(outputs[1:], 1))
        return self.fc(self.asp_bn(self.asp(x)))[:, :, 0]


def randomize(model):
    """Gives every weight and statistic a value unlike its initial one."""
    for name, value in model.state_dict().items():
        if name.endswith("running_var"):
            value.uniform_(0.5, 1.5)
        elif name.endswith("bias") or name.endswith("running_mean"):
            value.normal_(0, 0.2)
        elif value.dim() == 1:
            value.uniform_(0.5, 1.5)
        elif value.dim() > 1:
            value.normal_(0, 1 / value[0].numel() ** 0.5)


def store(path, model, lengths, inputs):
    randomize(model)
    model.eval()
    x = torch.zeros(len(lengths), max(lengths), inputs)
    rows = []
    for row, length in enumerate(lengths):
        x[row, :length] = torch.randn(length, inputs)
        with torch.no_grad():
            rows.append(model(x[row : row + 1, :length].transpose(1, 2))[0])
    tensors = {name: value for name, value in model.state_dict().items() if "num_batches" not in name}
    save_file(tensors, f"{path}.safetensors")
    golden = {"x": x, "lengths": torch.tensor(lengths), "embeddings": torch.stack(rows)}
    save_file(golden, f"{path}-golden.safetensors")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    torch.manual_seed(8)
    torch.set_num_threads(1)
    store(f"{here}/xvector", Xvector(6, (8, 8, 12), (5, 3, 1), (1, 2, 1), 10), [20, 9], 6)
    store(f"{here}/ecapa", ECAPA(6, 12, 5, 3, 4, 7), [20, 9], 6)


if __name__ == "__main__":
    main()
