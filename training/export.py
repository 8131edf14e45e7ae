"""The trained network as one ONNX model of 8-bit weights, with its tokenizer."""

from __future__ import annotations

import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reading.reader import INPUTS

_BLOCK = 128  # numbers that share a scale


def export(network: Any, tokenizer: Path, folder: Path) -> None:
    """Writes `model.onnx` and `tokenizer.json`.

    All weights are rounded to 8 bits. Matrix products are taken in 8 bits as well: with one scale for all that
    a product takes in, but where the feed-forward layers lead back, whose inputs have outliers, with one for
    every 128 numbers (docs/DECISIONS.md). Attention and the like are single operators of ONNX Runtime's. There
    is no mask: it reads one window at a time, without padding.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as beside, _quietly():
        plain, fused, rounded = (Path(beside) / f"{name}.onnx" for name in ("plain", "fused", "rounded"))
        _trace(network, plain)
        config = network.encoder.config
        options = FusionOptions("bert")
        options.enable_attention = False  # already one operator
        options.enable_embed_layer_norm = False  # whose fused form would keep the words in 32 bits
        optimized = optimize_model(
            str(plain), "bert", num_heads=config.num_attention_heads, hidden_size=config.hidden_size,
            optimization_options=options, opt_level=0,
        )  # fmt: skip
        optimized.save_model_to_file(str(fused))
        quantize_dynamic(
            str(fused), str(rounded), weight_type=QuantType.QInt8, per_channel=True,
            op_types_to_quantize=["MatMul", "Gather"], nodes_to_exclude=_with_outliers(onnx.load(fused)),
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},  # of what fused nodes give
        )  # fmt: skip
        blocks = MatMulNBitsQuantizer(
            onnx.load(rounded), bits=8, block_size=_BLOCK, is_symmetric=True, accuracy_level=4
        )
        blocks.process()
        onnx.save(blocks.model.model, folder / "model.onnx")
    shutil.copy(tokenizer, folder / "tokenizer.json")


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the optimizer's log, a line or two for every node."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _with_outliers(model: Any) -> list[str]:
    """The names of the products that lead back from the feed-forward layers, and of the last one."""
    wide = {node.output[0] for node in model.graph.node if node.op_type == "BiasGelu"}
    products = [node for node in model.graph.node if node.op_type == "MatMul"]
    return [node.name for node in products if node.input[0] in wide] + [products[-1].name]


def _trace(network: Any, file: Path) -> None:
    import torch

    example = torch.ones(1, 16, dtype=torch.long)
    sizes = {0: "batch", 1: "tokens"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # this exporter is deprecated; the new one takes 50 s in place of 5
        torch.onnx.export(
            _without_mask(network.eval().float().cpu()), (example, torch.zeros_like(example)), str(file),
            input_names=list(INPUTS), output_names=["scores"], dynamic_axes=dict.fromkeys((*INPUTS, "scores"), sizes),
            opset_version=17, dynamo=False, custom_opsets={"com.microsoft": 1},
        )  # fmt: skip


def _without_mask(network: Any) -> Any:
    """The network as a module of ids and types alone, with attention as one operator."""
    import torch

    encoder, heads = network.encoder, network.encoder.config.num_attention_heads

    class _Attention(torch.autograd.Function):
        @staticmethod
        def forward(_: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
            query, key, value = (part.view(*part.shape[:2], heads, -1).transpose(1, 2) for part in (query, key, value))
            attended = torch.nn.functional.scaled_dot_product_attention(query, key, value)
            return attended.transpose(1, 2).flatten(2)

        @staticmethod
        def symbolic(graph: Any, query: Any, key: Any, value: Any) -> Any:
            return graph.op("com.microsoft::MultiHeadAttention", query, key, value, num_heads_i=heads).setType(
                query.type()
            )

    attend: Any = _Attention.apply

    class _Unpadded(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, ids: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
            hidden = encoder.embeddings(input_ids=ids, token_type_ids=types)
            for layer in encoder.encoder.layer:
                own = layer.attention.self
                attended = attend(own.query(hidden), own.key(hidden), own.value(hidden))
                hidden = layer.attention.output(attended, hidden)
                hidden = layer.output(layer.intermediate(hidden), hidden)
            scores: torch.Tensor = network.ends(hidden)
            return scores

    return _Unpadded().eval()
