"""Tier isolated: what contains a worker process, how it ends, and that no worker can harm its host.

Plugins in Python are used where something has to be seen or done from inside: they can do what a process can.
"""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from tests.vm.tier import no_host, workers

from tibicen.cli.run import new_event_loop
from tibicen.errors import (
    CpuBudgetError,
    CrashError,
    HandlerError,
    LoadError,
    MarshalError,
    MemoryBudgetError,
    TibicenError,
    VmClosedError,
)
from tibicen.vm import syscalls
from tibicen.vm.contract import VmOptions
from tibicen.vm.isolated import IsolatedVM, Quarters, Workers
from tibicen.vm.marshal import pack
from tibicen.vm.worker_log import BURST, WorkerLog

pytestmark = pytest.mark.alone

Make = Callable[..., IsolatedVM]

MOUNTED = {"name": "tester", "version": "1", "generation": 1, "settings": {}}


@pytest.fixture
def lua() -> Iterator[Make]:
    """Makes VMs of Lua plugins."""
    made: list[IsolatedVM] = []

    def make(source: bytes = b"", *, host: Any = no_host, group: str = "", **options: Any) -> IsolatedVM:
        quarters = Quarters(group=group, on_crash=options.pop("on_crash", None))
        vm = options.pop("workers", workers).open(VmOptions(plugin="tester", host=host, **options), quarters)
        made.append(vm)
        vm.load(source, "tester/init.lua")
        return vm

    yield make
    for vm in made:
        vm.close()


@pytest.fixture
def python() -> Iterator[Make]:
    """Makes VMs of Python plugins: a single file with this code."""
    made: list[IsolatedVM] = []

    def make(code: str, *, host: Any = no_host, **options: Any) -> IsolatedVM:
        source = {
            "name": "tester",
            "root": "/plugins/tester.py",
            "folder": "/plugins",
            "entry": "/plugins/tester.py",
            "kind": "file",
            "manifest": {"name": "tester"},
            "text": dedent(code).encode(),
        }
        quarters = Quarters(
            "python",
            source=source,
            shown=options.pop("shown", ()),
            log=options.pop("log", None),
            on_crash=options.pop("on_crash", None),
        )
        options = {"cpu_ms": 5000, "memory_mb": 64, "settings": MOUNTED, **options}
        vm = options.pop("workers", workers).open(VmOptions(plugin="tester", host=host, **options), quarters)
        made.append(vm)
        vm.load(b"", "tester.py")
        return vm

    yield make
    for vm in made:
        vm.close()


def in_force(vm: IsolatedVM, what: str) -> bool:
    return any(each.partition(":")[0] == what for each in vm.process.sandbox)


def is_gone(pid: int) -> bool:
    """Waits until a process is dead and nobody's child any more."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state in "ZX":
            return True
        time.sleep(0.005)
    return False


# -- what contains it -----------------------------------------------------------------------------------------

LOOK = """
    import os, resource, sys
    from pathlib import Path

    def environment():
        return dict(os.environ)

    def folder():
        return [os.listdir("."), os.getcwd()]

    def files():
        found = {}
        for fd in os.listdir("/proc/self/fd"):
            try:
                found[fd] = os.readlink(f"/proc/self/fd/{fd}")
            except OSError:
                continue  # the listing's own
        return found

    def limits():
        return {name: list(resource.getrlimit(getattr(resource, "RLIMIT_" + name)))
                for name in ("AS", "CPU", "NOFILE", "FSIZE", "CORE")}

    def status():
        lines = Path("/proc/self/status").read_text().splitlines()
        return dict(line.split(":\\t", 1) for line in lines if ":\\t" in line)

    def session():
        return os.getsid(0) == os.getpid()

    def arguments():
        return sys.argv

    def tries(what):
        attempts = {
            "socket": lambda: __import__("socket").socket(),
            "fork": lambda: os.fork(),
            "exec": lambda: os.execv("/bin/true", ["true"]),
            "write": lambda: open("/tmp/written-by-a-worker", "w"),
            "unlink": lambda: os.unlink("/tmp/written-by-a-worker"),
            "signal": lambda: os.kill(1, 9),
            "own signal": lambda: os.kill(os.getpid(), 9),
            "memory limit": lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40)),
            "other's memory": lambda: open(f"/proc/{os.getppid()}/mem", "r+b"),
            "chroot": lambda: os.chroot("/"),
        }
        try:
            return repr(attempts[what]())
        except (OSError, ValueError) as error:
            return type(error).__name__
"""


def test_nothing_of_the_host_is_inherited(python: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_OF_THE_HOST", "x")
    secret = os.open(tmp_path / "secret", os.O_RDWR | os.O_CREAT)
    os.set_inheritable(secret, True)
    fresh = Workers()
    try:
        vm = python(LOOK, workers=fresh)
        environment = vm.call("environment")
        assert [name for name in environment if name not in ("LC_CTYPE", "PWD")] == []
        files = vm.call("files")
        assert [path for path in files.values() if path.startswith("/") and path != "/dev/null"] == []
        assert files["0"] == "/dev/null"
        listing, folder = vm.call("folder")
        assert listing == []
        assert Path(folder).name.startswith(("empty", "tibicen-empty"))
        assert vm.call("session") is True
        vm.close()
    finally:
        fresh.close()
        os.close(secret)


def test_limits_are_in_force(python: Make) -> None:
    vm = python(LOOK, memory_mb=64)
    limits = vm.call("limits")
    assert limits["CORE"] == limits["FSIZE"] == [0, 0]
    assert limits["NOFILE"] == [64, 64]
    assert limits["AS"][0] == limits["AS"][1] < 2 << 30
    assert 0 < limits["CPU"][0] <= 60
    assert in_force(vm, "rlimits")
    assert in_force(vm, "no_new_privs")
    assert vm.call("status")["NoNewPrivs"] == "1"


@pytest.mark.parametrize(
    "what",
    ["socket", "fork", "exec", "write", "unlink", "signal", "own signal", "memory limit", "other's memory", "chroot"],
)
def test_system_calls_are_refused(python: Make, what: str) -> None:
    vm = python(LOOK)
    if not in_force(vm, "seccomp"):
        pytest.skip(f"no seccomp here: {vm.process.sandbox}")
    assert vm.call("tries", what) in ("PermissionError", "FileNotFoundError", "OSError", "ValueError")
    assert vm.call("status")["Seccomp"] == "2"


def test_of_the_disk_only_what_is_shown_is_there(python: Make, tmp_path: Path) -> None:
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "data.txt").write_text("seen")
    (tmp_path / "hidden").mkdir()
    vm = python(
        "from pathlib import Path\n"
        "def read(path): return Path(path).read_text()\n"
        "def there(path): return Path(path).exists()\n",
        shown=(tmp_path / "shown",),
    )
    assert vm.call("read", str(tmp_path / "shown" / "data.txt")) == "seen"
    if not in_force(vm, "bubblewrap"):
        pytest.skip(f"no bubblewrap here: {vm.process.sandbox}")
    assert [vm.call("there", path) for path in (str(tmp_path / "hidden"), "/etc/passwd", "/home", "/bin/sh")] == [
        False
    ] * 4


def test_what_is_not_there_is_said(lua: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_filter() -> bytes:
        raise syscalls.NoFilterError("no libseccomp")

    monkeypatch.setattr(syscalls, "build", no_filter)
    monkeypatch.setattr(shutil, "which", lambda program: None)
    fresh = Workers()
    try:
        vm = lua(b"function f() return 1 end", workers=fresh)
        assert vm.call("f") == 1
        assert "no bubblewrap: bwrap is not installed" in vm.process.sandbox
        assert "no seccomp: no libseccomp" in vm.process.sandbox
        vm.close()
    finally:
        fresh.close()


def test_a_bubblewrap_that_does_not_work_is_done_without(lua: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: "/bin/false")
    fresh = Workers()
    try:
        vm = lua(b"function f() return 1 end", workers=fresh)
        assert vm.call("f") == 1
        assert any(each.startswith("no bubblewrap: bwrap does not work here") for each in vm.process.sandbox)
        vm.close()
    finally:
        fresh.close()


def test_a_host_without_workers_says_so(lua: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tibicen.vm.spawn.sys.platform", "win32")
    with pytest.raises(LoadError, match="needs Linux"):
        lua()


# -- budgets --------------------------------------------------------------------------------------------------


def test_python_that_runs_too_long_is_stopped_and_goes_on(python: Make) -> None:
    vm = python("def spin():\n    while True: pass\ndef well(): return 'well'\n", cpu_ms=30)
    for _ in range(3):
        with pytest.raises(CpuBudgetError, match="30 ms") as caught:
            vm.call("spin")
        assert (caught.value.file, caught.value.line) == ("tester.py", 2)
        assert vm.call("well") == "well"


STUBBORN = {
    "in C": "def hang(): sum(range(10 ** 12))",
    "asleep and deaf": """
        import signal, time
        def hang():
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
            time.sleep(100)
        """,
    "without its signal": """
        import signal
        def hang():
            signal.setitimer(signal.ITIMER_REAL, 0)
            while True: pass
        """,
}


@pytest.mark.parametrize("shape", STUBBORN)
def test_what_can_not_be_stopped_is_killed(python: Make, shape: str) -> None:
    crashes: list[CrashError] = []
    vm = python(STUBBORN[shape], cpu_ms=30, on_crash=crashes.append)
    pid = vm.process.pid
    with pytest.raises(CrashError, match="did not stop, so its process was killed"):
        vm.call("hang")
    assert is_gone(pid)
    assert vm.crashed
    assert len(crashes) == 1
    with pytest.raises(CrashError):
        vm.call("hang")
    assert len(crashes) == 1, "its end is told once"


def test_code_that_catches_everything_is_stopped_all_the_same(python: Make) -> None:
    code = """
        def hang():
            while True:
                try:
                    while True: pass
                except BaseException: pass
    """
    with pytest.raises((CpuBudgetError, CrashError)):
        python(code, cpu_ms=30).call("hang")


def test_python_that_takes_too_much_memory_gets_an_error(python: Make) -> None:
    vm = python("def grow(): return len(bytearray(1 << 30))\ndef well(): return 'well'\n", memory_mb=32)
    with pytest.raises(MemoryBudgetError, match="32 MB"):
        vm.call("grow")
    assert vm.call("well") == "well"


def test_the_time_of_others_is_not_taken_from_the_plugin(python: Make) -> None:
    vms: list[IsolatedVM] = []

    def host(operation: str, arguments: list[Any]) -> Any:
        if operation == "imports.call":
            time.sleep(0.3)
            vms[0].lend_time(300_000_000)
        return 5

    code = """
        def setup(plugin):
            global ask
            ask = lambda: plugin.imports["other"].slow()
    """
    vms.append(python(code, host=host, cpu_ms=150))
    assert vms[0].call("ask") == 5


# -- its end --------------------------------------------------------------------------------------------------


def test_closing_ends_the_process(lua: Make) -> None:
    vm = lua()
    pid = vm.process.pid
    vm.close()
    assert is_gone(pid)
    assert vm.remains() == []
    with pytest.raises(VmClosedError):
        vm.call("f")


def test_a_process_that_ends_is_reported_with_the_reason(python: Make) -> None:
    vm = python("import os, sys\ndef end(status):\n    print('so long', file=sys.stderr)\n    os._exit(status)\n")
    with pytest.raises(CrashError, match=r"exit status 7\); its last words: so long"):
        vm.call("end", 7)
    other = python("import ctypes\ndef end(): ctypes.string_at(8)\n")
    with pytest.raises(CrashError, match="signal SIGSEGV"):
        other.call("end")


def test_a_dead_vm_answers_hooks_with_an_error_each_time(lua: Make) -> None:
    ids: list[int] = []

    def host(operation: str, arguments: list[Any]) -> int:
        ids.append(arguments[1])
        return 1

    vm = lua(b"hooks.on('x', function(v) return v end)", host=host, realm="realm_native", settings=MOUNTED)
    chain = vm.chain("query", 1, ids)
    outcome = vm.dispatch(chain, pack([1]))
    assert outcome is not None and outcome.value == 1
    os.kill(vm.process.pid, signal.SIGKILL)
    for _ in range(2):
        with pytest.raises(CrashError, match="SIGKILL"):
            vm.dispatch(chain, pack([1]))
    late = vm.chain("query", 1, ids)
    with pytest.raises(CrashError):
        vm.dispatch(late, pack([1]))
    vm.drop_chain(late)
    vm.drop_chain(chain)
    assert vm.memory().limit >= 0
    vm.forget(ids[0])


def test_a_call_of_the_host_survives_the_death_of_its_caller(lua: Make) -> None:
    vms: list[IsolatedVM] = []

    def host(operation: str, arguments: list[Any]) -> Any:
        os.kill(vms[0].process.pid, signal.SIGKILL)
        with pytest.raises(CrashError):
            vms[0].call("ask")
        return "too late"

    vms.append(
        lua(b"function ask() return kv.get('x') end", host=host, realm="realm_native", settings=MOUNTED, cpu_ms=5000)
    )
    with pytest.raises(CrashError):
        vms[0].call("ask")


def test_a_vm_can_not_be_closed_from_inside_its_own_call(lua: Make) -> None:
    vms: list[IsolatedVM] = []

    def host(operation: str, arguments: list[Any]) -> Any:
        vms[0].close()

    vms.append(lua(b"function ask() return kv.get('x') end", host=host, realm="realm_native", settings=MOUNTED))
    with pytest.raises(HandlerError, match="inside one of its own calls"):
        vms[0].call("ask")
    assert vms[0].load(b"return 1", "tester/x.lua") == 1


def test_with_its_host_everything_ends(lua: Make) -> None:
    fresh = Workers()
    vm = lua(b"function f() end", workers=fresh)
    pid = vm.process.pid
    fresh.close()
    assert is_gone(pid)
    with pytest.raises(CrashError):
        vm.call("f")


def test_a_group_shares_a_process(lua: Make) -> None:
    crashes: list[str] = []
    one = lua(b"x = 1 function get() return x end", group="g", on_crash=lambda error: crashes.append("one"))
    two = lua(b"function get() return x end", group="g", on_crash=lambda error: crashes.append("two"))
    alone = lua(b"function get() return x end")
    assert one.process.pid == two.process.pid != alone.process.pid
    assert [one.call("get"), two.call("get"), alone.call("get")] == [1, None, None]
    third = lua(b"", group="g")
    third.close()
    assert one.call("get") == 1, "one that moves out leaves the others"
    os.kill(one.process.pid, signal.SIGKILL)
    with pytest.raises(CrashError):
        two.call("get")
    assert crashes == ["one", "two"]
    again = lua(b"function get() return x end", group="g")
    assert again.process.pid != one.process.pid
    assert again.call("get") is None


# -- on a loop ------------------------------------------------------------------------------------------------


def on_loop(scenario: Callable[[Workers], Any], heartbeat_seconds: float = 60.0) -> None:
    loop = new_event_loop()
    made = Workers(loop, heartbeat_seconds)
    try:
        loop.run_until_complete(scenario(made))
    finally:
        made.close()
        loop.close()


async def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)


def test_death_is_noticed_without_a_call(lua: Make) -> None:
    async def scenario(made: Workers) -> None:
        crashes: list[CrashError] = []
        vm = lua(workers=made, on_crash=crashes.append)
        await asyncio.sleep(0)
        os.kill(vm.process.pid, signal.SIGKILL)
        await until(lambda: crashes)
        assert "signal SIGKILL" in str(crashes[0])

    on_loop(scenario)


def test_a_missed_heartbeat_is_death(python: Make) -> None:
    async def scenario(made: Workers) -> None:
        crashes: list[CrashError] = []
        code = """
            import asyncio, time
            def begin(): asyncio.get_running_loop().call_soon(time.sleep, 100)
        """
        vm = python(code, workers=made, on_crash=crashes.append)
        vm.call("begin")
        await until(lambda: crashes)
        assert "missed a heartbeat" in str(crashes[0])

    on_loop(scenario, heartbeat_seconds=0.2)


def test_heartbeats_are_answered_while_nothing_else_happens(lua: Make, python: Make) -> None:
    async def scenario(made: Workers) -> None:
        crashes: list[CrashError] = []
        vms = [lua(b"", workers=made, on_crash=crashes.append)]
        vms.append(python("", workers=made, on_crash=crashes.append))
        busy = python(
            "import asyncio\ndef begin(): asyncio.get_running_loop().create_task(asyncio.sleep(1000))",
            workers=made,
            on_crash=crashes.append,
        )
        busy.call("begin")
        await asyncio.sleep(1.5)
        assert crashes == []
        assert not any(vm.crashed for vm in (*vms, busy))

    on_loop(scenario, heartbeat_seconds=0.3)


def test_a_task_asks_the_host_on_its_own(python: Make) -> None:
    async def scenario(made: Workers) -> None:
        asked: list[Any] = []

        def host(operation: str, arguments: list[Any]) -> Any:
            asked.append((operation, arguments))
            return len(asked)

        code = """
            import asyncio
            seen = []
            def setup(plugin):
                async def work():
                    while len(seen) < 5:
                        await asyncio.sleep(0.001)
                        seen.append(plugin.kv.get("key"))
                plugin.spawn(work)
            def look(): return seen
        """
        vm = python(code, workers=made, host=host)
        vm.call(vm.control, "live")
        await until(lambda: len(asked) == 5)
        assert vm.call("look") == [1, 2, 3, 4, 5]
        assert vm.call(vm.control, "pending") == 0

    on_loop(scenario)


def test_stderr_goes_to_the_log_but_does_not_flood_it(python: Make) -> None:
    async def scenario(made: Workers) -> None:
        lines: list[str] = []
        code = "import sys\ndef write(n):\n    for i in range(n): print('line', i, file=sys.stderr)\n"
        vm = python(code, workers=made, log=lines.append)
        vm.call("write", 2)
        await until(lambda: len(lines) == 2)
        assert lines == ["line 0", "line 1"]
        vm.call("write", 5000)
        # Not drained while the call ran: what did not fit the pipe was dropped there, and the plugin never waited.
        await until(lambda: len(lines) >= BURST - 10)
        assert len(lines) <= BURST + 100
        vm.close()

    on_loop(scenario)


def test_the_log_says_how_much_it_dropped() -> None:
    lines: list[str] = []
    log = WorkerLog(lines.append)
    end, start = os.pipe2(os.O_NONBLOCK)
    log.watch(end)
    os.write(start, b"x\n" * (BURST + 300) + b"y" * 5000 + b"\nrest")
    log.drain()
    os.close(start)
    log.drain()
    assert lines[-1].endswith("lines were dropped)")
    assert BURST <= len(lines) <= BURST + 50
    assert max(map(len, lines)) <= 2000


# -- workers that were taken over -----------------------------------------------------------------------------

TAKEN_OVER = """
    import gc, os, signal, struct
    from tibicen.vm.failure import REPORT
    from tibicen.vm.marshal import pack
    from tibicen.worker import python_chain
    from tibicen.worker.server import Worker

    worker = next(each for each in gc.get_objects() if isinstance(each, Worker))
    wire = worker.wire.socket

    def frame(kind=2, code=0, vm=1, id=0, number=0, payload=b"", length=None):
        length = len(payload) if length is None else length
        return struct.pack("<IBBHII", length, kind, code, vm, id, number) + payload

    def deaf():
        signal.setitimer(signal.ITIMER_REAL, 0)

    def setup(plugin):
        plugin.on("player.say", lambda text, player: text)
"""

LIES = {
    "garbage": "wire.sendall(b'\\xff' * 4096)",
    "text": "wire.sendall(b'HTTP/1.1 200 OK\\r\\n\\r\\n' * 50)",
    "a huge frame": "wire.sendall(frame(length=0xffffffff))",
    "a kind that is none": "wire.sendall(frame(kind=9))",
    "half a frame": "wire.sendall(frame(length=8 << 20) + b'x' * 100000); os._exit(0)",
    "the largest frame, never whole": "deaf(); wire.sendall(frame(length=8 << 20)); import time; time.sleep(100)",
    "answers to nobody for ever": "deaf(); [wire.sendall(frame(id=77) * 100) for _ in iter(int, 1)]",
    "calls for ever": (
        "deaf(); [wire.sendall(frame(kind=1, code=15, id=5, number=3, payload=b'log\\x90')) for _ in iter(int, 1)]"
    ),
    "it shuts its ears": "wire.shutdown(2)",
}


@pytest.mark.parametrize("lie", LIES)
def test_no_lie_harms_the_host(python: Make, lie: str) -> None:
    code = dedent(TAKEN_OVER) + f"\ndef lie():\n    {LIES[lie]}\n"
    vm = python(code, host=lambda operation, arguments: 1, cpu_ms=200)
    pid = vm.process.pid
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CrashError):
        vm.call("lie")
    assert is_gone(pid)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024, "kilobytes"


ANSWERS = {
    "a handler that is none failed": "(0, (REPORT, pack([1, 0, [[99, 3, 'x']]])))",
    "a handler that is none stopped": "(0, (REPORT, pack([1, 99, []])))",
    "an outcome of another shape": "(0, (REPORT, pack({'a': 1})))",
    "failures of another shape": "(0, (REPORT, pack([1, 0, [5]])))",
    "an unhashable callback": "(0, (REPORT, pack([1, 0, [[[], 3, 'x']]])))",
    "an unhashable end": "(0, (REPORT, pack([1, [2], []])))",
    "no MessagePack": "(0, (REPORT, b'\\xc1\\xc1'))",
    "an unknown status": "(0, (99, b'what'))",
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_no_false_outcome_of_a_hook_harms_the_host(python: Make, answer: str) -> None:
    ids: list[int] = []

    def host(operation: str, arguments: list[Any]) -> Any:
        ids.append(arguments[1])
        return 1

    code = dedent(TAKEN_OVER) + (
        f"\ndef lie():\n    python_chain.PythonChain.run = lambda *arguments: {ANSWERS[answer]}\n"
    )
    vm = python(code, host=host)
    chain = vm.chain("filter", 2, ids)
    assert vm.dispatch(chain, pack(["x", {}])) is None
    vm.call("lie")
    with pytest.raises(TibicenError):
        vm.dispatch(chain, pack(["x", {}]))


def test_false_calls_of_the_host_are_refused(python: Make) -> None:
    code = (
        dedent(TAKEN_OVER)
        + """
def ask(operation, packed, vm):
    failed, result, _ = worker.ask(vm, operation.encode(), packed)
    return [failed, result]
def own(): return next(iter(worker.rooms))
"""
    )
    vm = python(code, host=lambda operation, arguments: [operation, arguments])
    own = vm.call("own")
    assert vm.call("ask", "kv.get", pack(["k"]), own) == [0, pack(["kv.get", ["k"]])]
    for packed, number in ((b"\xc1", own), (pack({"a": 1}), own), (pack([]), own + 1)):
        failed, why = vm.call("ask", "kv.get", packed, number)
        assert failed == -1
        assert why


def test_what_is_too_large_does_not_cross(python: Make) -> None:
    vm = python("def echo(x): return x\n", memory_mb=128)
    assert vm.call("echo", "x" * 5_000_000) == "x" * 5_000_000
    with pytest.raises(MarshalError, match="larger"):
        vm.call("echo", "x" * 9_000_000)
    assert vm.call("echo", 1) == 1


def test_two_large_messages_meet(python: Make) -> None:
    """Both sides send more than the socket holds at the same time; neither waits for the other for ever."""

    async def scenario(made: Workers) -> None:
        answered: list[int] = []

        def host(operation: str, arguments: list[Any]) -> Any:
            answered.append(len(arguments[0]))
            return "y" * 3_000_000

        code = """
            import asyncio
            def setup(plugin):
                async def work():
                    for _ in range(5):
                        await asyncio.sleep(0)
                        plugin.kv.get("x" * 3_000_000)
                plugin.spawn(work)
            def take(text): return len(text)
        """
        vm = python(code, workers=made, host=host, memory_mb=256)
        vm.call(vm.control, "live")
        for _ in range(5):
            assert vm.call("take", "z" * 3_000_000) == 3_000_000
            await asyncio.sleep(0.01)
        await until(lambda: len(answered) == 5)
        assert not vm.crashed

    on_loop(scenario)
