"""Downloads: from a server on this computer, whole and right or not at all."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from desktop.document.data import DataSource, Download
from desktop.document.spec import variants
from desktop.engine.control import Stopped
from desktop.engine.data_error import DataError
from desktop.engine.downloads import download, missing

CONTENT = bytes(range(256)) * 1000


@dataclass
class Server:
    """What it answers, and what was asked for."""

    address: str = ""
    status: int = 200
    sent: bytes = CONTENT
    announced: int = len(CONTENT)
    asked: list[str] = field(default_factory=list)

    def file(self, name: str = "set/data.npz", content: bytes = CONTENT) -> Download:
        checksum = hashlib.sha256(content).hexdigest()
        return Download(name, f"{self.address}/{name}", len(CONTENT), checksum)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    answers = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.asked.append(self.path)
            self.send_response(answers.status)
            self.send_header("Content-Length", str(answers.announced))
            self.end_headers()
            try:
                self.wfile.write(answers.sent)
            except ConnectionError:  # canceled
                self.close_connection = True

        def log_message(self, format: str, *arguments: object) -> None:
            """Be silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        answers.address = f"http://127.0.0.1:{http.server_port}"
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield answers
        http.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("no_proxy", "*")
    return tmp_path / "datasets"


def failure(wanted: Download, folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        download((wanted,), lambda part: None)
    assert not [path for path in folder.rglob("*") if path.is_file()]
    return str(caught.value)


def test_a_file_is_downloaded_once_with_progress(server: Server, folder: Path) -> None:
    wanted, told = (server.file("set/one"), server.file("two")), list[float]()
    assert missing(wanted) == wanted
    download(wanted, told.append)
    assert (folder / "set" / "one").read_bytes() == (folder / "two").read_bytes() == CONTENT
    assert told == sorted(told) and told[0] == 0 and told[-1] == 1 and len(told) > 4
    assert missing(wanted) == ()
    download(wanted, told.append)
    assert server.asked == ["/set/one", "/two"]


def test_a_wrong_file_is_not_kept(server: Server, folder: Path) -> None:
    assert "checksum is wrong" in failure(server.file(content=b"other"), folder)
    server.sent = CONTENT[:-1000]
    server.announced = len(server.sent)
    assert "ended after 255,000 of 256,000 bytes" in failure(server.file(), folder)
    server.announced = len(CONTENT)  # the connection is cut off
    message = failure(server.file(), folder)
    assert "cut off" in message or "ended after" in message
    server.sent = CONTENT * 2
    server.announced = len(server.sent)
    assert "has more than 256,000 bytes" in failure(server.file(), folder)
    server.status = 404
    assert "answers 404" in failure(server.file(), folder)


def test_a_download_can_be_canceled(server: Server, folder: Path) -> None:
    def progress(part: float) -> None:
        if part > 0.3:
            raise Stopped

    with pytest.raises(Stopped):
        download((server.file(),), progress)
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_without_a_network_it_says_so_in_a_sentence(folder: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        message = failure(Server(address).file(), folder)
    assert "offline" in message and message.count(". ") == 0


def test_only_encrypted_addresses_are_asked(folder: Path) -> None:
    assert "not encrypted" in failure(Server("http://example.org").file(), folder)
    for kind in variants(DataSource):
        for each in kind.downloads:
            assert each.url.startswith("https://") and len(each.checksum) in (32, 64)
        assert not kind.downloads or kind.keras_file in [each.file for each in kind.downloads]
