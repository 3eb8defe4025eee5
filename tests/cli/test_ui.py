"""`tibicen ui`: a file, a module or a whole checkout is drawn."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from tests.cli.hosts import Said
from tests.realms.otclient.checkouts import write_checkout
from tests.realms.otclient.ui_clients import OTFONT, font_picture
from tests.test_readme import blocks_of, pattern_of

from tibicen.cli import ui, ui_client
from tibicen.cli.ui import parse_size
from tibicen.cli.ui_client import Target
from tibicen.errors import ConfigError

Command = Callable[..., Said]
RED, BLUE, BLACK = (255, 0, 0), (0, 0, 255), (0, 0, 0)

STYLES = """\
Square < UIWidget
  size: 20 20
  background-color: #ff0000

Badge < Square
  size: 40 10
"""

WINDOW = """\
UIWidget
  id: window
  pos: 50 60
  size: 100 80
  image-source: window.png
  text: Hello

  Square
    id: square
    anchors.right: parent.right
    anchors.bottom: parent.bottom
"""

CLIENT_STYLES = """\
g_ui.importStyle("/styles/square.otui")
g_fonts.importFont("/plain.otfont")
g_fonts.importFont("/second.otfont")
"""

HIDING = """\
local window = g_ui.displayUI("/extra_shop/shop.otui")
window:hide()
"""


TRUNK = """\
panel = g_ui.createWidget("UIWidget", g_ui.getRootWidget())
panel:setId("trunk")
panel:setRect({ x = 300, y = 0, width = 200, height = 100 })
g_ui.importStyle("/game_base/trunk.otui")
"""

LATE = """\
local late = g_ui.loadUI("/game_late/late.otui", package.loaded.game_base.panel)
late:hide()
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = write_checkout(
        tmp_path / "client",
        {
            "client_styles": CLIENT_STYLES,
            "extra_shop": HIDING,
            "extra_broken": "error('it is broken')",
            "extra_silent": "",
            "game_base": TRUNK,
            "game_late": LATE,
            "zz_start": "g_ui.displayUI('/extra_shop/shop.otui')",
        },
    )
    (root / "data" / "styles").mkdir()
    (root / "data" / "styles" / "square.otui").write_text(STYLES, encoding="utf-8")
    (root / "data" / "plain.png").write_bytes(font_picture())
    for name in ("plain", "second"):
        (root / "data" / f"{name}.otfont").write_text(OTFONT.format(name=name), encoding="utf-8")
    shop = root / "modules" / "extra_shop"
    (shop / "shop.otui").write_text(WINDOW, encoding="utf-8")
    Image.new("RGBA", (4, 4), BLUE).save(shop / "window.png")
    (root / "modules/game_base/trunk.otui").write_text("Twig < Square\n  size: 30 30\n", encoding="utf-8")
    late = "Twig\n  id: late\n  anchors.left: parent.left\n  anchors.top: parent.top\n"
    (root / "modules/game_late/late.otui").write_text(late, encoding="utf-8")
    init = root / "init.lua"
    data = 'g_resources.addSearchPath(g_resources.getWorkDir() .. "data", true)\n'
    init.write_text(data + init.read_text(encoding="utf-8"), encoding="utf-8")
    return root


@pytest.fixture(autouse=True)
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """The painter is what all machines have."""
    monkeypatch.setattr(ui, "find_browser", lambda: None)


def pixels(path: Path, *at: tuple[int, int]) -> list[object]:
    with Image.open(path) as image:
        return [image.getpixel(each) for each in at]


def test_a_file_is_drawn(tibicen: Command, checkout: Path, tmp_path: Path) -> None:
    png, html = tmp_path / "shop.png", tmp_path / "shop.html"
    said = tibicen("ui", checkout / "modules/extra_shop/shop.otui", "--png", png, "--html", html)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [f"wrote {html}", f"wrote {png} (drawn by Tibicen's own painter)"]
    with Image.open(png) as image:
        assert image.size == (1024, 768)
    assert pixels(png, (49, 60), (50, 60), (149, 139), (129, 139)) == [BLACK, BLUE, RED, BLUE]
    assert "UIWidget #window" in html.read_text(encoding="utf-8")


def test_without_a_file_to_write_it_lists_what_is_shown(tibicen: Command, checkout: Path) -> None:
    said = tibicen("ui", checkout / "modules/extra_shop/shop.otui", "--size", "700x500")
    assert said.out.splitlines() == [
        "UIWidget #root  700x500 at 0,0",
        "  UIWidget #window  100x80 at 50,60",
        "    UIWidget (Square) #square  20x20 at 130,120",
    ]


def test_a_module_that_hides_its_window_is_drawn_with_it(tibicen: Command, checkout: Path, tmp_path: Path) -> None:
    png = tmp_path / "shop.png"
    for path in (checkout / "modules/extra_shop", checkout / "modules/extra_shop/extra_shop.otmod"):
        assert tibicen("ui", path, "--png", png).code == 0
        assert pixels(png, (50, 60)) == [BLUE]
        png.unlink()


def test_the_start_screen_of_a_checkout_is_drawn(tibicen: Command, checkout: Path, tmp_path: Path) -> None:
    png = tmp_path / "start.png"
    assert tibicen("ui", checkout, "--png", png).code == 0
    assert pixels(png, (50, 60)) == [BLUE]


def test_each_style_of_a_file_without_a_widget_is_drawn(tibicen: Command, checkout: Path) -> None:
    said = tibicen("ui", checkout / "data/styles/square.otui")
    lines = [line.split("  ") for line in said.out.splitlines()]
    assert [(line[1].partition(" #")[0], line[-1]) for line in lines if "(" in line[1]] == [
        ("UIWidget (Square)", "20x20 at 10,10"),
        ("UIWidget (Badge)", "40x10 at 10,40"),
    ]
    # Its name stands beside each.
    assert len(lines) == 5


def test_a_file_from_elsewhere_is_drawn_with_the_checkout_that_is_named(
    tibicen: Command, checkout: Path, tmp_path: Path
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    file = away / "mine.otui"
    file.write_text(WINDOW.replace("window.png", "gone.png"), encoding="utf-8")
    said = tibicen("ui", file)
    assert said.code == 1 and "is in no checkout of OTClient; name one with --checkout" in said.err
    png = tmp_path / "mine.png"
    said = tibicen("ui", file, "--checkout", checkout, "--png", png)
    assert said.code == 0
    # What is missing is told by the client, and again by the drawing, which puts a box there.
    assert "missing: /gone.png" in said.out.splitlines()
    assert pixels(png, (50, 60)) == [(255, 0, 220)]


def test_styles_of_files_beside_it_are_found(tibicen: Command, checkout: Path) -> None:
    shop = checkout / "modules/extra_shop"
    (shop / "more.otui").write_text("Special < Square\n  size: 7 7\n", encoding="utf-8")
    (shop / "user.otui").write_text("UIWidget\n  size: 50 50\n  Special\n    id: special\n", encoding="utf-8")
    said = tibicen("ui", shop / "user.otui")
    assert "(Special) #special  7x7" in said.out and "error" not in said.out


def shown_of(said: Said) -> list[str]:
    """Ids of the widgets that are listed."""
    return re.findall(r"^ *[^#]+ #(\S+) ", said.out, re.MULTILINE)


def test_a_module_that_needs_others_is_shown_among_them_alone(tibicen: Command, checkout: Path) -> None:
    said = tibicen("ui", checkout / "modules/game_late")
    assert shown_of(said) == ["root", "trunk", "late"]
    assert "30x30 at 300,0" in said.out


def test_a_file_that_needs_styles_of_other_modules_is_shown_with_them(tibicen: Command, checkout: Path) -> None:
    assert shown_of(tibicen("ui", checkout / "modules/game_late/late.otui")) == ["root", "late"]


def test_a_widget_without_a_size_is_as_wide_as_a_panel(tibicen: Command, checkout: Path) -> None:
    file = checkout / "modules/extra_shop/thin.otui"
    file.write_text("UIWidget\n  id: thin\n  height: 40\n", encoding="utf-8")
    assert "UIWidget #thin  200x40 at 0,0" in tibicen("ui", file).out


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("modules/extra_silent", "extra_silent shows nothing with the others either"),
        ("modules/gone", "is not there"),
        ("init.lua", "is neither a .otui file nor a folder with a module, nor a checkout"),
        ("modules/extra_broken", "it is broken"),
    ],
)
def test_what_can_not_be_drawn_is_refused(tibicen: Command, checkout: Path, path: str, reason: str) -> None:
    said = tibicen("ui", checkout / path)
    assert said.code == 1 and reason in said.err


def test_a_file_that_can_not_be_read_is_refused_with_the_line(tibicen: Command, checkout: Path) -> None:
    file = checkout / "modules/extra_shop/shop.otui"
    file.write_text("UIWidget\n  size: many\n", encoding="utf-8")
    said = tibicen("ui", file)
    assert "/extra_shop/shop.otui:2" in said.out + said.err


@pytest.mark.parametrize("text", ["", "1024", "10x", "0x5", "-3x4", "9999x10", "axb", "1x2x3"])
def test_sizes_that_are_none(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_size(text)


def test_a_size_is_width_by_height() -> None:
    assert parse_size("640X480") == (640, 480)


def test_paths_become_virtual(checkout: Path) -> None:
    target = Target.of(checkout / "modules/extra_shop", None)
    assert target.module == "extra_shop" and target.checkout == checkout.resolve()
    assert target.virtual(target.path / "shop.otui") == "/extra_shop/shop.otui"
    assert target.virtual(target.checkout / "data/styles/square.otui") == "/styles/square.otui"
    assert ui_client._quoted('a"\\\n\xe9') == '"a\\034\\092\\010\\195\\169"'


def test_watching_needs_a_file_to_write(tibicen: Command, checkout: Path) -> None:
    said = tibicen("ui", checkout, "--watch")
    assert said.code == 1 and "--png or --html" in said.err


def test_the_example_of_the_page(tibicen: Command, checkout: Path, tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "ui.md").read_text(encoding="utf-8")
    file, command, listed, *_ = blocks_of(page)
    folder = checkout / "modules" / "game_greeting"
    folder.mkdir()
    (folder / "greeting.otui").write_text(file.text, encoding="utf-8")
    said = tibicen(*command.text.split()[1:], cwd=checkout)
    assert pattern_of(listed.text).fullmatch(said.out), said.out
    (folder / "greeting.otui").write_text(file.text.replace("size: 180 70", "size: many"), encoding="utf-8")
    (line,) = re.findall(r"`/game_greeting/greeting.otui:(\d+)`", page)
    said = tibicen(*command.text.split()[1:], cwd=checkout)
    assert f"/game_greeting/greeting.otui:{line}'" in said.out


def test_it_is_drawn_again_after_a_save(checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, png = checkout / "modules/extra_shop/shop.otui", tmp_path / "shop.png"

    async def shows(color: tuple[int, int, int]) -> None:
        """Waits for the square in the window to be so."""
        deadline = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError):
                if pixels(png, (140, 130)) == [color]:
                    return
            assert time.monotonic() < deadline, capsys.readouterr().out
            await asyncio.sleep(0.02)

    async def scenario() -> None:
        drawing = asyncio.create_task(ui.keep_drawing(Target.of(file, None), ui.SIZE, png, None))
        await shows(RED)
        styles = checkout / "data/styles/square.otui"
        styles.write_text(STYLES.replace("#ff0000", "#00ff00"), encoding="utf-8")
        await shows((0, 255, 0))
        file.write_text("\tnothing\n", encoding="utf-8")
        said = ""
        while "no widget came of" not in said:
            await asyncio.sleep(0.02)
            said += capsys.readouterr().out
        file.write_text(WINDOW.replace("Square", "UIWidget"), encoding="utf-8")
        await shows(BLUE)
        drawing.cancel()
        await asyncio.wait([drawing])

    asyncio.run(scenario())
