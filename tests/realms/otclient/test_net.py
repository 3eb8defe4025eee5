"""Protocols, servers and requests over real sockets of this machine, looked after at each frame."""

from __future__ import annotations

import http.server
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tibicen import native
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.files import Files
from tibicen.realms.otclient.loopback import LoopbackServer
from tibicen.realms.otclient.net import loopback_only
from tibicen.realms.otclient.websocket import frame, take_frame
from tibicen.vm import stack

PATIENCE_SECONDS = 10.0

OPEN = """
events = {}
protocol = Protocol.create()
protocol.onConnect = function(self)
    table.insert(events, "connect")
    if prepare then prepare(self) end
    self:recv()
end
protocol.onRecv = function(self, message)
    table.insert(events, message:getString())
    self:recv()
end
protocol.onError = function(self, text, code) table.insert(events, text .. " " .. code) end
"""


class Room:
    """A client and a way to drive it from a test's thread."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def run(self, source: str) -> Any:
        return stack.run(lambda: self.client.run(source.encode("latin-1")))

    def frame(self) -> None:
        stack.run(lambda: self.client.frame(1))

    def until(self, condition: str, server: LoopbackServer | None = None) -> None:
        """Lets frames pass until a Lua expression is true."""

        def body() -> None:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not self.client.run(f"return ({condition}) and true or false".encode()):
                assert time.monotonic() < deadline, f"never came true: {condition}"
                self.client.frame(1)
                if server:
                    server.poll()
                time.sleep(0.001)

        stack.run(body)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    client = stack.run(lambda: Client(Files(tmp_path)))
    yield Room(client)
    stack.run(client.close)


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with closing(LoopbackServer()) as opened:
        yield opened


SAY = """
local message = OutputMessage.create()
message:addString({text!r})
protocol:send(message)
"""


def test_a_protocol_sends_and_receives(room: Room, server: LoopbackServer) -> None:
    room.run(OPEN + f'protocol:connect("127.0.0.1", {server.port})')
    assert room.run("return {protocol:isConnected(), protocol:isConnecting()}") == [False, True]
    room.until("protocol:isConnected()", server)
    room.run(SAY.format(text="reply 05000300616263"))
    room.until('events[2] == "abc"', server)
    assert room.run("return events") == ["connect", "abc"]
    assert server.received() == {1: ["1600" + "1400" + b"reply 05000300616263".hex()]}


def test_the_end_of_the_stream_is_an_error(room: Room, server: LoopbackServer) -> None:
    room.run(OPEN + f'protocol:connect("127.0.0.1", {server.port})')
    room.until("protocol:isConnected()", server)
    room.run(SAY.format(text="reply close"))
    room.until("events[2]", server)
    assert room.run("return {events[2], protocol:isConnected()}") == ["End of file 2", False]


def test_nobody_there_is_an_error(room: Room) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:
        port = gone.getsockname()[1]
    room.run(OPEN + f'protocol:connect("127.0.0.1", {port})')
    room.until("events[1]")
    assert room.run("return events") == ["Connection refused 111"]


def test_other_machines_are_refused_unless_permitted(room: Room) -> None:
    room.run(OPEN + 'protocol:connect("192.0.2.1", 7171)')
    room.until("events[1]")
    assert room.run("return events[1]") == "Permission denied 13"
    assert ("error", "this client may not connect to 192.0.2.1:7171") in room.client.log
    room.run(OPEN + 'protocol:connect("example.org", 7171)')
    room.until("events[1]")
    assert room.run("return events[1]") == "Host not found (authoritative) 1"
    assert loopback_only("::1", 1) and loopback_only("localhost", 1) and not loopback_only("example.org", 1)


def test_encryption_and_checksum_are_on_the_wire(room: Room, server: LoopbackServer) -> None:
    room.run(
        OPEN
        + f"""
        prepare = function(self)
            self:setXteaKey(1, 2, 3, 4)
            self:enableXteaEncryption()
            self:enableChecksum()
        end
        protocol:connect("127.0.0.1", {server.port})
        """
    )
    room.until("protocol:isConnected()", server)
    room.run("local m = OutputMessage.create() m:addU16(0x1234) protocol:send(m)")
    # What a script sends goes out with the frame.
    room.frame()
    while not server.received()[1]:
        server.poll()
    (sent,) = server.received()[1]
    packet = bytes.fromhex(sent)
    body = bytearray.fromhex("0200341200000000")
    native.Xtea(struct.pack("<4I", 1, 2, 3, 4)).encrypt(body)
    assert packet[:2] == (12).to_bytes(2, "little")
    assert packet[2:6] == native.adler32(body).to_bytes(4, "little")
    assert packet[6:] == body


def encrypted(*bodies: bytes) -> str:
    """A `reply` for messages that are encrypted by the key 1, 2, 3, 4 and have a checksum."""
    packets = b""
    for body in bodies:
        inner = bytearray(len(body).to_bytes(2, "little") + body)
        inner += bytes(-len(inner) % 8)
        native.Xtea(struct.pack("<4I", 1, 2, 3, 4)).encrypt(inner)
        packet = native.adler32(inner).to_bytes(4, "little") + inner
        packets += len(packet).to_bytes(2, "little") + packet
    return packets.hex()


READ_ENCRYPTED = """
read = {{}}
protocol = Protocol.create()
protocol.onConnect = function(self)
    local message = OutputMessage.create()
    message:addString("reply {answer}")
    self:send(message)
    self:setXteaKey(1, 2, 3, 4)
    self:enableXteaEncryption()
    self:enableChecksum()
    self:recv()
end
protocol.onRecv = function(self, message)
    table.insert(read, {{ message:getString(), message:getUnreadSize(), message:eof() }})
    self:recv()
end
protocol:connect("127.0.0.1", {port})
"""


def test_encrypted_messages_are_read_without_their_padding(room: Room, server: LoopbackServer) -> None:
    answer = encrypted(b"\x03\0abc", b"\x01\0x\x07")
    room.run(READ_ENCRYPTED.format(answer=answer, port=server.port))
    room.until("read[2]", server)
    assert room.run("return read") == [["abc", 0, True], ["x", 1, False]]


def test_a_wrong_checksum_is_logged_and_read_by_nobody(room: Room, server: LoopbackServer) -> None:
    answer = "0e00" + "ffffffff" + "00" * 10
    room.run(READ_ENCRYPTED.format(answer=answer, port=server.port))
    room.until("protocol:isConnected()", server)
    for _ in range(5):
        room.frame()
        server.poll()
    errors = [text.split("\n")[0] for level, text in room.client.log if level == "error"]
    expected = "got a network message with invalid checksum, header: 0E 00 FF FF FF FF 00 00 , size: 16"
    assert errors == [expected]
    assert room.run("return #read") == 0


def test_extended_opcodes_need_a_server_that_speaks_them(room: Room) -> None:
    room.run('ProtocolGame.create():sendExtendedOpcode(7, "hello")')
    assert ("error", "Unable to send extended opcode 7, extended opcodes are not enabled") in room.client.log


def test_a_server_accepts_once_for_each_time_it_is_asked(room: Room) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:
        port = gone.getsockname()[1]
    room.run(
        f"""
        accepted = {{}}
        listening = Server.create({port})
        listening.onAccept = function(self, connection, text, code)
            table.insert(accepted, {{text, code, connection:getIp()}})
        end
        listening:acceptNext()
        """
    )
    with socket.create_connection(("127.0.0.1", port)), socket.create_connection(("127.0.0.1", port)):
        room.until("accepted[1]")
        room.run("listening:acceptNext()")
        room.until("accepted[2]")
    assert room.run("return accepted") == [["Success", 0, 16777343], ["Success", 0, 16777343]]
    assert room.run("listening:close() return listening:isOpen()") is False


def test_a_port_that_is_taken_is_logged(room: Room) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        assert room.run(f"return Server.create({taken.getsockname()[1]}) == nil") is True
    assert ("error", "Failed to initialize server: bind: Address already in use") in room.client.log


class _Handler(http.server.BaseHTTPRequestHandler):
    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self._answer(f"got {self.path} as {self.headers['User-Agent']}".encode())

    def do_POST(self) -> None:
        self._answer(b"posted " + self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def web() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as opened:
        threading.Thread(target=opened.serve_forever, daemon=True).start()
        yield opened.server_address[1]
        opened.shutdown()


LISTEN = """
answers = {}
local function keep(name)
    return function(...) table.insert(answers, {name, ...}) end
end
g_http.onGet, g_http.onPost, g_http.onDownload = keep("get"), keep("post"), keep("download")
"""


def test_requests_answer_as_events(room: Room, web: int) -> None:
    url = f"http://127.0.0.1:{web}/some?thing"
    room.run(LISTEN + f'g_http.setUserAgent("Tester") first = g_http.get("{url}", 5)')
    room.until("answers[1]")
    room.run(f'second = g_http.post("{url}", "data", 5, false, true)')
    room.until("answers[2]")
    room.run(f'g_http.download("{url}", "/file.txt", 5)')
    room.until("answers[3]")
    got, posted, downloaded = room.run("return answers")
    assert got == ["get", 1, url, "", "got /some?thing as Tester"]
    assert posted == ["post", 2, url, "", "posted data"]
    assert downloaded[:5] == ["download", 3, url, "", "/file.txt"]


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ('g_http.get("http://192.0.2.1/", 5)', "may not connect to 192.0.2.1:80"),
        (
            'g_http.get("http://127.0.0.1:1/", 5)',
            "HttpSession unable to connect http://127.0.0.1:1/: Connection refused",
        ),
    ],
)
def test_requests_that_fail_say_why(room: Room, call: str, problem: str) -> None:
    room.run(LISTEN + call)
    room.until("answers[1]")
    assert problem in room.run("return answers[1][4]")


def _serve_websocket(listener: socket.socket) -> None:
    """Answers each text with itself in brackets, after a ping; ends on `bye`."""
    connection, _ = listener.accept()
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(4096)
    connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + bytes([0x89, 1]) + b"?")
    received = b""
    while True:
        received += connection.recv(4096)
        while found := take_frame(received):
            opcode, payload, received = found
            if payload == b"bye":
                connection.sendall(bytes([0x88, 0]))
                connection.close()
                return
            text = f"[{opcode} {payload.decode()}]".encode()
            connection.sendall(bytes([0x81, len(text)]) + text)


def test_a_websocket_sends_what_it_was_given_before_it_was_open(room: Room) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        threading.Thread(target=_serve_websocket, args=(listener,), daemon=True).start()
        room.run(
            f"""
            events = {{}}
            for _, name in ipairs({{ "onWsOpen", "onWsMessage", "onWsClose", "onWsError" }}) do
                g_http[name] = function(...) table.insert(events, {{ name, ... }}) end
            end
            id = g_http.ws("ws://127.0.0.1:{listener.getsockname()[1]}/path", 5)
            g_http.wsSend(id, "hello")
            """
        )
        room.until("events[3]")
        room.run('g_http.wsSend(id, "bye")')
        room.until("events[4]")
    opened, *messages, closed = room.run("return events")
    assert opened == ["onWsOpen", 1, "code::websocket_open"]
    # The answer to the ping, whose text is its own, and the text.
    assert sorted(message[2] for message in messages) == ["[1 hello]", "[10 ?]"]
    assert closed == ["onWsClose", 1, "close_code::normal"]


def test_a_websocket_to_elsewhere_is_refused(room: Room) -> None:
    room.run('g_http.onWsError = function(...) failed = { ... } end g_http.ws("ws://192.0.2.1/", 5)')
    room.until("failed")
    assert room.run("return failed") == [1, "close_code::error this client may not connect to 192.0.2.1:80"]


@pytest.mark.parametrize("length", [0, 125, 126, 65534, 65535, 70000])
def test_frames_of_any_length_are_read_again(length: int) -> None:
    data = frame(0x1, b"x" * length) + b"rest"
    assert take_frame(data) == (1, b"x" * length, b"rest")
    assert take_frame(data[: length + 1]) is None


def test_an_empty_post_is_refused_at_once(room: Room) -> None:
    assert room.run('return g_http.post("http://127.0.0.1/", "", 1, false, false)') == -1


def test_proxies_are_a_list_that_is_kept(room: Room) -> None:
    listed: Callable[[], Any] = lambda: room.run("return g_proxy.getProxies()")  # noqa: E731
    room.run('g_proxy.addProxy("a", 1, 0) g_proxy.addProxy("a", 1, 5) g_proxy.addProxy("b", 2, 0)')
    assert listed() == {"a:1": 0, "b:2": 0}
    room.run('g_proxy.removeProxy("a", 1)')
    assert listed() == {"b:2": 0}
