from __future__ import annotations

import socket
import threading

import pytest

from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.message import MessageKind, Picture
from inspect_pipelines.errors import ChannelError
from messages import a_message
from pictures import noise
from stand_ins.channel_rigs import Rig


def failed(rig: Rig, **given) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        rig.send(**given)
    return caught.value


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_encrypted_and_with_a_log_in(open_mail, security: str) -> None:
    rig = open_mail(security)

    receipt = rig.send()

    (mail,) = rig.service.mails
    assert mail["Message-ID"] in receipt.text
    assert rig.service.people == [["ada@acme.example"]]
    assert (mail["From"], mail["To"]) == ("inspect-pipelines <qa@acme.example>", "ada@acme.example")
    assert mail["Date"].datetime.tzinfo is not None
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_server_on_the_own_network_may_ask_for_no_name(open_mail) -> None:
    rig = open_mail("none")
    options = {**rig.config.options, "username": ""}

    rig.send(options=options, secret="")

    assert len(rig.service.mails) == 1


def test_a_repeated_mail_has_the_same_id_and_another_one_its_own(email: Rig) -> None:
    for number in (1, 1, 2):
        email.send(number=number)

    first, again, other = (mail["Message-ID"] for mail in email.service.mails)
    assert first == again != other


def test_pictures_are_inside_the_mail_and_shown_by_their_content_id(email: Rig) -> None:
    picture = Picture(email.picture(), 'the "basket" <changed>')

    email.send(a_message(pictures=(picture,) * 5))

    (mail,) = email.service.mails
    html = mail.get_body(("html",)).get_content()
    images = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    assert len(images) == 3
    assert all(f'src="cid:{part["Content-ID"][1:-1]}"' in html for part in images)
    assert images[0].get_content() == email.gallery.get(picture.sha256)
    assert 'alt="the &#34;basket&#34; &lt;changed&gt;"' in html


def test_a_picture_that_was_pruned_leaves_its_words(email: Rig) -> None:
    email.send(a_message(pictures=(Picture(Sha256("a" * 64), "basket"),)))

    (mail,) = email.service.mails
    assert "Picture: basket" in mail.get_body(("html",)).get_content()


def test_a_picture_of_many_bytes_is_sent_smaller(email: Rig) -> None:
    sha = email.gallery.put(noise(900, 3000))

    email.send(a_message(pictures=(Picture(sha, "basket"),)))

    (mail,) = email.service.mails
    (image,) = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    assert image.get_content_subtype() == "jpeg"
    assert len(image.get_content()) <= 600_000


def test_a_title_cannot_add_headers_or_people(email: Rig) -> None:
    email.send(a_message(title="Failed\r\nBcc: all@acme.example\r\n\r\nhello"))

    (mail,) = email.service.mails
    assert mail["Subject"] == "Failed Bcc: all@acme.example hello"
    assert mail["Bcc"] is None
    assert email.service.people == [["ada@acme.example"]]


@pytest.mark.parametrize("address", ["ada", "a@b\nBcc: c@d", "a@b>,<c@d", "a b@c", "@", "a@b@c", "a@b\x00"])
def test_what_is_no_address_is_not_written_to(email: Rig, address: str) -> None:
    email.target = f"email:{address}"

    error = failed(email)

    assert not error.retry_may_help
    assert "it is not an e-mail address" in str(error)


def test_a_thread_that_was_tampered_with_adds_no_header(email: Rig) -> None:
    email.send(thread={"message_id": "<a@b>\r\nBcc: c@d"})

    (mail,) = email.service.mails
    assert (mail["References"], mail["Bcc"]) == (None, None)


@pytest.mark.parametrize(
    ("answer", "may_help"),
    [("451 try later", True), ("421 too many", True), ("552 too large", False), ("554 refused", False)],
)
def test_the_servers_code_tells_whether_another_try_may_help(email: Rig, answer: str, may_help: bool) -> None:
    email.service.next.append(answer)

    error = failed(email)

    assert error.retry_may_help is may_help
    assert f"answers {answer}" in str(error)


@pytest.mark.parametrize(("answer", "may_help"), [("550 no such user", False), ("450 greylisted", True)])
def test_a_refused_recipient_is_told(email: Rig, answer: str, may_help: bool) -> None:
    email.service.recipients.append(answer)

    error = failed(email)

    assert error.retry_may_help is may_help
    assert answer in str(error)


def test_a_wrong_password_is_permanent_and_not_quoted(email: Rig) -> None:
    email.secrets = {"${env:S}": "wrong-hunter2"}

    error = failed(email)

    assert not error.retry_may_help
    assert "answers 535" in str(error)
    assert "check its user name and password" in str(error)
    assert "hunter2" not in str(error)


def test_a_connection_closed_after_the_mail_was_sent_is_tried_again(email: Rig) -> None:
    email.service.next.append("close")

    assert failed(email).retry_may_help
    email.send()
    assert len(email.service.mails) == 1


def test_a_server_that_hangs_is_left_after_the_time_limit(email: Rig) -> None:
    email.service.next.append("hang")

    error = failed(email, timeout_seconds=0.5)

    assert error.retry_may_help
    assert "did not answer within 0.5 s" in str(error)


def test_a_server_that_drips_is_left_after_the_time_limit(email: Rig) -> None:
    """Each byte comes before the socket's own time-out, the line never ends."""
    closing = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    while not closing.wait(0.05):
                        connection.sendall(b"2")
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        options = {**email.config.options, "port": str(server.getsockname()[1])}

        error = failed(email, options=options, timeout_seconds=0.5)
        closing.set()
        thread.join()

    assert error.retry_may_help
    assert "did not answer within 0.5 s" in str(error)


def test_a_server_without_encryption_gets_no_password(open_mail) -> None:
    rig = open_mail("none")
    options = {**rig.config.options, "security": "starttls"}

    error = failed(rig, options=options)

    assert not error.retry_may_help
    assert "STARTTLS" in str(error)
    assert rig.service.mails == []


def test_a_certificate_that_nobody_vouches_for_is_refused(email: Rig, monkeypatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    error = failed(email)

    assert error.retry_may_help
    assert "certificate verify failed" in str(error)
    assert email.service.mails == []


def test_right_to_left_text_and_emoji_arrive_as_they_are(email: Rig) -> None:
    email.send(a_message(kind=MessageKind.NOTICE, title="שלום 👩‍🚀", sentence="الدفع é"))

    (mail,) = email.service.mails
    assert mail["Subject"] == "שלום 👩‍🚀"
    assert "\u2066الدفع é\u2069" in mail.get_body(("plain",)).get_content()
    assert '<p dir="ltr"' in mail.get_body(("html",)).get_content()
