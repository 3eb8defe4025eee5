"""Files of a client: folders over each other, packages, writing, and that nothing else of the disk is reachable."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.clients import DIALECTS, errors, lua, run, with_client, write

from tibicen.errors import TibicenError
from tibicen.realms.otclient import files as files_module
from tibicen.realms.otclient.client import Client, Dialect
from tibicen.realms.otclient.files import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    work = write(
        tmp_path / "work", {"init.lua": "x", "data/a.txt": "data", "modules/a.txt": "modules", "modules/b.txt": "b"}
    )
    return Files(work, roots=[write(tmp_path / "extra", {"c.txt": "c"})], write_dir=tmp_path / "home")


def test_what_is_in_front_is_seen(files: Files, tmp_path: Path) -> None:
    assert files.read("/init.lua") == [b"x"]
    assert files.read("/a.txt") == [None, "not found"]
    assert files.mount(f"{tmp_path}/work/data", True) is True
    assert files.mount(f"{tmp_path}/work/modules", False) is True
    assert files.read("/a.txt") == [b"data"]
    assert files.read("/b.txt") == [b"b"]
    assert files.names("/") == ["a.txt", "b.txt", "data", "init.lua", "modules"]
    assert files.real_dir("/b.txt") == f"{tmp_path}/work/modules"
    assert files.unmount(f"{tmp_path}/work/data") is True
    assert files.unmount(f"{tmp_path}/work/data") is False
    assert files.read("/a.txt") == [b"modules"]


def test_kinds(files: Files) -> None:
    assert [files.kind(path) for path in ("/", "/data", "/data/a.txt", "data//a.txt/", "/data/no")] == [
        "directory",
        "directory",
        "file",
        "file",
        None,
    ]
    assert files.read("/data") == [None, "not a file"]
    assert files.names("/init.lua") == []


@pytest.mark.parametrize("path", ["/../work/init.lua", "/data/../init.lua", "/./init.lua", "/data\\a.txt", "/c:/x"])
def test_names_that_lead_elsewhere_are_refused(files: Files, path: str) -> None:
    assert files.read(path) == [None, "filename is illegal or insecure"]
    assert files.kind(path) is None
    assert files.names(path) == []
    files.set_write_dir(str(files.user_dir))
    assert files.write(path, b"x") == "filename is illegal or insecure"


def test_links_lead_out_of_nowhere(files: Files, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/s.txt").write_text("secret")
    (tmp_path / "work/link.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "work/inner").symlink_to(tmp_path / "secrets")
    (tmp_path / "work/fine.txt").symlink_to(tmp_path / "extra/c.txt")
    assert files.read("/link.txt") == [None, "not found"]
    assert files.read("/inner/s.txt") == [None, "not found"]
    assert files.names("/inner") == []
    assert files.read("/fine.txt") == [b"c"]
    assert files.native(f"{tmp_path}/work/link.txt", Path.is_file) is False


def test_a_folder_that_was_read_and_becomes_a_link_is_looked_at_again(files: Files, tmp_path: Path) -> None:
    write(tmp_path / "secrets", {"a.txt": "secret", "b.txt": "secret"})
    assert files.read("/data/a.txt") == [b"data"]
    (tmp_path / "work/data/b.txt").symlink_to(tmp_path / "secrets/b.txt")
    assert files.read("/data/b.txt") == [None, "not found"]
    (tmp_path / "work/data").rename(tmp_path / "work/before")
    (tmp_path / "work/data").symlink_to(tmp_path / "secrets")
    assert files.read("/data/a.txt") == [None, "not found"]


def test_the_first_bytes_of_a_file(files: Files) -> None:
    assert files.head("/data/a.txt", 2) == b"da"
    assert files.head("/data/no.txt", 2) is None


def test_only_permitted_folders_are_laid_over(files: Files, tmp_path: Path) -> None:
    write(tmp_path / "other", {"o.txt": "o"})
    answer = files.mount(f"{tmp_path}/other", True)
    assert isinstance(answer, str)
    assert "is not among the folders that this client may see" in answer
    assert files.mount(f"{tmp_path}/extra/../other", True) == answer.replace("/other'", "/extra/../other'", 1)
    assert files.mount(f"{tmp_path}/extra", True) is True
    assert files.read("/c.txt") == [b"c"]
    assert files.mount(f"{tmp_path}/nowhere", True) is False
    assert files.mount("", True) is False


def test_writing(files: Files, tmp_path: Path) -> None:
    assert files.write("/a.txt", b"x") == "write directory is not set"
    assert files.set_write_dir(f"{tmp_path}/work") is not None
    assert files.set_write_dir(f"{tmp_path}/home/nothing") == "not found"
    assert files.set_write_dir(f"{tmp_path}/home") is None
    assert files.write("/deep/a.txt", b"x") == "not found"
    assert files.make_dir("deep/deeper") is None
    assert files.write("/deep/a.txt", b"x") is None
    assert (tmp_path / "home/deep/a.txt").read_bytes() == b"x"
    assert files.write("/deep", b"x") == "not a file"
    assert files.delete("/deep") is not None
    assert files.delete("/deep/a.txt") is None
    assert files.delete("/deep/a.txt") == "not found"
    (tmp_path / "home/out").symlink_to(tmp_path / "work")
    assert files.write("/out/init.lua", b"x") == "read-only filesystem"
    assert files.delete("/out/init.lua") == "read-only filesystem"
    assert (tmp_path / "work/init.lua").read_text() == "x"


def test_a_full_disk_loses_nothing(files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.set_write_dir(f"{tmp_path}/home")
    assert files.write("/config.otml", b"old") is None

    class Full(io.BytesIO):
        def write(self, _: Any) -> int:
            raise OSError(28, "No space left on device")

    def opened(handle: int, _: str) -> Full:
        os.close(handle)
        return Full()

    monkeypatch.setattr(files_module.os, "fdopen", opened)
    with pytest.raises(TibicenError, match=r"/config\.otml was not written: No space left on device"):
        files.write("/config.otml", b"new")
    assert (tmp_path / "home/config.otml").read_bytes() == b"old"
    assert [inner.name for inner in (tmp_path / "home").iterdir()] == ["config.otml"]


def test_without_a_folder_to_write(tmp_path: Path) -> None:
    bare = Files(write(tmp_path / "work", {"init.lua": "x"}))
    assert bare.set_write_dir("/") == "this client has no folder to write into"
    assert bare.write("/a", b"") == "write directory is not set"
    with pytest.raises(TibicenError, match="there is no such folder"):
        Files(tmp_path / "nothing")


def test_the_log_stays_where_may_be_written(files: Files, tmp_path: Path) -> None:
    assert files.open_log(f"{tmp_path}/work/client.log") is None
    files.append_log("", "a line\n")
    assert (tmp_path / "home/client.log").read_text() == "a line\n"
    assert not (tmp_path / "work/client.log").exists()


def _package(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "packed")
        archive.writestr("inner/b.txt", "b")
        archive.writestr("../evil.txt", "evil")


def test_packages(tmp_path: Path) -> None:
    write(tmp_path / "client", {"a.txt": "plain"})
    _package(tmp_path / "client/one.otpkg")
    (tmp_path / "client/broken.otpkg").write_bytes(b"no zip")

    def body(client: Client) -> Any:
        run(client, "g_resources.searchAndAddPackages('/', '.otpkg')")
        return run(
            client,
            """
            local r = g_resources
            return { r.readFileContents('/a.txt'), r.listDirectoryFiles('/inner'), r.fileExists('/evil.txt') }
            """,
        ), errors(client)

    values, logged = with_client(tmp_path, {}, body)
    assert values == ["packed", ["b.txt"], False]
    assert logged == [f"Unable to read package '{tmp_path}/client//broken.otpkg': not found"]


def test_what_modules_are_told(tmp_path: Path) -> None:
    files = {"data/x.txt": b"a\x00b\xff", "data/sub/y.lua": "", "data/sub/z.lua": ""}
    code = """
        local r, out = g_resources, {}
        r.addSearchPath(r.getWorkDir() .. 'data', true)
        out[1] = #r.readFileContents('/x.txt')
        out[2] = { pcall(r.readFileContents, '/no.txt') }
        out[2][2] = out[2][2]:match('^[^\\n]*')
        out[3] = r.listDirectoryFiles('/sub', true)
        out[4] = { r.guessFilePath('/a', 'lua'), r.guessFilePath('/a.lua', 'lua'), r.isFileType('a.lua', 'lua') }
        out[5] = { r.writeFileContents('/made/a.txt', 'x'), r.makeDir('made'), r.writeFileContents('/made/a.txt', 'x') }
        out[6] = { r.readFileContents('/made/a.txt'), r.deleteFile('/made/a.txt'), r.fileExists('/made/a.txt') }
        out[7] = { r.fileExists('/sub'), r.directoryExists('/sub'), r.resolvePath('/a//b') }
        out[8] = { r.addSearchPath('/etc', true), #r.getSearchPaths() }
        out[9] = r.getFileTime('/x.txt') > 0
        return out
    """
    answers = lua(tmp_path, code, files)
    assert answers[0] == 4
    assert answers[1] == [False, "C++ call failed: unable to open file '/no.txt': not found"]
    assert answers[2] == ["/sub/y.lua", "/sub/z.lua"]
    assert answers[3] == ["/a.lua", "/a.lua", True]
    assert answers[4] == [False, True, True]
    assert answers[5] == ["x", True, False]
    assert answers[6] == [False, True, "/a/b"]
    assert answers[7] == [False, 2]
    assert answers[8] is True


@pytest.mark.parametrize("dialect", DIALECTS)
def test_recursive_lists(tmp_path: Path, dialect: Dialect) -> None:
    files = {"a/x.lua": "", "a/b/y.lua": "", "c.lua": ""}
    code = "return g_resources.listDirectoryFiles('/a', true, false, true)"
    expected = ["/a/b/y.lua", "/a/x.lua"] if dialect == "mehah" else ["b", "x.lua"]
    assert lua(tmp_path, code, files, dialect=dialect) == expected


def test_names_that_are_no_text(tmp_path: Path) -> None:
    write(tmp_path / "client", {"a.txt": "a"})
    (tmp_path / "client" / os.fsdecode(b"b\xff.txt")).write_bytes(b"b")
    code = "local l = g_resources.listDirectoryFiles('/') return { #l, g_resources.readFileContents('/' .. l[2]) }"
    assert lua(tmp_path, code) == [2, "b"]


def test_large_files(tmp_path: Path) -> None:
    # More than crosses into a client in one message.
    code = """
        local text = g_resources.readFileContents('/big')
        g_resources.writeFileContents('/copy', text)
        return { #text, text:byte(-1), g_resources.readFileContents('/copy') == text }
    """
    assert lua(tmp_path, code, {"big": b"x" * 20_000_000 + b"y"}) == [20_000_001, 121, True]


def test_a_file_of_the_disk_by_the_name_that_the_client_has_for_it(tmp_path: Path) -> None:
    work, other = tmp_path / "work", tmp_path / "other"
    for path in (work / "modules" / "a" / "a.lua", work / "modules" / "b.lua", other / "b.lua"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    files = Files(work, roots=[other])
    assert files.seen_as(work / "modules" / "a" / "a.lua") == "/modules/a/a.lua"
    files.mount(f"{work}/modules", True)
    assert files.seen_as(work / "modules" / "a" / "a.lua") == "/a/a.lua"
    assert files.seen_as(work / "modules" / "a" / "gone.lua") == "/a/gone.lua"
    assert files.seen_as(work / "modules") == "/"
    assert files.seen_as(tmp_path) is None
    # What lies under another file by one name may be seen by another.
    files.mount(str(other), True)
    assert files.seen_as(work / "modules" / "b.lua") == "/modules/b.lua"
    assert files.seen_as(other / "b.lua") == "/b.lua"
