"""Styles: inheritance, what is in them, states, and what is said of those that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.realms.otclient.ui_clients import Hosted, with_client

from tibicen.realms.otclient.client import Dialect

BOTH = pytest.mark.parametrize("dialect", ["mehah", "edubart"])


def styles(it: Hosted, text: str, name: str = "s") -> bool:
    (it.folder / f"{name}.otui").write_text(text)
    return bool(it.run(f"return g_ui.importStyle('/{name}')"))


@BOTH
def test_a_style_lies_over_its_base(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        assert styles(
            it,
            "Base < UIWidget\n  size: 30 20\n  margin: 1 2\n  id: base\n"
            "  UIWidget\n    id: first\n"
            "Derived < Base\n  height: 25\n  margin-left: 7\n  UIWidget\n    id: second\n",
        )
        it.run("w = make('Derived')")
        assert it.rect("w")[2:] == [30, 25]
        assert it.run("return { w:getMarginTop(), w:getMarginRight(), w:getMarginLeft() }") == [1, 2, 7]
        assert it.run("return { w:getId(), w:getStyleName(), w:getClassName(), w:getChildCount() }") == [
            "base",
            "Derived",
            "UIWidget",
            2,
        ]
        assert it.run("return w:getChildByIndex(1):getId() .. w:getChildByIndex(2):getId()") == "firstsecond"
        assert it.run("return g_ui.getStyleClass('Derived')") == "UIWidget"

    with_client(tmp_path, dialect, body)


def test_names_are_known_in_lower_case_too_in_mehah(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        styles(it, "MyBox < UIWidget\n  size: 3 4\n")
        assert it.run("return { g_ui.getStyleName('mybox'), make('mybox'):getWidth() }") == ["MyBox", 3]

    with_client(tmp_path, "mehah", body)


@BOTH
def test_the_last_import_wins(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        styles(it, "One < UIWidget\n  size: 1 1\n")
        it.run("make('One')")
        styles(it, "One < UIWidget\n  size: 2 2\n")
        assert it.run("return make('One'):getWidth()") == 2
        it.run("g_ui.clearStyles()")
        assert it.run("return g_ui.createWidget('One', root) == nil")

    with_client(tmp_path, dialect, body)


@BOTH
def test_code_in_styles(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run("count = 0; function shown() count = count + 1 return 'n' .. count end")
        styles(
            it,
            "Coded < UIWidget\n  @onSetup: self.made = 'body'\n  @onCheckChange: function(w, on) w.checked = on end\n"
            "  &field: 20 + 1\n  !text: shown()\n",
        )
        it.run("a = make('Coded'); b = make('Coded'); b:setChecked(true)")
        assert it.run("return { a.made, a.field, a:getText(), b:getText(), b.checked, a.checked == nil }") == [
            "body",
            21,
            "n1",
            "n2",
            True,
            True,
        ]

    with_client(tmp_path, dialect, body)


@BOTH
def test_states(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        styles(
            it,
            "Stated < UIWidget\n  color: #010101\n  opacity: 0.5\n"
            "  $on:\n    color: #020202\n  $on checked:\n    color: #030303\n  $!disabled:\n    margin-top: 4\n",
        )
        it.run("w = make('Stated')")
        look = "return { w:getColor().r, w:getMarginTop() }"
        assert it.run(look) == [1, 4]
        for call, wanted in (
            ("w:setOn(true)", [2, 4]),
            ("w:setChecked(true)", [3, 4]),
            ("w:setColor('#090909')", [9, 4]),
            ("w:setOn(false)", [1, 4]),
            ("w:setOn(true)", [3, 4]),
            ("w:setOn(false); w:disable()", [1, 4]),
        ):
            it.run(call)
            assert it.run(look) == wanted, call
        it.run("w:mergeStyle({ color = '#070707' })")
        assert it.run(look)[0] == 7

    with_client(tmp_path, dialect, body)


@BOTH
def test_places_among_siblings(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        styles(
            it,
            "Row < UIWidget\n  size: 5 5\n  &at: 'none'\n"
            "  $first:\n    margin-top: 1\n  $middle:\n    margin-top: 2\n  $last:\n    margin-top: 3\n"
            "  $alternate:\n    margin-left: 9\n",
        )
        it.run("p = make('UIWidget'); for i = 1, 3 do make('Row', p) end")
        it.frame()
        tops = "local r = {} for i, c in ipairs(p:getChildren()) do r[i] = c:getMarginTop() end return r"
        assert it.run(tops) == [1, 2, 3]
        assert it.run("return p:getChildByIndex(1):isAlternate() and not p:getChildByIndex(2):isAlternate()")
        it.run("p:moveChildToIndex(p:getChildByIndex(3), 1)")
        it.frame()
        assert it.run(tops) == [1, 2, 3]

    with_client(tmp_path, dialect, body)


@BOTH
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Bad < NoSuch\n", "Failed to import UI styles from '/s.otui': base style 'NoSuch', is not defined"),
        (
            "Bad\n",
            "Failed to import UI styles from '/s.otui': OTML error in '/s.otui:1': not a valid style declaration",
        ),
    ],
)
def test_files_that_are_wrong(dialect: Dialect, tmp_path: Path, text: str, problem: str) -> None:
    def body(it: Hosted) -> None:
        assert not styles(it, text)
        assert it.problems() == [problem]

    with_client(tmp_path, dialect, body)


@BOTH
def test_values_that_are_wrong_end_the_style(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        styles(it, "Wrong < UIWidget\n  x: 5\n  phantom: maybe\n  y: 6\n")
        it.run("w = make('Wrong')")
        name = it.run("return w:getId()")
        assert it.problems() == [
            f"failed to apply style to widget '{name}': OTML error in '/s.otui:3': "
            "failed to cast node value 'maybe' to type 'bool'"
        ]
        assert it.run("return { w:getX(), w:getY() }") == [5, 0]

    with_client(tmp_path, dialect, body)


@BOTH
def test_a_file_has_one_widget(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        (it.folder / "two.otui").write_text("UIWidget\n  id: one\nUIWidget\n  id: two\n")
        assert it.run("return g_ui.loadUI('/two', root) == nil")
        assert it.problems()[-1].endswith("cannot have multiple main widgets in otui files")
        (it.folder / "one.otui").write_text("Own < UIWidget\n  width: 12\nOwn\n  id: one\n")
        assert it.run("local w = g_ui.displayUI('/one') return { w:getId(), w:getWidth(), w:getParent() == root }") == [
            "one",
            12,
            True,
        ]

    with_client(tmp_path, dialect, body)


@BOTH
def test_images_give_their_size(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        styles(it, "Pic < UIWidget\n  image-source: plain\n  image-clip: 1 2 3 4\n  image-border: 2\n")
        it.run("w = make('Pic')")
        assert it.rect("w")[2:] == [128, 140]
        assert it.run("return { w:getImageClip().width, w:getImageBorderLeft(), w:getImageTextureHeight() }") == [
            3,
            2,
            140,
        ]
        it.run("w:setImageOffsetX(5)")
        assert it.run("local r = w:getImageRect() return { r.x, r.width }") == [5, -5]

    with_client(tmp_path, dialect, body)


def test_a_device_may_have_its_own_file_in_mehah(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        (it.folder / "w.otui").write_text("UIWidget\n  id: common\n")
        (it.folder / "w.linux.otui").write_text("UIWidget\n  id: special\n")
        assert it.run("return g_ui.loadUI('/w', root):getId()") == "special"
        assert ("info", "found os style 'linux' for '/w'") in it.client.log

    with_client(tmp_path, "mehah", body)
