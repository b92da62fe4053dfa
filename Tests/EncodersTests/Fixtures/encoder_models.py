"""Encoders of transformers with random weights, for the fixtures, the interoperability checks and the benchmarks."""

import numpy as np
import torch

# Some builds of torchvision lack compiled operations, which transformers imports but these models do not use.
library = torch.library.Library("torchvision", "FRAGMENT")
for operation in (
    "nms qnms roi_align _roi_align_backward ps_roi_align _ps_roi_align_backward roi_pool _roi_pool_backward "
    "ps_roi_pool _ps_roi_pool_backward qroi_align deform_conv2d _deform_conv2d_backward"
).split():
    try:
        library.define(operation + "(Tensor a) -> Tensor")
    except RuntimeError:
        pass
import transformers  # noqa: E402, F401

# The options in which the large models differ from the base models, apart from their size.
LARGE = dict(do_stable_layer_norm=True, feat_extract_norm="layer", conv_bias=True)


def randomize(model):
    """Gives every weight a value unlike its initial one."""
    for name, value in model.state_dict().items():
        if not value.is_floating_point():
            continue
        if name.endswith("bias") or value.dim() == 1 and "norm" not in name:
            value.normal_(0, 0.2)
        elif value.dim() == 1 or name.endswith("original0") or "const" in name:
            value.uniform_(0.5, 1.5)
        elif value.dim() == 2 or value.dim() == 3:
            value.normal_(0, 1.2 / np.sqrt(value[0].numel()))


def states(model, x, **rest):
    """Returns all hidden states, the last one with its layer normalization (transformers 5 omits it in hidden_states)."""
    with torch.no_grad():
        output = model(x, output_hidden_states=True, **rest)
    return torch.stack([*output.hidden_states[:-1], output.last_hidden_state])
