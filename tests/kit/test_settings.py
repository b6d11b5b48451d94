"""Settings: read with their types, refused where they are dangerous."""

from dataclasses import replace
from pathlib import Path

import pytest

from marketplace import settings as configuration
from marketplace.settings import ROOT, Settings, UnsafeSettings, check_production, from_environment

SAFE = Settings(
    env="production", secret_key="k" * 43, receipt_secret="r" * 43, seed_demo=False,
    public_url="https://m.test.example", trusted_hosts=("m.test.example",),
)  # fmt: skip


def test_safe_settings_are_refused():
    check_production(SAFE)


@pytest.mark.parametrize(
    ("name", "value"),
    [("secret_key", configuration.DEMO_SECRET), ("secret_key", "short"), ("secret_key", ""),
     ("receipt_secret", configuration.DEMO_RECEIPT_SECRET), ("receipt_secret", "r" * 31), ("seed_demo", True),
     ("public_url", "http://m.test.example"), ("trusted_hosts", ())],
)  # fmt: skip
def test_production_starts_with_an_unsafe_default(name, value):
    with pytest.raises(UnsafeSettings, match=f"MARKETPLACE_{name.upper()}"):
        check_production(replace(SAFE, **{name: value}))


def test_production_starts_with_a_search_engine_nobody_can_reach():
    with pytest.raises(UnsafeSettings, match="MEILI_URL"):
        check_production(replace(SAFE, search_engine="meilisearch"))


def test_one_fault_hides_the_others():
    with pytest.raises(UnsafeSettings) as refused:
        from_environment({"MARKETPLACE_ENV": "production"})
    assert all(
        name in str(refused.value)
        for name in ("SECRET_KEY", "RECEIPT_SECRET", "SEED_DEMO", "PUBLIC_URL", "TRUSTED_HOSTS")
    )


def test_a_variable_is_read_as_another_type(tmp_path):
    read = from_environment({
        "MARKETPLACE_DATA_DIR": str(tmp_path), "MARKETPLACE_SEED_DEMO": "0", "MARKETPLACE_IDLE_MINUTES": "15",
        "MARKETPLACE_TRUSTED_HOSTS": "a.example, b.example,", "MARKETPLACE_TRUSTED_PROXIES": "1", "HOME": "/elsewhere",
        "MARKETPLACE_SECRET_KEY": "0123",
    })  # fmt: skip
    assert (read.data_dir, read.seed_demo, read.idle_minutes) == (tmp_path.resolve(), False, 15)
    assert (read.trusted_hosts, read.trusted_proxies) == (("a.example", "b.example"), 1)
    assert read.secret_key == "0123" and not read.production
    assert read.database == f"sqlite:///{tmp_path}/marketplace.db" and read.files == str(Path(tmp_path, "files"))


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", True), ("true", True), ("Yes", True), ("on", True), ("0", False), ("no", False), ("", False)],
)
def test_a_switch_stands_the_other_way(text, value):
    assert from_environment({"MARKETPLACE_SEED_DEMO": text}).seed_demo is value


def test_an_empty_environment_is_no_demo():
    assert from_environment({}) == Settings()


def test_the_example_file_forgets_a_setting_or_gives_another_default():
    lines = (ROOT / ".env.example").read_text().splitlines()
    pairs = dict(line.split("=", 1) for line in lines if line.startswith("MARKETPLACE_"))
    assert set(pairs) == {f"MARKETPLACE_{name.upper()}" for name in Settings.__dataclass_fields__}
    assert from_environment({**pairs, "MARKETPLACE_DATA_DIR": str(ROOT / "var")}) == Settings()


def test_production_serves_a_host_it_does_not_know(make_app):
    app = make_app(**{name: getattr(SAFE, name) for name in ("env", "secret_key", "public_url", "trusted_hosts")})
    client = app.test_client()
    assert client.get("/forgot", base_url="https://m.test.example").status_code == 200
    assert client.get("/forgot", base_url="https://evil.test.example").status_code == 400
    assert app.config["DEMO"] is False and app.config["DEBUG"] is False
