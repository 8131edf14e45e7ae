"""What the backends share that run a model's network outside torch."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INPUTS = ("input_ids", "attention_mask")

# Token ids and attention mask, of shape (batch, tokens), to the last hidden states, of shape (batch, tokens, width).
Run = Callable[["NDArray[np.int64]", "NDArray[np.int64]"], "NDArray[np.float32]"]


def traceable(network: Any) -> Any:
    """The network of a `transformers` model as a torch module with two inputs and one output."""
    import torch

    class LastHidden(torch.nn.Module):
        """The network, and of what it gives only the last hidden states."""

        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.network(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    return LastHidden().eval()


def examples() -> tuple[Any, Any]:
    """Inputs to trace with, in the order of `INPUTS`."""
    import torch

    return torch.ones(2, 8, dtype=torch.long), torch.ones(2, 8, dtype=torch.long)


def replace_forward(network: Any, run: Run) -> None:
    """Has a network's forward pass done by `run`."""
    import torch
    from transformers.modeling_outputs import BaseModelOutput

    def forward(input_ids: Any, attention_mask: Any, **_: Any) -> Any:
        return BaseModelOutput(last_hidden_state=torch.from_numpy(run(input_ids.numpy(), attention_mask.numpy())))

    network.forward = forward


def release_weights(network: Any) -> None:
    """Lets go of weights that are not used any more."""
    import torch

    for parameter in network.parameters():
        parameter.data = torch.empty(0)


def made_once(folder: Path, make: Callable[[Path], None]) -> None:
    """Has `make` fill a folder that appears whole, unless it is there. Raises what `make` raises."""
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f"{folder.name}-part", dir=folder.parent))
    try:
        make(beside)
        os.replace(beside, folder)
    except OSError:
        if not folder.exists():  # else another process was quicker
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
