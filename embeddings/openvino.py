"""Runs the network of a sentence-transformers model in OpenVINO instead of torch.

Tokenising, pooling and normalising stay sentence-transformers'; only the forward pass is replaced, by
a graph that OpenVINO's own PyTorch front end converts once. (sentence-transformers' own way there,
``backend="openvino"``, goes through optimum-intel, whose 2.2 holds transformers below 5.6 and wants
torchvision.)
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any


def run_in_openvino(model: Any, folder: Path, threads: int, say: Callable[[str], None] = lambda line: None) -> None:
    """Replaces the forward pass of a `SentenceTransformer` and lets its torch weights go.

    The graph is read from `folder`, and converted into it where it is not there. Any number of
    threads may encode at once. Raises ImportError where OpenVINO is not installed, RuntimeError or
    OSError where the model cannot be converted.
    """
    import torch

    openvino = _openvino()
    network = model[0].model
    if not (folder / "model.xml").exists():
        say("Converting the embedding model for OpenVINO (once, some seconds) …")
        _convert(network, folder)
    core: Any = openvino.Core()
    settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads}
    network.forward = _Forward(core.compile_model(str(folder / "model.xml"), "CPU", settings))
    for parameter in network.parameters():
        parameter.data = torch.empty(0)


def _openvino() -> Any:
    """OpenVINO without its telemetry, which would tell its makers over the network that it was imported."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # importing it now fails, as if absent
    import openvino

    return openvino


class _Forward:
    """The forward pass of a compiled graph; each thread has a request of its own."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled
        self._own = threading.local()

    def __call__(self, input_ids: Any, attention_mask: Any, **_: Any) -> Any:
        """The last hidden states, of shape (batch, tokens, width), as `transformers` models give them."""
        import torch
        from transformers.modeling_outputs import BaseModelOutput

        if not hasattr(self._own, "request"):
            self._own.request = self._compiled.create_infer_request()
        result = self._own.request.infer({"input_ids": input_ids.numpy(), "attention_mask": attention_mask.numpy()})
        return BaseModelOutput(last_hidden_state=torch.from_numpy(result[0].copy()))


def _convert(network: Any, folder: Path) -> None:
    """Writes the network's graph, in half precision on the disk, into a folder that appears whole."""
    import torch

    openvino = _openvino()
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    class LastHidden(torch.nn.Module):
        """The network with two inputs and one output."""

        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.network(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    example = {name: torch.ones(2, 8, dtype=torch.long) for name in ("input_ids", "attention_mask")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # OpenVINO traces with torch.jit, which torch 2.13 calls deprecated
        frontend: Any = FrontEndManager().load_by_framework("pytorch")
        decoder = TorchScriptPythonDecoder(LastHidden().eval(), example_input=example)  # must outlive the conversion
        graph = frontend.convert(frontend.load(decoder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f"{folder.name}-part", dir=folder.parent))
    try:
        openvino.save_model(graph, str(beside / "model.xml"), compress_to_fp16=True)
        os.replace(beside, folder)
    except OSError:
        if not (folder / "model.xml").exists():  # else another process was quicker
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
