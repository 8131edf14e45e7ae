"""The reader's network: the encoder with a start and an end score for each token."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

NOWHERE = -1e4  # the score of a token that cannot begin or end an answer


def from_encoder(folder: Path, numbers: Sequence[int], layers: int = 0) -> Any:
    """A network that starts from a sentence-transformers folder's encoder, with some pieces of its vocabulary.

    `layers`: how many of the encoder's to keep, spread evenly; 0 keeps all.
    """
    import torch
    from transformers import AutoModel

    encoder = AutoModel.from_pretrained(folder, add_pooling_layer=False, attention_probs_dropout_prob=0.0)
    words = encoder.embeddings.word_embeddings
    embedding: Any = torch.nn.Embedding
    kept = embedding.from_pretrained(words.weight.data[list(numbers)].clone(), padding_idx=1)
    encoder.embeddings.word_embeddings = kept
    types = encoder.embeddings.token_type_embeddings.weight.data
    types[1] = types[0]  # the encoder only ever saw the first
    every = encoder.encoder.layer
    if layers and layers < len(every):
        chosen = [round(i * (len(every) - 1) / (layers - 1)) for i in range(layers)]
        encoder.encoder.layer = torch.nn.ModuleList([every[i] for i in chosen])
    _drop_dimensions(encoder)
    encoder.config.vocab_size = len(numbers)
    encoder.config.num_hidden_layers = len(encoder.encoder.layer)
    return network_over(encoder)


def mean(networks: Sequence[Any]) -> Any:
    """The first of several networks of one shape, with the mean of their weights.

    Runs that began at the same weights, on other data, are together better than each (Wortsman et al., Model
    soups, ICML 2022). Raises ValueError where their shapes differ.
    """
    import torch

    first, states = networks[0], [network.state_dict() for network in networks]
    shapes = [{name: told.shape for name, told in state.items()} for state in states]
    if any(shape != shapes[0] for shape in shapes):
        raise ValueError("these stages are of different shapes")
    weights = {name: torch.stack([state[name].float() for state in states]).mean(0) for name in states[0]}
    first.load_state_dict({name: told.to(states[0][name].dtype) for name, told in weights.items()})
    return first


def _drop_dimensions(encoder: Any) -> None:
    """Has dropout leave out the same dimensions at every token of a text (Gal and Ghahramani, NIPS 2016).

    Drawn for each token apart, and within attention, it took a processor as long as all the rest.
    """
    import torch

    class _Dimensions(torch.nn.Module):
        def __init__(self, share: float) -> None:
            super().__init__()
            self.share = share

        def forward(self, hidden: torch.Tensor) -> torch.Tensor:
            if not self.training or not self.share:
                return hidden
            kept = torch.rand(hidden.shape[0], 1, hidden.shape[-1], device=hidden.device) >= self.share
            return hidden * (kept / (1 - self.share)).to(hidden.dtype)

    for layer in encoder.encoder.layer:
        for part in (layer.attention.output, layer.output):
            part.dropout = _Dimensions(encoder.config.hidden_dropout_prob)
    encoder.embeddings.dropout = _Dimensions(encoder.config.hidden_dropout_prob)


def network_over(encoder: Any) -> Any:
    """A torch module: ids, types, mask and answerable places, all (batch, tokens), to scores (batch, tokens, 2).

    The first token's scores stand for no answer in this window.
    """
    import torch

    class Reader(torch.nn.Module):
        """The encoder, and over each of its hidden states a start and an end score."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder
            self.ends = torch.nn.Linear(encoder.config.hidden_size, 2)
            torch.nn.init.normal_(self.ends.weight, std=0.02)
            torch.nn.init.zeros_(self.ends.bias)

        def forward(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            hidden = self.encoder(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
            scores: torch.Tensor = self.ends(hidden)
            return scores

    return Reader()


def loss(scores: Any, places: Any, answers: Any) -> Any:
    """Minus the log probability that a window's answers begin and end where they do, each window's.

    `scores` (batch, tokens, 2); `places` (batch, tokens), true where an answer may stand and at the
    first token; `answers` (batch, tokens, 2), true where one begins and ends, at the first token where
    the window has none. Several right places are one event (Clark and Gardner, ACL 2018).
    """
    scores = scores.float().masked_fill(~places.unsqueeze(-1), NOWHERE)
    told = scores.log_softmax(dim=1).masked_fill(~answers, NOWHERE).logsumexp(dim=1)
    return -told.mean(dim=1)


def distilled(scores: Any, teacher: Any, places: Any) -> Any:
    """How far a window's start and end distributions are from the teacher's (Kullback-Leibler), each window's."""
    import torch

    student = scores.float().masked_fill(~places.unsqueeze(-1), NOWHERE).log_softmax(dim=1)
    wanted = teacher.float().masked_fill(~places.unsqueeze(-1), NOWHERE).log_softmax(dim=1)
    return torch.nn.functional.kl_div(student, wanted, reduction="none", log_target=True).sum(dim=1).mean(dim=1)
