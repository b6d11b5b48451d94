"""The outbox, sent to a real mail server on loopback."""

import threading
from datetime import timedelta

import pytest

from marketplace.kit import clock, db, mail
from marketplace.kit.mail import MAX_TRIES, MailStatus
from tests.conftest import NOON
from tests.factories.smtp import smtp_sink


@pytest.fixture
def sink(app):
    with smtp_sink() as sink:
        app.config["SMTP_URL"] = sink.url
        yield sink


def post(recipient="a@test.example", subject="主题", body="正文", key="k", at=NOON):
    with db.transaction():
        mail.post(recipient, subject, body, key=key, at=at)


def test_a_mail_arrives_changed_or_twice(context, sink, outbox):
    post(subject="您好:安全", body=".第一行\n..第二行\n")
    assert mail.send_waiting() == 1
    assert mail.send_waiting() == 0
    [got] = sink.mails
    assert (got["To"], got["Subject"], got["From"]) == ("a@test.example", "您好:安全", context.config["MAIL_FROM"])
    assert got.get_content().replace("\r\n", "\n").rstrip() == ".第一行\n..第二行"
    assert outbox()[0].status == MailStatus.SENT and outbox()[0].sent_at is not None


def test_the_same_event_tells_the_same_person_twice(context, outbox):
    post()
    with db.transaction():
        mail.post("a@test.example", "again", "", key="k", at=NOON)
        mail.post("a@test.example", "new", "", key="n", at=NOON)
        mail.post("a@test.example", "new again", "", key="n", at=NOON)
    assert [m.subject for m in outbox()] == ["主题", "new"]


@pytest.mark.parametrize(
    "subject", ["x\nBcc: spy@test.example", "x\r\nBcc: spy@test.example", "x\r\n\r\nbody", "x\x0b\x0cy\u2028z"]
)
def test_a_line_break_in_the_subject_makes_a_header(context, sink, subject):
    post(subject=subject)
    mail.send_waiting()
    [got] = sink.mails
    assert got["Bcc"] is None and sink.recipients == ["a@test.example"]
    assert got["Subject"] == " ".join(subject.split()) and got.get_content().strip() == "正文"


def test_a_mail_is_lost_while_no_server_is_configured(context, outbox):
    post()
    mail.send_waiting()
    assert outbox()[0].status == MailStatus.KEPT


def test_a_mail_not_due_yet_is_sent(context, sink):
    with clock.set_clock(NOON):
        post(at=NOON + timedelta(minutes=1))
        assert mail.send_waiting() == 0


def test_a_mail_the_server_refused_is_lost_or_pressed_upon_it(context, sink, outbox):
    sink.refuse = True
    with clock.set_clock(NOON):
        post()
        mail.send_waiting()
        assert mail.send_waiting() == 0
    [row] = outbox()
    assert (row.status, row.tries, row.next_try_at) == (MailStatus.WAITING, 1, NOON + timedelta(minutes=2))
    assert "nobody here" in row.fault
    sink.refuse = False
    with clock.set_clock(NOON + timedelta(minutes=2)):
        mail.send_waiting()
    [row] = outbox()
    assert (row.status, row.tries, row.fault) == (MailStatus.SENT, 2, "") and len(sink.mails) == 1


def test_a_mail_is_tried_for_ever(context, outbox):
    context.config["SMTP_URL"] = "smtp://127.0.0.1:1"
    moment = NOON
    post()
    for _n in range(MAX_TRIES):
        with clock.set_clock(moment):
            mail.send_waiting()
        moment = outbox()[0].next_try_at
    assert (outbox()[0].status, outbox()[0].tries) == (MailStatus.FAILED, MAX_TRIES)
    with db.transaction():
        mail.resend(outbox()[0].id)
        assert mail.counts() == {"waiting": 1}
    assert (outbox()[0].status, outbox()[0].tries, outbox()[0].fault) == (MailStatus.WAITING, 0, "")


def test_one_mail_nobody_can_send_stops_all_others(context, sink, outbox):
    post(recipient="a@[x.com", key="bad")
    post(key="good")
    mail.send_waiting()
    assert [m.status for m in outbox()] == [MailStatus.WAITING, MailStatus.SENT]
    assert outbox()[0].fault


def test_a_hesitating_mail_server_holds_up_a_page(app, sink, route, browser):
    sink.delay_seconds = 2
    route("/t", lambda: mail.post("b@test.example", "s", "b", key="page", at=NOON) or "ok")
    visitor = browser()
    visitor.refresh()
    with app.app_context():
        post()

    def send():
        with app.app_context():
            mail.send_waiting(1)

    sender = threading.Thread(target=send)
    sender.start()
    while not sender.is_alive() or not _claimed(app):
        pass
    assert visitor.post("/t").status_code == 200
    assert sender.is_alive(), "the page waited until the mail server had answered"
    sender.join()
    assert len(sink.mails) == 1


def test_two_processes_send_the_same_mail(app, sink):
    with app.app_context():
        for n in range(10):
            post(key=str(n))
    ready = threading.Barrier(2)

    def send():
        ready.wait()
        with app.app_context():
            mail.send_waiting()

    running = [threading.Thread(target=send) for _n in range(2)]
    [thread.start() for thread in running]
    [thread.join() for thread in running]
    assert len(sink.mails) == 10


def _claimed(app):
    with app.app_context(), db.reading() as session:
        return session.get(mail.OutboxMail, 1).tries == 1
