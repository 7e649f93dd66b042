"""Behind the proxy of the documents, on a port of its own: docs/nginx.conf, started."""

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from axes.models import AccessAttempt, AccessLog

from benchmarks.serving import HOST, Web, free_port
from stores.models import User
from tests.house.sources import BASE_DIR
from tests.patience import PATIENCE

pytestmark = pytest.mark.nginx

EXAMPLE = BASE_DIR / "docs" / "nginx.conf"
NAME, PASSWORD = "behind-a-proxy", "correct horse battery"
ELSEWHERE, FORGED = "127.0.0.2", "198.51.100.9"
AROUND = """
daemon off;
master_process off;
error_log stderr warn;
pid {folder}/pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/regulars.conf;
    include {folder}/portless.conf;
}}
"""


@dataclass
class Proxy:
    """Where the house is found from outside; at `portless` by a proxy that passes the
    host on without its port, so that PUBLIC_URL must say it.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    plain: int = field(default_factory=free_port)
    portless: int = field(default_factory=free_port)

    def browser(
        self,
        caller: str = HOST,
        *,
        port: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Client:
        """Somebody's browser."""
        address = f"https://localhost:{port or self.port}"
        context = ssl.create_default_context(cafile=str(self.folder / "regulars.pem"))
        return httpx.Client(
            base_url=address,
            transport=httpx.HTTPTransport(verify=context, local_address=caller),
            headers={"Origin": address, **(headers or {})},
            timeout=PATIENCE,
        )

    def write(self, web: int) -> None:
        """The example as it stands, with the ports and places of this test."""
        text = EXAMPLE.read_text()
        for there, here in {
            "127.0.0.1:8000": f"127.0.0.1:{web}",
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "listen 80": f"listen 127.0.0.1:{self.plain}",
            "regulars.example.com;": "localhost;",
            "/etc/ssl": str(self.folder),
        }.items():
            assert there in text, there
            text = text.replace(there, here)
        (self.folder / "regulars.conf").write_text(text)
        for there, here in {
            "upstream regulars": "upstream again",
            "http://regulars": "http://again",
            f":{self.port} ssl": f":{self.portless} ssl",
            f"listen 127.0.0.1:{self.plain};": f"listen 127.0.0.1:{free_port()};",
            "$http_host": "$host",
        }.items():
            assert there in text, there
            text = text.replace(there, here)
        (self.folder / "portless.conf").write_text(text)
        (self.folder / "nginx.conf").write_text(AROUND.format(folder=self.folder))


@pytest.fixture(scope="session")
def proxy(web: Web, tmp_path_factory: Any) -> Iterator[Proxy]:
    """nginx, before a web process that is set up as the documents say."""
    found = Proxy(tmp_path_factory.mktemp("nginx"))
    make_certificate(found.folder)
    served = Web({})
    served.surroundings = {
        **web.surroundings,
        "DJANGO_SETTINGS_MODULE": "tests.http.proxied",
        "SECURE_SSL_REDIRECT": "true",
        "ALLOWED_HOSTS": "localhost",
        "PUBLIC_URL": f"https://localhost:{found.portless}",
        "TRUSTED_PROXIES": "1",
        "WEB_PROCESSES": "1",
    }
    found.write(served.port)
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    words = [program, "-p", str(found.folder), "-c", str(found.folder / "nginx.conf")]
    with served, subprocess.Popen(words, stderr=subprocess.PIPE) as running:
        try:
            wait_until_it_listens(found.port, running)
            yield found
        finally:
            running.terminate()


def make_certificate(folder: Path) -> None:
    program = shutil.which("openssl")
    assert program is not None
    words = [program, "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-days", "2"]
    words += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    words += ["-keyout", str(folder / "regulars.key")]
    words += ["-out", str(folder / "regulars.pem")]
    subprocess.run(words, check=True, capture_output=True)


def wait_until_it_listens(port: int, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while running.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(running.stderr.read() if running.stderr else b"")


@pytest.fixture
def person(running: Web, proxy: Proxy) -> User:
    """Somebody who may sign in, and whom nobody has guessed at."""
    AccessAttempt.objects.all().delete()
    user, _is_new = User.objects.get_or_create(
        username=NAME, defaults={"display_name": "P", "is_staff": True}
    )
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(browser: httpx.Client, password: str = PASSWORD) -> httpx.Response:
    page = browser.get("/admin/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token, page.text[:500]
    form = {
        "csrfmiddlewaretoken": token[1],
        "username": NAME,
        "password": password,
        "next": "/admin/",
    }
    return browser.post("/admin/login/", data=form)


@pytest.mark.parametrize("port", ["port", "portless"])
def test_people_sign_in_on_any_port(port: str, person: User, proxy: Proxy) -> None:
    with proxy.browser(port=getattr(proxy, port)) as browser:
        answer = sign_in(browser)
        assert answer.status_code == 302, answer.text[:800]
        assert answer.headers["Location"] == "/admin/"
        assert browser.get("/admin/").status_code == 200
        names = {cookie.name for cookie in browser.cookies.jar}
    assert {"__Host-csrf", "__Host-session"} <= names
    assert AccessLog.objects.filter(username=NAME).latest("pk").ip_address == HOST


def test_a_form_of_another_site_is_refused(person: User, proxy: Proxy) -> None:
    with proxy.browser(headers={"Origin": "https://localhost:1"}) as browser:
        assert sign_in(browser).status_code == 403


def test_who_guesses_is_the_caller_whatever_they_write(
    person: User, proxy: Proxy
) -> None:
    """Neither the proxy's address nor one that the caller made up is counted."""
    with proxy.browser(ELSEWHERE, headers={"X-Forwarded-For": FORGED}) as guesser:
        answers = [sign_in(guesser, "wrong").status_code for _try in range(5)]
        answers.append(sign_in(guesser).status_code)
    assert answers[-1] == 429, answers
    found = AccessAttempt.objects.filter(username=NAME)
    assert {attempt.ip_address for attempt in found} == {ELSEWHERE}
    with proxy.browser() as browser:
        assert sign_in(browser).status_code == 302


def test_plain_http_and_the_figures_are_not_let_through(proxy: Proxy) -> None:
    with httpx.Client() as stranger:
        answer = stranger.get(
            f"http://{HOST}:{proxy.plain}/counter/", headers={"Host": "localhost"}
        )
    assert answer.status_code == 301
    assert urlsplit(answer.headers["Location"]).scheme == "https"
    with proxy.browser() as browser:
        assert browser.get("/metrics").status_code == 404
        assert browser.get("/healthz").text == "ok\n"


def test_a_bill_goes_through_and_a_large_body_is_told_no(proxy: Proxy) -> None:
    with proxy.browser() as browser:
        refused = browser.post("/api/v1/sales", json={"gross": 1})
        large = browser.post("/api/v1/sales", content=b" " * (256 * 1024 + 1))
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
