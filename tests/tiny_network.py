"""A reader's network of two layers, 16 wide, with a small vocabulary: what tests train, export and read with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reading.windows import Tokenizer
from training.network import network_over
from training.vocabulary import prune, used_pieces

TEXT = "全年破获案件537起,止付涉案资金3.01亿元。"


def small_vocabulary(model_folder: Path, file: Path) -> list[int]:
    """Writes a tokenizer of the pieces that a sentence uses; gives their numbers in the whole vocabulary."""
    kept = used_pieces(model_folder / "tokenizer.json", [TEXT, "破获多少起案件?止付多少?"], least=1)
    return prune(model_folder / "tokenizer.json", kept, file)


def tiny_network(tokenizer: Tokenizer, seed: int = 0) -> Any:
    """A network with weights drawn by the seed."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        pad_token_id=1, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return network_over(BertModel(config, add_pooling_layer=False))
