"""What OpenAI's own client library gets from the server, and what each refusal becomes in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import OpenAI

from bot.bot import Bot
from bot.config import Config, Server, config_from
from bot.indexer import index
from bot.links import text_version
from bot.types import Filters, Question
from bot.web.app import create_app
from bot.web.completions import completed
from bot.wire import answer_to_json
from tests.fake_encoder import FakeEncoder, config_in, write_files
from tests.fakes import ANSWER_START, QUOTE_END, TEXT, FakeBot
from tests.pages import serving

ASKS, READS = "asks-0123456789abcdef", "reads-0123456789abcdef"
TOKENS = {"BOT_API_TOKENS": f"asks:ask:{ASKS},reads:read:{READS}"}
LINK = f"/documents/d1?start={ANSWER_START}&end={QUOTE_END}&v={text_version(TEXT)}#mark"
ZEROS = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


class Connect:
    """Serves bots and makes clients of them."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def __call__(
        self, bot: Any, config: Config | None = None, environ: dict[str, str] | None = None, key: str = "none"
    ) -> OpenAI:
        url = self._stack.enter_context(serving(create_app(bot, config or Config(), environ or {})))
        return self._stack.enter_context(OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0))


@pytest.fixture
def connect() -> Iterator[Connect]:
    with ExitStack() as stack:
        yield Connect(stack)


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
def client(connect: Connect, bot: FakeBot) -> OpenAI:
    return connect(bot)


def said(*questions: Any) -> list[Any]:
    """A conversation in which each question but the last was replied to."""
    turns = [[{"role": "user", "content": question}, {"role": "assistant", "content": "答"}] for question in questions]
    return [message for turn in turns for message in turn][:-1]


def ask(client: OpenAI, *questions: Any, **more: Any) -> Any:
    return client.chat.completions.create(model="wenda", messages=said(*questions), **more)


# ---- replies ----


def test_a_reply_holds_the_answer_its_sources_and_the_whole_answer(bot: FakeBot, client: OpenAI) -> None:
    completion = ask(client, "止付多少")
    origin = str(client.base_url).removesuffix("/v1/")
    link = f"[平安白皮书]({origin}{LINK})"
    content = f"3.01亿元。\n“紧急止付涉案资金3.01亿元”[1]\n\n来源：\n1. {link} · 草原日报 · 2022-01-06"
    start = content.index("[平安")
    message = completion.choices[0].message
    assert message.content == content
    assert [one.model_dump() for one in message.annotations] == [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": start,
                "end_index": start + len(link),
                "title": "平安白皮书",
                "url": origin + LINK,
            },
        }
    ]
    assert (message.role, message.refusal, completion.choices[0].finish_reason) == ("assistant", None, "stop")
    assert (completion.id, completion.object, completion.model) == ("chatcmpl-a1", "chat.completion", "wenda")
    assert completion.system_fingerprint == "fake-1"
    assert completion.usage.model_dump(exclude_none=True) == ZEROS
    told = answer_to_json(bot.ask(Question("止付多少")))
    told["citations"][0]["link"] = LINK
    told["passages"][0]["link"] = f"/documents/d1?start=6&end={len(TEXT)}&v={text_version(TEXT)}#mark"
    assert completion.wenda == told


def test_a_stream_holds_the_same_as_the_whole_reply(client: OpenAI) -> None:
    whole = ask(client, "止付多少")
    chunks = list(ask(client, "止付多少", stream=True))
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert deltas[0].role == "assistant"
    pieces = [delta.content for delta in deltas if delta.content]
    assert pieces == whole.choices[0].message.content.splitlines(keepends=True)
    assert deltas[-2].annotations == [one.model_dump() for one in whole.choices[0].message.annotations]
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert {(chunk.id, chunk.object, chunk.model) for chunk in chunks} == {
        ("chatcmpl-a1", "chat.completion.chunk", "wenda")
    }
    assert len({chunk.created for chunk in chunks}) == 1
    assert chunks[-1].wenda == whole.wenda
    assert not any(chunk.usage for chunk in chunks)


def test_the_clients_own_gatherer_of_streams_takes_ours(client: OpenAI) -> None:
    with client.chat.completions.stream(model="wenda", messages=said("止付多少")) as stream:
        gathered = stream.get_final_completion()
    whole = ask(client, "止付多少")
    assert gathered.choices[0].message.content == whole.choices[0].message.content
    assert gathered.choices[0].message.annotations == whole.choices[0].message.annotations


def test_a_stream_ends_with_the_usage_where_that_is_asked_for(client: OpenAI) -> None:
    *chunks, last = ask(client, "止付多少", stream=True, stream_options={"include_usage": True})
    assert (last.choices, last.usage.model_dump(exclude_none=True)) == ([], ZEROS)
    assert [chunk.usage for chunk in chunks] == [None] * len(chunks)


@pytest.mark.parametrize(
    ("question", "status", "cited"),
    [("止付多少", "answered", 1), ("隐藏多少", "masked", 1), ("冲突", "conflict", 2), ("别的", "not_found", 0)],
)
@pytest.mark.parametrize("stream", [False, True])
def test_however_a_question_ends_each_citation_is_a_source_and_an_annotation(
    client: OpenAI, question: str, status: str, cited: int, stream: bool
) -> None:
    if stream:
        chunks = list(ask(client, question, stream=True))
        answer = chunks[-1].wenda
        content = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        annotations = [one["url_citation"] for one in chunks[-2].choices[0].delta.annotations]
    else:
        completion = ask(client, question)
        answer, message = completion.wenda, completion.choices[0].message
        content, annotations = message.content, [one.url_citation.model_dump() for one in message.annotations]
    assert (answer["status"], len(answer["citations"]), len(annotations)) == (status, cited, cited)
    assert ("来源：" in content) == bool(cited)
    assert content.startswith(answer["text"])
    for citation, annotation in zip(answer["citations"], annotations, strict=True):
        assert annotation["url"].endswith(citation["link"])
        link = content[annotation["start_index"] : annotation["end_index"]]
        assert link == f"[平安白皮书]({annotation['url']})"
        assert content[: annotation["start_index"]].endswith(f"\n{citation['n']}. ")


def test_links_begin_with_the_public_address_where_there_is_one(connect: Connect, bot: FakeBot) -> None:
    client = connect(bot, Config(server=Server(public_url="https://wenda.example/bot/")))
    (annotation,) = ask(client, "止付多少").choices[0].message.annotations
    assert annotation.url_citation.url == f"https://wenda.example/bot{LINK}"


def test_a_title_is_shown_as_it_is_and_an_annotation_counts_code_points() -> None:
    answer = answer_to_json(FakeBot().ask(Question("How much 止付?")))
    answer |= {"question": "How much?", "text": "😀 3.01"}
    answer["citations"][0]["document"] |= {"title": "通知[2022]*1*\n号", "publisher": None, "date": None}
    completion = completed(answer, ["http://h/documents/d1"], 1)
    assert completion.content == "😀 3.01\n\nSources:\n1. [通知\\[2022\\]\\*1\\*号](http://h/documents/d1)"
    (annotation,) = completion.annotations
    assert annotation["url_citation"]["start_index"] == completion.content.index("[通知")
    assert annotation["url_citation"]["end_index"] == len(completion.content)


# ---- questions ----


def test_the_last_user_message_is_asked_after_the_ones_before_it(bot: FakeBot, client: OpenAI) -> None:
    parts = [{"type": "text", "text": "止付"}, {"type": "text", "text": "多少"}]
    ask(client, "甲", " ", "长" * 1001, [{"type": "image_url", "image_url": {"url": "x"}}], "乙", parts)
    assert (bot.asked[0].text, bot.asked[0].previous) == ("止付\n多少", "甲 乙")


def test_messages_of_others_are_not_read(bot: FakeBot, client: OpenAI) -> None:
    others = [{"role": role, "content": "别的"} for role in ("system", "developer", "assistant", "tool")]
    client.chat.completions.create(model="wenda", messages=[*others, *said("止付"), *others])  # type: ignore[list-item]
    assert (bot.asked[0].text, bot.asked[0].previous) == ("止付", None)


def test_how_a_model_is_to_write_is_not_read(client: OpenAI) -> None:
    steering: dict[str, Any] = {"temperature": 2, "max_tokens": 1, "stop": ["3"], "seed": 7, "n": 1, "tools": []}
    plain = ask(client, "止付多少").choices
    assert ask(client, "止付多少", **steering, response_format={"type": "text"}).choices == plain


def test_what_ask_takes_beside_the_question_goes_in_wenda(bot: FakeBot, client: OpenAI) -> None:
    options = {
        "top_k": 3,
        "filters": {"source": "reports/"},
        "today": "2024-05-01",
        "request_id": "r",
        "previous": "丙",
    }
    ask(client, "甲", "止付", extra_body={"wenda": options})
    assert bot.asked == [Question("止付", 3, Filters(source="reports/"), "丙", "2024-05-01", "r", via="http")]


def test_follow_ups_follow_follow_ups(connect: Connect, tmp_path: Path) -> None:
    docs = {
        "docs/a.txt": "鄂尔多斯全年紧急止付涉案资金3.01亿元，返还受骗群众800余万元。",
        "docs/b.txt": "包头全年紧急止付涉案资金1.26亿元，返还受骗群众530万元。",
    }
    write_files(tmp_path, docs)
    config = config_in(tmp_path)
    index(config, FakeEncoder(), [tmp_path / "docs"])
    bot = Bot.open(config, FakeEncoder())
    client = connect(bot, config)
    answer = ask(client, "包头止付涉案资金多少", "鄂尔多斯呢？", "那包头呢？").wenda
    assert (answer["understood"], answer["answer"]) == ("包头止付涉案资金多少", "1.26亿元")
    bot.close()


def test_a_token_sees_its_own_sources_alone(connect: Connect, bot: FakeBot) -> None:
    config = config_from({"access": {"sources": {"asks": ["reports"], "reads": ["*"]}}})
    ask(connect(bot, config, TOKENS, ASKS), "止付")
    assert bot.asked[0].filters.visible == ("reports",)


# ---- models ----


def test_the_one_model_is_listed(client: OpenAI) -> None:
    model = {"id": "wenda", "object": "model", "created": 1_700_000_000, "owned_by": "wenda"}
    assert [one.model_dump(exclude_none=True) for one in client.models.list()] == [model]
    assert client.models.retrieve("wenda").model_dump(exclude_none=True) == model


def test_another_model_is_not_found(client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="no such model; GET /v1/models lists what there is"):
        client.models.retrieve("gpt-5")
    with pytest.raises(openai.NotFoundError, match="no such model; GET /v1/models lists what there is"):
        client.chat.completions.create(model="gpt-5", messages=said("止付"))


# ---- refusals ----


@pytest.mark.parametrize("stream", [False, True])
def test_a_wrong_token_and_a_missing_scope_are_the_clients_own_errors(
    connect: Connect, bot: FakeBot, stream: bool
) -> None:
    with pytest.raises(openai.AuthenticationError) as wrong:
        ask(connect(bot, environ=TOKENS, key="wrong"), "止付", stream=stream)
    assert wrong.value.body == {
        "code": "unauthorized",
        "message": "the token is wrong; see that it is one of BOT_API_TOKENS",
        "type": "authentication_error",
        "param": None,
    }
    reader = connect(bot, environ=TOKENS, key=READS)
    for call in (lambda: ask(reader, "止付", stream=stream), reader.models.list):
        with pytest.raises(openai.PermissionDeniedError) as shut:
            call()
        assert (shut.value.code, shut.value.type) == ("forbidden", "permission_error")
    assert bot.asked == []


USER = {"role": "user", "content": "止付"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"messages": []}, 'messages must be a list such as [{"role": "user", "content": "…"}]'),
        (
            {"messages": [USER, {"content": "止付"}]},
            'messages[1] has no role; each is an object like {"role": "user", "content": "…"}',
        ),
        (
            {"messages": [{"role": "system", "content": "止付"}]},
            "no message has the role user; the last that has it is the question",
        ),
        (
            {"messages": [{"role": "user", "content": " "}]},
            "messages[0].content is blank; write what you want to know",
        ),
        ({"messages": [{"role": "user", "content": None}]}, "messages[0].content must be a text"),
        (
            {"messages": [USER, {"role": "user", "content": [{"type": "image_url"}]}]},
            "messages[1].content holds a part that is not text; leave it out",
        ),
        ({"model": None}, "model is missing; GET /v1/models lists what there is"),
        ({"tools": [{"type": "function"}]}, "tools is not supported; leave it out"),
        ({"n": 2}, "n is not supported; leave it out"),
        ({"logprobs": True}, "logprobs is not supported; leave it out"),
        ({"response_format": {"type": "json_object"}}, "response_format is not supported; leave it out"),
        ({"stream": 1}, "stream must be true or false"),
        ({"stream_options": "x"}, "stream_options must be an object"),
        ({"wenda": []}, "wenda must be an object"),
        (
            {"wenda": {"question": "x"}},
            "unknown key wenda.question; the keys are top_k, filters, previous, today, request_id",
        ),
        ({"wenda": {"top_k": 0}}, "top_k must be a whole number from 1 to 50"),
    ],
)
def test_a_bad_request_says_what_is_wrong(bot: FakeBot, client: OpenAI, body: dict[str, Any], message: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client.post("/chat/completions", body={"model": "wenda", "messages": [USER], **body}, cast_to=object)
    assert refused.value.body == {
        "code": "bad_request", "message": message, "type": "invalid_request_error", "param": None,
    }  # fmt: skip
    assert bot.asked == []


def test_a_body_that_is_no_object_is_refused(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="the body must be a JSON object such as"):
        client.post("/chat/completions", body=[1], cast_to=object)


def test_a_long_conversation_is_taken_and_one_over_the_limit_is_refused(bot: FakeBot, client: OpenAI) -> None:
    reply = {"role": "assistant", "content": "答" * 100_000}
    client.post("/chat/completions", body={"model": "wenda", "messages": [USER, reply, USER]}, cast_to=object)
    assert bot.asked[0].previous == "止付"
    with pytest.raises(openai.APIStatusError) as refused:
        client.post("/chat/completions", body={"model": "wenda", "messages": [USER, *[reply] * 4]}, cast_to=object)
    assert (refused.value.status_code, refused.value.code) == (413, "too_large")
    assert refused.value.message.endswith("the conversation is over 1 MiB; leave out its oldest messages")


def test_without_an_index_the_client_is_told_so(connect: Connect) -> None:
    client = connect(None)
    for call in (lambda: ask(client, "止付"), client.models.list):
        with pytest.raises(openai.InternalServerError) as failed:
            call()
        assert (failed.value.status_code, failed.value.code, failed.value.type) == (503, "no_index", "server_error")


def test_a_refusal_is_in_chinese_where_that_is_preferred(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="不支持 n；去掉它"):
        ask(client, "止付", n=2, extra_headers={"Accept-Language": "zh"})


def test_errors_elsewhere_keep_their_shape(bot: FakeBot) -> None:
    response = create_app(bot, Config()).test_client().post("/api/ask", json={})  # type: ignore[arg-type]
    assert list(response.get_json()["error"]) == ["code", "message"]


def test_a_browser_too_gets_json(bot: FakeBot) -> None:
    client = create_app(bot, Config(), TOKENS).test_client()  # type: ignore[arg-type]
    response = client.get("/v1/models", headers={"Accept": "text/html"})
    assert (response.status_code, response.get_json()["error"]["code"]) == (401, "unauthorized")
