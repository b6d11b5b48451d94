"""A stateful double of Stripe on loopback: Checkout Sessions, PaymentIntents, Charges, Refunds, BalanceTransactions, Events.

It answers in the shapes the official client parses, keeps the idempotency store Stripe documents (same key and parameters:
the same answer, a 500 included; other parameters: an error; forgotten after 24 hours), lives by our clock, and can lose an
answer after doing the work. Its events wait in `outbox` until a test delivers, repeats, reorders, delays or drops them.
"""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import stripe

from marketplace.kit import clock

KEY, SECRET = "sk_test_double", "whsec_double"
DAY = 86_400
BEFORE, AFTER, FAULT_BEFORE, FAULT_AFTER = "lost before", "lost after", "500 before", "500 after"


class Refused(Exception):
    """An answer of 4xx."""

    def __init__(self, status: int, code: str, message: str, kind: str = "invalid_request_error") -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "message": message}}


class StripeDouble:
    """The state, what shoppers and operators do at Stripe itself, and the answers to calls."""

    def __init__(self, *, livemode: bool = False, fee_per_mille: int = 6) -> None:
        self.livemode, self.fee_per_mille = livemode, fee_per_mille
        self.lock = threading.RLock()
        self.faults: deque[str | None] = deque()
        self.calls: list[str] = []
        self.objects: dict[str, dict] = {}
        self.balance: list[dict] = []
        self.outbox: list[dict] = []
        self.keys: dict[str, tuple[str, int, int, dict]] = {}
        self._carried = self._number = 0

    def forget(self, before: datetime) -> None:
        """Let go of what is older, so that long runs do not slow down; the balance stays."""
        moment = before.timestamp()
        self._carried += sum(row["net"] for row in self.balance if row["created"] < moment)
        self.balance = [row for row in self.balance if row["created"] >= moment]
        self.objects = {id_: row for id_, row in self.objects.items() if row["created"] >= moment}
        self.keys = {key: kept for key, kept in self.keys.items() if kept[1] >= moment}
        self.calls.clear()

    # What people do at Stripe

    def pay(self, session_id: str, *, amount: int | None = None, currency: str = "cny") -> None:
        """The shopper pays; another amount or currency than asked for is Stripe gone wrong."""
        with self.lock:
            session = self.objects[session_id]
            if session["status"] != "open":
                return
            amount = session["amount_total"] if amount is None else amount
            fee = amount * self.fee_per_mille // 1000
            charge = self._new(
                "ch", "charge", amount=amount, currency=currency, metadata=session["_metadata"], refunded=False
            )
            moved = self._move("charge", charge, amount, fee, currency)
            intent = self._new("pi", "payment_intent", amount=amount, amount_received=amount, currency=currency,
                               status="succeeded", metadata=session["_metadata"], latest_charge=charge["id"])  # fmt: skip
            charge |= {"payment_intent": intent["id"], "balance_transaction": moved["id"]}
            session |= {"status": "complete", "payment_status": "paid", "payment_intent": intent["id"], "url": None}
            self._event("payment_intent.succeeded", intent)
            self._event("checkout.session.completed", session)

    def fail(self, session_id: str) -> None:
        """The shopper's card is refused; the session stays open."""
        with self.lock:
            intent = self._new("pi", "payment_intent", amount=0, amount_received=0, currency="cny", status="requires_payment_method",
                               metadata=self.objects[session_id]["_metadata"], latest_charge=None)  # fmt: skip
            self._event("payment_intent.payment_failed", intent)

    def refund_by_hand(self, intent_id: str, amount: int) -> None:
        """Somebody refunds in Stripe's own dashboard."""
        with self.lock:
            self._refund({"payment_intent": intent_id, "amount": str(amount), "metadata": {}})

    def dispute(self, intent_id: str) -> None:
        """The shopper's bank takes the money back."""
        with self.lock:
            intent = self.objects[intent_id]
            dispute = self._new(
                "dp", "dispute", amount=intent["amount"], currency="cny", metadata={}, charge=intent["latest_charge"]
            )
            self._move("adjustment", dispute, -intent["amount"], 0, "cny")
            self._event("charge.dispute.created", dispute)

    def payout(self, amount: int, kind: str = "payout") -> None:
        """The balance goes to the bank, or, with a negative amount, comes back."""
        with self.lock:
            self._move(kind, self._new("po", "payout", amount=amount, metadata={}), -amount, 0, "cny")

    def strange(self, amount: int, token: str = "", kind: str = "charge", currency: str = "cny") -> dict:
        """Money moves that we know nothing of, or that carries a token of ours."""
        with self.lock:
            charge = self._new(
                "ch", "charge", amount=amount, currency=currency, metadata={"intent_id": token} if token else {}
            )
            return self._move(kind, charge, amount, 0, currency)

    def total(self) -> int:
        """The account's balance: available and pending together, fees taken."""
        return self._carried + sum(row["net"] for row in self.balance)

    def signed(
        self, event: dict, *, secret: str = SECRET, age: int = 0, livemode: bool | None = None
    ) -> tuple[bytes, str]:
        """An event as it goes over the wire, with its signature."""
        if livemode is not None:
            event = event | {"livemode": livemode}
        raw, stamp = json.dumps(event), _now() - age
        return raw.encode(), stripe.WebhookSignature.generate_signature_header(raw, secret, stamp)

    # Calls

    def answer(self, method: str, path: str, params: dict, key: str | None) -> tuple[int, dict] | None:
        """Status and body; None where the answer is lost."""
        with self.lock:
            self.calls.append(f"{method} {path}")
            fault = self.faults.popleft() if self.faults else None
            if fault == BEFORE:
                return None
            answer = self._once(method, path, params, key, fault)
            return None if fault == AFTER else answer

    def _once(self, method: str, path: str, params: dict, key: str | None, fault: str | None) -> tuple[int, dict]:
        print_ = sha256(json.dumps([method, path, params], sort_keys=True).encode()).hexdigest()
        kept = self.keys.get(key or "")
        if kept and _now() - kept[1] < DAY:
            if kept[0] != print_:
                no = Refused(400, "idempotency_key_in_use", "Keys for idempotent requests can only be used with the same parameters",
                             "idempotency_error")  # fmt: skip
                return no.status, no.body
            return kept[2], kept[3]
        broken = (500, {"error": {"type": "api_error", "message": "An unknown error occurred"}})
        try:
            answer = broken if fault == FAULT_BEFORE else (200, self._do(method, path, params))
        except Refused as no:
            return no.status, no.body
        if fault == FAULT_AFTER:
            answer = broken
        if key and method == "POST":
            self.keys[key] = (print_, _now(), *answer)
        return answer

    def _do(self, method: str, path: str, params: dict) -> dict:
        parts = path.strip("/").split("/")[1:]
        match (method, parts):
            case ("POST", ["checkout", "sessions"]):
                return _shown(self._session(params))
            case ("POST", ["checkout", "sessions", id_, "expire"]):
                return _shown(self._expire(self._get(id_)))
            case ("GET", ["checkout", "sessions", id_]):
                self._expire_if_late(self._get(id_))
                return self._expanded(self._get(id_), bool(params.get("expand")))
            case ("POST", ["refunds"]):
                return _shown(self._refund(params))
            case ("GET", ["checkout", "sessions"] | ["refunds"] | ["balance_transactions"]):
                return self._list(parts, params)
        raise Refused(404, "resource_missing", f"no such address: {path}")

    def _session(self, params: dict) -> dict:
        item = params["line_items"]["0"]["price_data"]
        if item["currency"] != "cny" or params["mode"] != "payment" or int(item["unit_amount"]) < 1:
            raise Refused(400, "parameter_invalid", "only payments in cny here")
        if not 1800 <= int(params["expires_at"]) - _now() <= DAY:
            raise Refused(400, "parameter_invalid", "expires_at must be between 30 minutes and 24 hours from now")
        made = self._new("cs", "checkout.session", amount_total=int(item["unit_amount"]), currency="cny", mode="payment",
                         metadata=params.get("metadata", {}), client_reference_id=params.get("client_reference_id"),
                         status="open", payment_status="unpaid", payment_intent=None, expires_at=int(params["expires_at"]))  # fmt: skip
        made |= {
            "url": f"https://checkout.example/{made['id']}",
            "_metadata": params["payment_intent_data"]["metadata"],
        }
        return made

    def _expire(self, session: dict) -> dict:
        if session["status"] != "open":
            raise Refused(400, "resource_invalid", "Only open sessions can be expired")
        session |= {"status": "expired", "url": None}
        self._event("checkout.session.expired", session)
        return session

    def _expire_if_late(self, session: dict) -> None:
        if session["object"] == "checkout.session" and session["status"] == "open" and session["expires_at"] <= _now():
            self._expire(session)

    def _refund(self, params: dict) -> dict:
        intent, amount = self._get(params["payment_intent"]), int(params["amount"])
        back = sum(
            o["amount"]
            for o in self.objects.values()
            if o["object"] == "refund" and o["payment_intent"] == intent["id"]
        )
        if amount < 1 or back + amount > intent["amount_received"]:
            raise Refused(400, "charge_already_refunded", "Refund amount is greater than unrefunded amount")
        made = self._new("re", "refund", amount=amount, currency="cny", status="succeeded", payment_intent=intent["id"],
                         charge=intent["latest_charge"], metadata=params.get("metadata", {}), failure_reason=None)  # fmt: skip
        self._move("refund", made, -amount, 0, "cny")
        self._event("refund.created", made)
        self._event("charge.refunded", self.objects[intent["latest_charge"]])
        return made

    def _list(self, parts: list[str], params: dict) -> dict:
        kind = {"sessions": "checkout.session", "refunds": "refund"}.get(parts[-1])
        rows = [o for o in self.objects.values() if o["object"] == kind] if kind else list(self.balance)
        if "payment_intent" in params:
            rows = [row for row in rows if row["payment_intent"] == params["payment_intent"]]
        since = int(params.get("created", {}).get("gte", 0))
        rows = [row for row in reversed(rows) if row["created"] >= since]
        if after := params.get("starting_after"):
            rows = rows[[row["id"] for row in rows].index(after) + 1 :]
        limit = int(params.get("limit", 10))
        shown = [_shown(row) for row in rows[:limit]]
        for row in shown:
            if row["object"] == "balance_transaction":
                row["source"] = _shown(self.objects[row["source"]])
        return {"object": "list", "url": "/v1/" + "/".join(parts), "has_more": len(rows) > limit, "data": shown}

    def _expanded(self, session: dict, expand: bool) -> dict:
        shown = _shown(session)
        if expand and session["payment_intent"]:
            intent = _shown(self.objects[session["payment_intent"]])
            if intent["latest_charge"]:
                charge = _shown(self.objects[intent["latest_charge"]])
                charge["balance_transaction"] = next(
                    b for b in self.balance if b["id"] == charge["balance_transaction"]
                )
                intent["latest_charge"] = charge
            shown["payment_intent"] = intent
        return shown

    def _get(self, id_: str) -> dict:
        if id_ not in self.objects:
            raise Refused(404, "resource_missing", f"No such object: {id_}")
        return self.objects[id_]

    def _new(self, prefix: str, kind: str, **values: object) -> dict:
        self._number += 1
        made = {
            "id": f"{prefix}_{self._number:08d}",
            "object": kind,
            "created": _now(),
            "livemode": self.livemode,
            **values,
        }
        self.objects[made["id"]] = made
        return made

    def _move(self, kind: str, source: dict, amount: int, fee: int, currency: str) -> dict:
        made = self._new("txn", "balance_transaction", type=kind, source=source["id"], amount=amount, fee=fee, net=amount - fee,
                         currency=currency)  # fmt: skip
        del self.objects[made["id"]]
        self.balance.append(made)
        return made

    def _event(self, kind: str, thing: dict) -> None:
        self.outbox.append(self._new("evt", "event", type=kind, data={"object": _shown(thing)}))


def _shown(row: dict) -> dict:
    return {name: value for name, value in row.items() if not name.startswith("_")}


def _now() -> int:
    return int(clock.now().timestamp())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    double: StripeDouble

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        self._reply("GET", address.path, address.query)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self._reply("POST", self.path, body)

    def _reply(self, method: str, path: str, text: str) -> None:
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            answer = (401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key"}})
        else:
            answer = self.double.answer(method, path, nested(text), self.headers.get("Idempotency-Key"))
        if answer is None:
            self.close_connection = True
            return
        body = json.dumps(answer[1]).encode()
        self.send_response(answer[0])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Request-Id", "req_double")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Nothing: the double's `calls` tell."""


def nested(text: str) -> dict:
    """`a[b][0]=c` as Stripe's clients send it, as nested dicts."""
    found: dict = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        path = name.replace("]", "").split("[")
        place = found
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place[path[-1]] = value
    return found


@contextmanager
def serving(double: StripeDouble) -> Iterator[str]:
    """The double's address while it is served on loopback."""
    handler = type("Handler", (_Handler,), {"double": double})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
