"""Suppliers as they sit before a deadline: each signed in over a connection of its own, each with a quote to submit."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

ARRIVAL = "X-Request-Start"
PATIENCE_SECONDS = 30.0
AT_THE_DOOR = 2
"""So many sign in at once: a sign-in is dear on purpose, and is not what is measured."""
_TOKEN = re.compile(rb'name="csrf_token" value="([0-9a-f]+)"')


@dataclass
class Answer:
    """What came back, and when: `sent` is by the clock all processes share, `waited_ms` what the person waits."""

    status: int
    location: str
    body: bytes
    sent: float
    waited_ms: float


@dataclass
class Sent:
    """One submission of one supplier to one tender, with all answers to it; a lost answer is asked for again."""

    tender_id: int
    supplier: int
    key: str
    answers: list[Answer] = field(default_factory=list)


class Bidder:
    """A browser of one person: a connection kept open, the session's cookie and its token."""

    def __init__(self, port: int, number: int) -> None:
        self.port, self.number, self.cookie, self.token = port, number, "", ""
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def sign_in(self, email: str, password: str) -> None:
        """Sign in as people do: the page, the form, and a page with the session's own token."""
        await self._learn_token()
        answer = await self.post("/sign-in", {"email": email, "password": password})
        if answer.status != 303:
            raise RuntimeError(f"{email} cannot sign in: {answer.status}")
        await self._learn_token()

    async def submit(self, tender_id: int, key: str) -> Answer:
        """Submit the draft of a tender."""
        return await self.post(f"/tenders/{tender_id}/quote/submit", {"submission_key": key, "version": "1"})

    async def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form with the session's token; the time of sending goes with it as a proxy would tell it."""
        return await self._ask("POST", path, urlencode({"csrf_token": self.token, **fields}).encode())

    def drop(self) -> None:
        """Forget the connection: the next request opens another."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None

    async def _learn_token(self) -> None:
        answer = await self._ask("GET", "/forgot", b"")
        self.token = _TOKEN.search(answer.body)[1].decode()

    async def _ask(self, method: str, path: str, body: bytes) -> Answer:
        begun = time.perf_counter()
        for last in (False, True):
            try:
                return await asyncio.wait_for(self._once(method, path, body, begun), PATIENCE_SECONDS)
            except (ConnectionError, asyncio.IncompleteReadError):
                self._streams = None  # an idle connection was closed as we used it: once more, with the same key
                if last:
                    raise
        raise AssertionError

    async def _once(self, method: str, path: str, body: bytes, begun: float) -> Answer:
        if self._streams is None or self._streams[1].is_closing() or self._streams[0].at_eof():
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        sent = time.time()
        head = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"X-Forwarded-For: 10.0.{self.number // 250}.{self.number % 250 + 1}",
            f"{ARRIVAL}: t={int(sent * 1000) / 1000:.3f}",
            f"Cookie: {self.cookie}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = [line.split(": ", 1) for line in lines[1:] if ": " in line]
        told = {name.lower(): value for name, value in headers}
        content = await reader.readexactly(int(told.get("content-length", "0")))
        for name, value in headers:
            if name.lower() == "set-cookie":
                self.cookie = "; ".join(f"{one.key}={one.value}" for one in SimpleCookie(value).values())
        if told.get("connection") == "close":
            writer.close()
            self._streams = None
        return Answer(
            int(lines[0].split()[1]), told.get("location", ""), content, sent, (time.perf_counter() - begun) * 1000
        )


async def signed_in(port: int, emails: list[str], password: str) -> list[Bidder]:
    """All bidders, ready."""
    door = asyncio.Semaphore(AT_THE_DOOR)

    async def enter(number: int, email: str) -> Bidder:
        async with door:
            bidder = Bidder(port, number)
            await bidder.sign_in(email, password)
            return bidder

    return list(await asyncio.gather(*(enter(number, email) for number, email in enumerate(emails))))


async def at_full_speed(bidders: list[Bidder], sends: list[list[Sent]]) -> float:
    """Everybody submits one after the other without a pause; returns the seconds it took."""
    begun = time.perf_counter()

    async def work(bidder: Bidder, mine: list[Sent]) -> None:
        for one in mine:
            one.answers.append(await bidder.submit(one.tender_id, one.key))

    await asyncio.gather(*(work(bidder, mine) for bidder, mine in zip(bidders, sends, strict=True)))
    return time.perf_counter() - begun


async def by_the_clock(bidders: list[Bidder], plan: list[tuple[float, int, Sent]]) -> None:
    """Everybody submits at the planned moments, or as soon after as the own earlier submission is answered."""
    mine: dict[int, list[tuple[float, Sent]]] = {}
    for moment, number, one in sorted(plan, key=lambda step: step[0]):
        mine.setdefault(number, []).append((moment, one))

    async def work(number: int, steps: list[tuple[float, Sent]]) -> None:
        for moment, one in steps:
            await asyncio.sleep(max(0.0, moment - time.time()))
            one.answers.append(await bidders[number].submit(one.tender_id, one.key))

    await asyncio.gather(*(work(number, steps) for number, steps in mine.items()))
