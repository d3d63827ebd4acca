"""ntfy and webhooks: what is sent, over what, how often; and that a token is told to nobody else."""

import asyncio
import json
import logging
import socket
import ssl
import threading
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alert_samples import NOW, Names, message, notice
from manual_clock import ManualClock
from push_rig import Authority, Behaviour, Server, drip, flood, mute, says, writes

from devdash.alerts.model import AlertId, Occasion
from devdash.config.alerts import NtfyChannel, WebhookChannel
from devdash.contract.levels import Level
from devdash.contract.settings import Duration, Secret, SecretEnv
from devdash.notify.dispatcher import Dispatcher, Outlet
from devdash.notify.means import ChannelMeans
from devdash.notify.message import ChannelFailed
from devdash.notify.push import NtfySender, WebhookSender

CANARY = "tk_canary_7f3a"
TOKEN = Secret(SecretEnv("DEVDASH_TEST_TOKEN"))
AT_ONCE = (0.0, 0.0)

Serving = Callable[..., Server]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Authority]:
    """`authority(openssl)` is the one that this system is made to trust."""
    made: list[Authority] = []

    def get(openssl: str) -> Authority:
        if not made:
            made.append(Authority(openssl, tmp_path_factory.mktemp("ca")))
        return made[0]

    return get


@pytest.fixture
def trusted(
    authority: Callable[[str], Authority], needs: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> Authority:
    one = authority(needs("openssl"))
    monkeypatch.setenv("SSL_CERT_FILE", str(one.ca))
    return one


@pytest.fixture
def serving(trusted: Authority) -> Iterator[Serving]:
    """`serving(behaviour, …)` is a server with a good certificate."""
    servers: list[Server] = []

    def start(*behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> Server:
        context = trusted.certify("DNS:localhost,IP:127.0.0.1") if tls is None else tls
        servers.append(Server(*behaviours, tls=context))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
async def means(tmp_path: Path) -> AsyncIterator[ChannelMeans]:
    one = ChannelMeans(tmp_path)
    yield one
    await one.close()


def webhook(
    url: str, means: ChannelMeans, *, timeout: float = 20, token: Secret | None = None
) -> WebhookSender:
    config = WebhookChannel(url=url, timeout=Duration(timeout), token=token)
    return WebhookSender(config, means, AT_ONCE)


async def refused(channel: WebhookSender | NtfySender) -> ChannelFailed:
    with pytest.raises(ChannelFailed) as raised:
        await channel.send(message())
    return raised.value


async def test_a_webhook_gets_the_documented_json(serving: Serving, means: ChannelMeans) -> None:
    """docs/notifications.md; with the token in its header, and nowhere else."""
    server = serving()
    odd = message("Zürich: 12 %", alert=AlertId("git", "diverged", "a\0b\udcff"), level=Level.CRITICAL)
    await webhook(f"{server.url}/hook?x=1", means).send(odd)
    (request,) = server.requests
    assert request.line == "POST /hook?x=1 HTTP/1.1"
    assert request.headers["content-type"] == "application/json"
    assert "authorization" not in request.headers
    told = json.loads(request.body)
    assert datetime.fromisoformat(told.pop("at")) == NOW
    assert told == {
        "schema": 1,
        "source": "devdash",
        "occasion": "fired",
        "level": "critical",
        "title": "Battery",
        "text": "Zürich: 12 %",
        "alert": {"pane": "git", "rule": "diverged", "item": "a?b?"},
    }


async def test_ntfy_gets_a_title_in_any_script_with_priority_and_tag(
    serving: Serving, means: ChannelMeans, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Headers hold no UTF-8, so JSON goes to the server's root; the topic is the url's path."""
    monkeypatch.setenv("DEVDASH_TEST_TOKEN", CANARY)
    server = serving()
    channel = NtfySender(NtfyChannel(url=f"{server.url}/my-topic_1/", token=TOKEN), means)
    await channel.send(message("4 %", title="バッテリー", level=Level.CRITICAL))
    await channel.send(message("over", title="B", level=Level.OK, occasion=Occasion.RESOLVED))
    first, second = server.requests
    assert first.line == "POST / HTTP/1.1"
    assert first.headers["authorization"] == f"Bearer {CANARY}"
    assert json.loads(first.body) == {
        "topic": "my-topic_1",
        "title": "バッテリー",
        "message": "4 %",
        "priority": 5,
        "tags": ["rotating_light"],
    }
    assert json.loads(second.body)["priority"] == 2


@pytest.mark.parametrize("path", ["", "/", "/a/b", "/a%20b"])
async def test_an_ntfy_url_without_a_topic_is_refused(path: str, means: ChannelMeans) -> None:
    """Before anything is sent."""
    failure = await refused(NtfySender(NtfyChannel(url=f"https://ntfy.example{path}"), means))
    assert "end with a topic" in failure.message
    assert failure.lasting


async def test_a_server_that_stumbles_is_tried_three_times(serving: Serving, means: ChannelMeans) -> None:
    """5xx; with the same key, so that the server can tell a retry."""
    server = serving(says(500), says(503), says(204, body=b""))
    await webhook(server.url, means).send(message())
    keys = {request.headers["idempotency-key"] for request in server.requests}
    assert (len(server.requests), len(keys)) == (3, 1)
    await webhook(server.url, means).send(message(at=NOW + timedelta(seconds=120)))
    assert server.requests[-1].headers["idempotency-key"] not in keys


async def test_a_message_that_is_tried_again_minutes_later_is_the_same_to_the_server(
    serving: Serving, means: ChannelMeans
) -> None:
    """Its first answers were lost on their way: nobody is rung twice; `at` is when it happened."""
    clock = ManualClock()
    server = serving(says(500), says(500), says(500), says(500), says(200))
    dispatcher = Dispatcher(
        {"hook": Outlet(webhook(server.url, means), Level.ATTENTION)},
        default=("hook",),
        most=10,
        per_s=60.0,
        names=Names(),
        clock=clock,
    )
    began = clock.now()
    dispatcher.tell([notice()])
    while len(server.requests) < 5:
        await clock.advance(60)
        await asyncio.sleep(0.01)
    await dispatcher.stop()
    assert clock.now() > began
    assert len({request.headers["idempotency-key"] for request in server.requests}) == 1
    (told,) = {json.loads(request.body)["at"] for request in server.requests}
    assert datetime.fromisoformat(told) == began


async def test_three_tries_and_no_more(serving: Serving, means: ChannelMeans) -> None:
    """Then it is the dispatcher's turn to wait longer."""
    server = serving(says(502))
    failure = await refused(webhook(server.url, means))
    assert "status 502" in failure.message
    assert not failure.lasting
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("status", "said"),
    [(400, "refused it"), (401, "token"), (403, "token"), (404, "refused"), (429, "no more")],
)
async def test_a_refusal_is_not_repeated(
    status: int, said: str, serving: Serving, means: ChannelMeans
) -> None:
    """4xx: the same again would be refused again."""
    server = serving(says(status))
    failure = await refused(webhook(server.url, means))
    assert said in f"{failure.message} {failure.hint}"
    assert failure.lasting
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(
    status: int, serving: Serving, means: ChannelMeans, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not to another server, not to clear HTTP: the token would go there too."""
    monkeypatch.setenv("DEVDASH_TEST_TOKEN", CANARY)
    elsewhere = Server()
    server = serving(says(status, f"Location: {elsewhere.url}/"))
    failure = await refused(webhook(server.url, means, token=TOKEN))
    elsewhere.close()
    assert "sends devdash elsewhere" in failure.message
    assert (len(server.requests), elsewhere.requests) == (1, [])


async def test_a_certificate_of_an_unknown_authority_is_refused(
    serving: Serving, means: ChannelMeans, needs: Callable[[str], str], tmp_path: Path
) -> None:
    """Nothing is sent; there is no setting that would make it."""
    strange = Authority(needs("openssl"), tmp_path).certify("DNS:localhost,IP:127.0.0.1")
    server = serving(tls=strange)
    failure = await refused(webhook(server.url, means))
    assert "could not prove who it is" in failure.message
    assert failure.hint and failure.lasting
    assert server.requests == []


async def test_a_certificate_of_another_server_is_refused(
    serving: Serving, means: ChannelMeans, trusted: Authority
) -> None:
    """The name counts, not only the authority."""
    server = serving(tls=trusted.certify("DNS:example.org"))
    assert "could not prove who it is" in (await refused(webhook(server.url, means))).message
    assert server.requests == []


@pytest.mark.parametrize("behaviour", [mute, drip], ids=["mute", "drip"])
async def test_a_server_that_is_slow_is_given_up_in_time(
    behaviour: Behaviour, serving: Serving, means: ChannelMeans
) -> None:
    """The time is for the whole request, however busy the line is; three tries, and no thread stays."""
    server = serving(behaviour)
    failure = await refused(webhook(server.url, means, timeout=0.5))
    assert "did not answer within 0.5 s" in failure.message
    assert len(server.requests) <= 3
    while any("Post.run" in thread.name for thread in threading.enumerate()):
        await asyncio.sleep(0.01)


async def test_a_line_that_is_dead_before_tls(means: ChannelMeans) -> None:
    """The connection is taken, and then nothing."""

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        failure = await refused(webhook(f"https://127.0.0.1:{port}/", means, timeout=0.2))
    assert "did not answer within 0.2 s" in failure.message


async def test_a_body_without_end_is_not_read(serving: Serving, means: ChannelMeans) -> None:
    """Its status is all that counts."""
    server = serving(flood)
    await webhook(server.url, means).send(message())
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\xff\xfe\0\0\r\n\r\n",
        b"220 smtp ready\r\n",
        b"HTTP/1.1 xyz\r\n\r\n",
        b"HTTP/1.1 " + b"9" * 99_999,
    ],
)
async def test_an_answer_that_is_none(garbage: bytes, serving: Serving, means: ChannelMeans) -> None:
    """It hangs up, or speaks something else."""
    server = serving(writes(garbage))
    failure = await refused(webhook(server.url, means))
    assert "127.0.0.1 " in failure.message
    assert len(server.requests) == 1


async def test_nobody_listens(means: ChannelMeans) -> None:
    """A server that is down: said, and left to the dispatcher."""
    server = Server()
    server.close()
    failure = await refused(webhook(server.url, means))
    assert failure.message == "127.0.0.1 cannot be reached: Connection refused"
    assert not failure.lasting


async def test_clear_http_is_spoken_on_this_machine(means: ChannelMeans) -> None:
    """Such as to a server of one's own behind a proxy."""
    server = Server()
    await webhook(server.url, means).send(message())
    server.close()
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://ntfy.example/topic",
        "http://127.0.0.1.example/t",
        "http://localhost.example/t",
        "ftp://example.org/",
        "https://",
        "https:///t",
        "nonsense",
        "",
        "https://person:hunter2@example.org/t",
        "https://example.org:99999/t",
        "https://[::1/t",
        "https://a..b/t",
        "https://example.org/a\r\nb: c",
        "https://example.org/ä",
    ],
)
async def test_a_url_that_may_not_be_used(url: str, means: ChannelMeans) -> None:
    """It is refused before anything is sent, and not quoted: it may hold a password."""
    failure = await refused(webhook(url, means))
    assert "url" in failure.message
    assert failure.lasting and failure.hint
    assert len(url) < 9 or url not in failure.message + failure.hint
    assert "hunter2" not in failure.message + failure.hint


@pytest.mark.parametrize(
    "behaviour",
    [says(200), says(401), says(500), says(302), writes(b"garbage\r\n"), mute],
    ids=["taken", "refused", "broken", "elsewhere", "garbage", "mute"],
)
@pytest.mark.parametrize("token", [CANARY, f"{CANARY}\nX: 1", f"{CANARY}é"], ids=["good", "line", "script"])
async def test_a_token_is_in_no_message_no_exception_no_log(
    token: str,
    behaviour: Behaviour,
    serving: Serving,
    means: ChannelMeans,
    monkeypatch: pytest.MonkeyPatch,
    logged: pytest.LogCaptureFixture,
) -> None:
    """Whatever goes wrong, with one that no header can hold too; nor is the path, which may be secret."""
    monkeypatch.setenv("DEVDASH_TEST_TOKEN", token)
    server = serving(behaviour)
    channel = webhook(f"{server.url}/path-{CANARY}", means, timeout=0.3, token=TOKEN)
    shown = [repr(channel), repr(TOKEN), repr(vars(channel)["_config"].token)]
    try:
        await channel.send(message())
    except ChannelFailed as failure:
        shown += [failure.hint, *traceback.format_exception(failure), repr(failure)]
    assert CANARY not in "".join(shown)
    assert CANARY not in logged.text
    assert logging.getLogger("devdash").level <= logging.WARNING
    assert all(CANARY not in request.body.decode() for request in server.requests)


async def test_a_secret_that_is_not_there_is_named_by_its_reference(means: ChannelMeans) -> None:
    """And nothing is sent without it."""
    failure = await refused(webhook("https://127.0.0.1:1/", means, token=TOKEN))
    assert failure.message == "the environment variable DEVDASH_TEST_TOKEN is not set"
    assert failure.lasting
