"""A platform that pays through the double of Stripe."""

import pytest

from tests.payments.stripe_double import KEY, SECRET, StripeDouble, serving


@pytest.fixture
def double():
    """Stripe, as far as we need it."""
    return StripeDouble()


@pytest.fixture
def stripe_app(make_app, double):
    """A platform with Stripe's keys, its calls led to the double."""
    with serving(double) as address:
        app = make_app(stripe_secret_key=KEY, stripe_webhook_secret=SECRET, stripe_api=address)
        with app.app_context():
            yield app
