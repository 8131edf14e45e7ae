"""The reader's training: what it learns from, what it leaves out, and that it goes on where it stopped."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import torch

from bot.labelled import Label, read_labels
from bot.types import Name, NameKind
from reading.reader import TrainedReader
from reading.windows import Tokenizer
from tests.tiny_network import TEXT, small_vocabulary, tiny_network
from training.batches import Windows, batch_of, token_span
from training.cloze import questions
from training.examples import Example, Neighbours, examples, from_corpus, part_of
from training.export import export
from training.measure import Read, measures, read
from training.network import distilled, from_encoder, loss, mean
from training.retold import retold
from training.train import Settings, train
from training.vocabulary import MARKS


@pytest.fixture(scope="module")
def pieces(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    """A small vocabulary's file, and its pieces' numbers in the whole one."""
    file = tmp_path_factory.mktemp("pieces") / "tokenizer.json"
    return file, small_vocabulary(model_folder, file)


@pytest.fixture(scope="module")
def tokenizer(pieces: tuple[Path, list[int]]) -> Tokenizer:
    return Tokenizer(pieces[0])


EXAMPLES = [
    Example("破获多少起案件?", TEXT, ((6, 10),), ("537起",), "made"),
    Example("止付多少?", TEXT, ((17, 23),), ("3.01亿元",), "made"),
    Example("何人受奖?", TEXT, (), (), "made"),
]


# What it learns from


def paragraphs(folder: Path, *rows: dict[str, Any], name: str = "made") -> Any:
    file = folder / f"{name}.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return read_labels(file)


def test_an_example_is_folded_and_knows_every_place_of_its_answers(tmp_path: Path) -> None:
    asked = [{"question": "在哪裡？", "answers": ["臺北"], "unanswerable": False}]
    labels = paragraphs(tmp_path, {"id": "a", "text": "臺北很大，台北很美，臺北人。", "questions": asked})
    part = part_of(labels.labels[0], "made")
    (found,) = examples(labels, part, {})
    assert (found.question, found.answers) == ("在哪里?", ("台北",))
    assert found.spans == ((0, 2), (5, 7), (10, 12))


def test_all_questions_of_a_paragraph_are_of_one_part_and_cmrcs_held_out_half_is_never_trained_on() -> None:
    labels = [Label(f"问{i}", ("答",), "", (f"段{i // 3}",)) for i in range(600)]
    for source in ("cmrc2018-trial", "drcd-dev"):
        parts = [part_of(label, source) for label in labels]
        assert all(len(set(parts[i : i + 3])) == 1 for i in range(0, 600, 3))
        assert set(parts) == {"train", "fit", "held-out"}
    held = [label for label in labels if label.is_held_out()]
    assert {part_of(label, "cmrc2018-trial") for label in held} == {"held-out"}


def test_an_unanswerable_question_teaches_that_there_is_no_answer(tmp_path: Path) -> None:
    asked = [{"question": "多大？", "answers": [], "unanswerable": True}]
    labels = paragraphs(tmp_path, {"id": "a", "text": "很好。", "questions": asked})
    (found,) = examples(labels, part_of(labels.labels[0], "made"), {})
    assert found.spans == found.answers == ()


def test_of_a_long_article_the_place_that_shares_most_with_the_question_is_kept() -> None:
    text = "前言5人。" + "填" * 4000 + "表彰大会上5人受奖。" + "填" * 4000
    places = tuple((i, i + 2) for i in range(len(text)) if text.startswith("5人", i))
    cut = from_corpus(Example("表彰大会几人受奖", text, places, ("5人",), "news"))
    assert [cut.text[start - 5 : end] for start, end in cut.spans] == ["表彰大会上5人"]
    assert len(cut.text) == 700


def test_neighbours_share_the_questions_words_and_never_hold_its_answer() -> None:
    own, near, far, told = "破获案件537起", "破获案件若干起", "天气很好", "破获案件共537起"
    example = Example("破获案件多少起", own, ((4, 8),), ("537起",), "made")
    assert Neighbours([own, near, far, told]).nearest(example, 5) == [near]


# Questions made by rule


def made(text: str, *names: Name) -> list[Example]:
    return [one for seed in range(20) for one in questions(text, names, "made", random.Random(seed), 5)]


def test_a_made_question_asks_for_what_stands_at_its_span() -> None:
    found = made("公安机关去年在全市破获电信网络诈骗案件537起,紧急止付涉案资金3.01亿元。")
    assert {one.answers[0] for one in found} >= {"537起", "3.01亿元"}
    assert all(one.text[slice(*one.spans[0])] == one.answers[0] for one in found)
    assert all(one.answers[0] not in one.question for one in found)


def test_a_made_question_asks_by_the_kind_of_its_answer() -> None:
    text = "在昨天的全市表彰大会上,许继伟代表市委讲了话。"
    found = made(text, Name(text.index("许"), text.index("代"), NameKind.PERSON))
    asked = [one.question for one in found if one.answers == ("许继伟",)]
    assert asked
    assert all(any(word in question for word in ("谁", "哪位", "什么人")) for question in asked)


def test_no_question_is_made_of_a_byline() -> None:
    assert made("本报记者张三在包头市报道,责任编辑李四,2023年5月6日见习。") == []


# Its vocabulary


def test_a_pruned_vocabulary_cuts_the_text_it_was_made_for_alike(
    model_folder: Path, pieces: tuple[Path, list[int]]
) -> None:
    whole, small = Tokenizer(model_folder / "tokenizer.json"), Tokenizer(pieces[0])
    assert [pieces[1][number] for number in small.encode(TEXT).ids] == whole.encode(TEXT).ids
    assert small.encode(TEXT).offsets == whole.encode(TEXT).offsets


def test_a_pruned_vocabulary_keeps_the_marks_and_single_characters(pieces: tuple[Path, list[int]]) -> None:
    kept = [piece for piece, _ in json.loads(pieces[0].read_text(encoding="utf-8"))["model"]["vocab"]]
    assert {*MARKS, "牧", "A", "z", "9"} <= set(kept)
    assert len(kept) == len(pieces[1]) < 20_000


# Its batches


def test_the_tokens_of_an_answer_are_where_it_stands(tokenizer: Tokenizer) -> None:
    windows = Windows(tokenizer, EXAMPLES[:1], negatives=False, size=64)
    (row,) = windows.epoch(0)
    start, end = row.starts[0] - row.window.first, row.ends[0] - row.window.first
    assert TEXT[row.window.offsets[start][0] : row.window.offsets[end][1]] == "537起"


def test_where_a_window_has_no_answer_its_first_token_is_the_place(tokenizer: Tokenizer) -> None:
    (row,) = Windows(tokenizer, EXAMPLES[2:], negatives=False, size=64).epoch(0)
    batch = batch_of([row], tokenizer.padding)
    assert batch.answers[0, :, 0].nonzero().tolist() == batch.answers[0, :, 1].nonzero().tolist() == [[0]]
    assert batch.places[0].nonzero().flatten().tolist() == [0, *range(row.window.first, len(row.window.ids) - 1)]


def test_an_epoch_is_the_same_for_the_same_seed_and_another_for_another(tokenizer: Tokenizer) -> None:
    long = [Example("破获多少起案件?", TEXT * 20, ((6, 10),), ("537起",), "made") for _ in range(8)]
    windows = Windows(tokenizer, long, negatives=True, size=48)
    assert windows.batches(1, 2) == windows.batches(1, 2) != windows.batches(2, 2)


def test_a_span_between_tokens_has_none() -> None:
    assert token_span([(0, 2), (2, 5)], (3, 4)) == (1, 1)
    assert token_span([(0, 2), (2, 5)], (7, 9)) is None


# Its loss


def test_several_right_places_are_one_event() -> None:
    scores, places = torch.zeros(1, 4, 2), torch.ones(1, 4, dtype=torch.bool)
    answers = torch.zeros(1, 4, 2, dtype=torch.bool)
    answers[0, 1:3] = True  # two of four places, each as likely as the others
    assert loss(scores, places, answers).tolist() == pytest.approx([0.6931], abs=1e-4)


def test_tokens_that_cannot_answer_take_no_probability() -> None:
    scores, places = torch.zeros(1, 4, 2), torch.tensor([[True, False, False, True]])
    scores[0, 1] = 50.0
    answers = torch.zeros(1, 4, 2, dtype=torch.bool)
    answers[0, 3] = True
    assert loss(scores, places, answers).tolist() == pytest.approx([0.6931], abs=1e-4)


def test_a_student_that_says_what_its_teacher_does_has_nothing_to_learn() -> None:
    scores, places = torch.randn(2, 5, 2), torch.ones(2, 5, dtype=torch.bool)
    assert distilled(scores, scores, places).tolist() == pytest.approx([0, 0], abs=1e-6)
    assert distilled(scores, -scores, places).min() > 0


# Its training


def trained(tokenizer: Tokenizer, folder: Path, **settings: float) -> Any:
    chosen = Settings(epochs=6, batch=2, rate=5e-3, frozen=1, averaged=0.5, size=64, **settings)  # type: ignore[arg-type]
    windows = Windows(tokenizer, EXAMPLES * 2, False, chosen.size)
    return train(tiny_network(tokenizer), windows, tokenizer, chosen, folder, say=lambda line: None)


def test_it_learns_what_it_is_shown(tokenizer: Tokenizer, tmp_path: Path) -> None:
    trained(tokenizer, tmp_path)
    losses = [json.loads(line)["loss"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert len(losses) == 18
    assert sum(losses[-3:]) < sum(losses[:3])


def test_a_run_that_was_stopped_goes_on_to_the_same_weights(tokenizer: Tokenizer, tmp_path: Path) -> None:
    whole = trained(tokenizer, tmp_path / "whole")

    class Stopped(Exception):
        pass

    def stop(line: str) -> None:
        if line.startswith("step 8 "):
            raise Stopped

    chosen = Settings(epochs=6, batch=2, rate=5e-3, frozen=1, averaged=0.5, size=64, kept_every=8)
    with pytest.raises(Stopped):
        windows = Windows(tokenizer, EXAMPLES * 2, False, 64)
        train(tiny_network(tokenizer), windows, tokenizer, chosen, tmp_path / "parts", say=stop)
    rest = trained(tokenizer, tmp_path / "parts", kept_every=8)
    for name, weights in whole.state_dict().items():
        assert torch.equal(weights, rest.state_dict()[name]), name


def test_a_checkpoint_of_other_settings_is_refused(tokenizer: Tokenizer, tmp_path: Path) -> None:
    trained(tokenizer, tmp_path)
    with pytest.raises(SystemExit, match="other settings"):
        trained(tokenizer, tmp_path, seed=1)


def test_frozen_layers_and_the_words_stay_as_they_were(tokenizer: Tokenizer, tmp_path: Path) -> None:
    before, after = tiny_network(tokenizer).state_dict(), trained(tokenizer, tmp_path).state_dict()
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert moved
    assert not any("embeddings" in name or "layer.0" in name for name in moved)


def test_a_network_starts_from_the_encoder_with_fewer_layers_and_pieces(tiny_model: Path) -> None:
    numbers = [0, 1, 2, 3, 4, 7]
    whole, half = from_encoder(tiny_model, numbers), from_encoder(tiny_model, numbers, layers=1)
    layers = whole.encoder.config.num_hidden_layers
    assert len(whole.encoder.encoder.layer) == layers
    assert len(half.encoder.encoder.layer) == 1
    assert whole.encoder.embeddings.word_embeddings.weight.shape[0] == len(numbers)
    types = whole.encoder.embeddings.token_type_embeddings.weight
    assert torch.equal(types[0], types[1])


# What it is worth, and what is shipped


def test_the_mean_of_two_networks_has_weights_half_way(tokenizer: Tokenizer) -> None:
    one, other = tiny_network(tokenizer, seed=1), tiny_network(tokenizer, seed=2)
    half = (one.ends.weight + other.ends.weight).detach() / 2
    assert torch.allclose(mean([one, other]).ends.weight, half)


def test_networks_of_different_shapes_have_no_mean(tokenizer: Tokenizer) -> None:
    shorter = tiny_network(tokenizer)
    shorter.encoder.encoder.layer = shorter.encoder.encoder.layer[:1]
    with pytest.raises(ValueError, match="different shapes"):
        mean([tiny_network(tokenizer), shorter])


def test_measures_are_of_the_answerable_and_the_margin_tells_the_rest() -> None:
    asked, empty = EXAMPLES[0], EXAMPLES[2]
    found = [Read(asked, "537起", 4.0), Read(asked, "7起", 2.0), Read(empty, "资金", -3.0)]
    told = measures(found)
    assert (told["n"], told["em"], told["empty"], told["auroc"]) == (2, 50.0, 1, 1.0)
    assert told["f1"] == 75.0


def test_the_exported_model_says_what_the_network_does(
    tokenizer: Tokenizer, pieces: tuple[Path, list[int]], tmp_path: Path
) -> None:
    network = tiny_network(tokenizer)
    export(network, pieces[0], tmp_path)
    (told,) = TrainedReader(tmp_path, threads=1).read("破获多少起案件?", [TEXT], 1)
    question, text = tokenizer.encode("破获多少起案件?"), tokenizer.encode(TEXT)
    window = tokenizer.window(question, text, 0, len(text.ids))
    ids, types = torch.tensor([window.ids]), torch.tensor([window.types])
    with torch.no_grad():
        scores = network.eval()(ids, types, torch.ones_like(ids))[0]
    meant = (scores[window.first : -1] - scores[0]).T.numpy()
    assert told.starts.tolist() == pytest.approx(meant[0].tolist(), abs=0.1)
    assert told.ends.tolist() == pytest.approx(meant[1].tolist(), abs=0.1)


def test_a_network_reads_a_span_of_each_text(tokenizer: Tokenizer) -> None:
    found = list(read(tiny_network(tokenizer), tokenizer, EXAMPLES))
    assert [one.example for one in found] == EXAMPLES
    assert all(one.answer in TEXT for one in found)


# Questions made of one article and asked of another


def test_what_two_articles_tell_in_other_words_becomes_a_question() -> None:
    texts = [
        "据应急管理部门通报,台风杜苏芮登陆晋江沿海,登陆时中心附近最大风力达到15级,福建多地暴雨成灾。",
        "记录显示福建晋江迎来台风杜苏芮,沿海出现狂风暴雨,15级大风在登陆时掀翻了渔船。",
    ]
    found = list(retold(texts, [(), ()], "made", random.Random(0)))
    assert {one.answers for one in found} == {("15级",)}
    assert all(one.text[slice(*one.spans[0])] == "15级" for one in found)
    assert all(one.text in texts for one in found)


def test_articles_that_only_share_a_figure_make_no_question() -> None:
    texts = ["台风杜苏芮登陆晋江沿海,风力达到15级。", "该县将教师职称分为15级,从今年九月起试行。"]
    assert list(retold(texts, [(), ()], "made", random.Random(0))) == []


def test_a_reprint_makes_no_question() -> None:
    text = "据应急管理部门通报,台风杜苏芮登陆晋江沿海,登陆时中心附近最大风力达到15级。"
    assert list(retold([text, text], [(), ()], "made", random.Random(0))) == []
