"""Our requests beside Stripe's own description of its interface, by the official stripe-mock where it is installed."""

import os
import shutil
import socket
import subprocess
import time
from datetime import timedelta

import pytest

from marketplace.kit import clock
from marketplace.payments.gateways import CheckoutAsk
from marketplace.payments.stripe_gateway import StripeGateway

MOCK = os.environ.get("STRIPE_MOCK") or shutil.which("stripe-mock")
pytestmark = pytest.mark.skipif(not MOCK, reason="stripe-mock is not installed")


@pytest.fixture(scope="module")
def gateway():
    """Our gateway in front of stripe-mock, which refuses addresses and parameters that do not exist."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([MOCK, "-http-addr", f"127.0.0.1:{port}", "-strict-version-check=false"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:  # fmt: skip
        for _n in range(100):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield StripeGateway("sk_test_123", "whsec_1", ("card", "alipay", "wechat_pay"), f"http://127.0.0.1:{port}")
        server.terminate()


def test_a_request_has_a_parameter_stripe_does_not_know(gateway):
    later = clock.now() + timedelta(hours=23)
    made = gateway.open_checkout(
        CheckoutAsk("token", "key-1", 120_000, "平台款项 ZF1", "https://a.example/payments/1", later)
    )
    assert made.id.startswith("cs_")
    assert gateway.fetch(made.id) is not None
    assert gateway.find("no-such-token", clock.now() - timedelta(days=1)) is None
    gateway.expire(made.id)
    assert gateway.refund(made.id, "token-2", 500, "key-2").amount_fen > 0
    assert isinstance(list(gateway.movements(clock.now() - timedelta(days=1))), list)
