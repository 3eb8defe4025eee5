"""The pages say what the code does: links, hooks, commands and their JSON, keys of both YAML files, examples."""

from __future__ import annotations

import json
import re
import types
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import msgspec
import pytest
from tests.conftest import PluginFolder, RunningHost, Scenario
from tests.protocol.made_sessions import made_session
from tests.realms.canary.checkouts import write_canary as write_server
from tests.realms.otclient.checkouts import write_checkout
from tests.test_readme import FILES, blocks_of

from tibicen.cli.app import app
from tibicen.cli.bench import machine
from tibicen.cli.check import check, check_client, check_reloads, check_server
from tibicen.cli.conformance import run as run_probes
from tibicen.cli.doctor import examine
from tibicen.cli.exercise import run as run_exercise
from tibicen.cli.inspect import Filter, open_capture
from tibicen.cli.inspect import rows as inspected
from tibicen.cli.operations import operations_of
from tibicen.cli.profile import summary
from tibicen.cli.protocol import listed
from tibicen.cli.reference import hook_pages, stale_reference
from tibicen.cli.replay import replay
from tibicen.cli.top import plugin_rows
from tibicen.config import HostConfig, PermissionsConfig, load_config
from tibicen.lifecycle.manifest import Manifest
from tibicen.protocol.status import StatusInfo
from tibicen.protocol.versions import VERSIONS
from tibicen.realms.connections import LoginConfig
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.login import ClientLogin
from tibicen.realms.swarm.figures import Figures
from tibicen.vm.profile import Frame, Profile, Stack

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

in_each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def prose_of(page: Path) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def section_of(page: str, title: str) -> str:
    """What stands under a heading, up to the next of its level or above."""
    level, text = title.partition(" ")[0], prose_of(ROOT / "docs" / page)
    assert f"\n{title}\n" in text, f"{page} has no heading {title!r}"
    return re.split(rf"\n#{{1,{len(level)}}} ", text.partition(f"\n{title}\n")[2])[0]


# -- links ----------------------------------------------------------------------------------------------


def anchors_of(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", prose_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@in_each_page
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose_of(page)):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors_of(file)):
            broken.append(target)
    assert broken == []


def test_every_page_can_be_reached_from_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        targets = re.findall(r"\]\(([^)\s#]+)", prose_of(page))
        waiting.extend((page.parent / target).resolve() for target in targets if "://" not in target)
    assert [page for page in PAGES if page not in reached] == []


# -- hooks and the reference ----------------------------------------------------------------------------


def test_every_hook_is_documented() -> None:
    page = " ".join((ROOT / "docs" / "reference" / "hooks.md").read_text(encoding="utf-8").split())
    for hook in hook_pages():
        assert " ".join(f"### {hook.name} *{hook.kind}* {hook.sentence} ```lua".split()) in page, hook.name


def test_the_reference_is_up_to_date() -> None:
    assert stale_reference(ROOT) == []


# -- commands -------------------------------------------------------------------------------------------


def commands_of(group: Any = app, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every command with its App; groups themselves are none."""
    for name in group:
        if name.startswith("-"):
            continue
        command, path = group[name], f"{prefix}{name}"
        inner = list(commands_of(command, f"{path} "))
        yield from inner or [(path, command)]


COMMANDS = dict(commands_of())


def options_of(command: Any) -> set[str]:
    """The options of a command, as they are typed."""
    names = (name for argument in command.assemble_argument_collection() for name in argument.names)
    return {name for name in names if name.startswith("--") and not name.startswith("--no-")}


def positional_names(command: Any) -> set[str]:
    arguments = command.assemble_argument_collection()
    return {name for each in arguments if each.field_info.is_positional for name in each.names}


def mentions() -> Iterator[tuple[str, list[str]]]:
    """Page and words of every `tibicen ...` in inline code and in the shell blocks of all pages."""
    for page in PAGES:
        texts = re.findall(r"`(?:\.venv/bin/)?tibicen ([^`\n]*)`", prose_of(page))
        for block in blocks_of(page.read_text(encoding="utf-8")):
            if block.language == "sh":
                texts += re.findall(r"^\s*tibicen (.*)$", block.text, re.MULTILINE)
        for text in texts:
            yield page.name, text.split()


def test_every_command_mentioned_exists() -> None:
    groups = {name.partition(" ")[0] for name in COMMANDS if " " in name}
    for page, words in mentions():
        if words[0] in ("...", "…") or words[0].startswith("-"):
            continue
        where = f"{page}: tibicen {' '.join(words)}"
        if words[0] in groups and len(words) > 1 and words[1] not in ("...", "…"):
            names = words[1].split("|")
            assert all(f"{words[0]} {name}" in COMMANDS for name in names), where
            name = f"{words[0]} {names[0]}"
        else:
            assert words[0] in groups or words[0] in COMMANDS or words[0].isupper(), where
            name = words[0]
        if name in COMMANDS:
            options = {word.partition("=")[0] for word in words if re.match(r"--\w", word)}
            assert options <= options_of(COMMANDS[name]) | {"--help"}, where


def test_every_command_is_in_readme() -> None:
    readme = prose_of(ROOT / "README.md")
    assert [name for name in COMMANDS if f"`tibicen {name}" not in readme] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_cli_page_has_every_command_with_its_options(name: str) -> None:
    section = section_of("cli.md", f"## tibicen {name}")
    documented = set(re.findall(r"^\| `(--[\w-]+)` \|", section, re.MULTILINE))
    positional = positional_names(COMMANDS[name])
    assert documented == options_of(COMMANDS[name]) - positional - {"--help", "--version"}


# -- what --json prints ---------------------------------------------------------------------------------

FREE_KEYS = ("generations", "requires", "owns", "over_budget", "counts", "errors", "ends")
"""Maps whose keys are names: of plugins, kinds, outcomes."""


def shapes() -> dict[str, Any]:
    """The JSON blocks of cli.md, by the command that they are of."""
    blocks = blocks_of((ROOT / "docs" / "cli.md").read_text(encoding="utf-8"))
    return {
        block.info.removeprefix("json tibicen "): json.loads(block.text) for block in blocks if block.language == "json"
    }


def assert_same_shape(documented: Any, real: Any, where: str, *, free: bool = False) -> None:
    if documented is None:
        return
    if isinstance(documented, dict) and not free:
        assert isinstance(real, dict), where
        assert documented.keys() == real.keys(), where
        for key, value in documented.items():
            assert_same_shape(value, real[key], f"{where}.{key}", free=key in FREE_KEYS)
    elif isinstance(documented, dict):
        assert isinstance(real, dict), where
        for value in real.values():
            assert_same_shape(next(iter(documented.values())), value, where)
    elif isinstance(documented, list):
        assert isinstance(real, list), where
        for value in real if documented else ():
            assert_same_shape(documented[0], value, f"{where}[]")
    elif isinstance(documented, bool) or isinstance(real, bool):
        assert type(documented) is type(real), where
    elif isinstance(documented, int | float):
        assert isinstance(real, int | float), where
    else:
        assert type(documented) is type(real), where


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


def clients(path: Path) -> tuple[list[Any], list[Any]]:
    """What is said of a checkout of OTClient, and of probes that run with it."""
    checkout = write_checkout(path / "client", {"wrong": 'error("broken")'})
    (path / "vfs" / "probes").mkdir(parents=True)
    probe = "probe('one', function(t) t.record('a', 1) t.record('b', 2) t.done() end)"
    (path / "vfs" / "probes" / "one.lua").write_text(probe, encoding="utf-8")
    (path / "one.expected.json").write_text('{"a": 1, "c": 2, "~b": {"seen": [1]}}', encoding="utf-8")
    result = run_probes(path, "otclient", checkout, [], None)
    assert result["differ"] and result["loose_differ"]
    return [check_client([checkout], everything=True)], [result]


def servers(path: Path) -> tuple[list[Any], list[Any]]:
    """What is said of a checkout of Canary, and of its callbacks."""
    talk = 'local talk = TalkAction("!x") talk:onSay(function() error("no") end) talk:groupType("normal")'
    write_server(path)
    (path / "data" / "scripts" / "talk.lua").write_text(f"{talk}\ntalk:register(nowhere)", encoding="utf-8")
    checked = check_server([path], datapack=None, baseline=None)
    exercised = run_exercise(path, None, 1)
    assert checked["lint"] and exercised["failures"]
    return [checked], [exercised]


def replayed(path: Path) -> Any:
    """What a plugin that changes something and fails makes of a session, though nothing is expected of it."""
    (path / "nothing").write_text("", encoding="utf-8")
    plugins = PluginFolder(path / "replaying")
    plugins.plugin("drops", 'hooks.on("packet.*", function(packet) packet.drop = true return packet end)')
    plugins.plugin("fails", 'hooks.on("packet.*", function() error("no") end)')
    result = replay(made_session(1310).write(path), plugins.path, path / "nothing", None)
    assert result["failures"] and result["differences"]
    return result


def swarmed() -> Any:
    """The report of a load test in which something went wrong."""
    figures = Figures(2, 1098)
    figures.failed("refused", "no")
    figures.ends["closed"] += 1
    return figures.report()


def tied() -> Any:
    """What is said of a client in the host that is in the game."""
    config = LoginConfig(server="127.0.0.1:7172", account="a", password="b", character="Pinger")
    login = ClientLogin(cast(Client, None), config, lambda *_: None)
    login.state = "running"
    login.counts["sessions"] += 1
    return {"pinger": login.monitor()}


@pytest.fixture
def real_answers(
    in_host: Callable[[Scenario], Any],
    host: Callable[..., AbstractAsyncContextManager[RunningHost]],
    folder: PluginFolder,
    tmp_path: Path,
) -> dict[str, list[Any]]:
    """What the commands really print, by command, with as little as possible empty."""
    folder.plugin("base", 'hooks.on("player.login", function() error("no") end)\nexports.f = print', 'version: "1.0.0"')
    folder.plugin("user", "local a = 1", 'requires: {base: "*"}')
    folder.write("broken.py", "def setup(plugin):\n    raise ValueError('broken')\n")

    async def scenario() -> dict[str, list[Any]]:
        async with host() as running:
            do = operations_of(running.host)
            do["hooks.emit"]("player.login", [{"id": 1, "name": "Eve"}])
            infos = [do["plugins.info"](name) for name in ("base", "user", "broken")]
            assert infos[0]["strikes"] and infos[0]["owns"] and infos[1]["requires"]
            assert infos[2]["errors"] and infos[2]["tracebacks"]
            described = do["host.describe"]()
            reports = [do["plugins.reload"]("base"), do["plugins.load"]("broken"), do["plugins.unload"]("base")]
            reports += [do["plugins.disable"]("user"), do["plugins.load"]("base"), do["plugins.enable"]("user")]
            assert any(report["problems"] for report in reports)
            emitted = do["hooks.emit"]("player.say", ["hello", {"name": "Eve"}])["answer"]
            reading = running.host.observatory.read()
        stack = Stack("hook player.say", [Frame("f", "base/init.lua", 1, 2)], 1_000_000, 1)
        return {
            "plugins top": [plugin_rows(reading, reading)],
            "profile": [summary(Profile("base", "lua", [stack], 1.0, 1_000_000, ["one"]))],
            "plugins list": [described],
            "plugins info": infos,
            "plugins reload": reports,
            "emit player.say": [emitted],
        }

    answers: dict[str, list[Any]] = in_host(scenario)
    answers["check"] = [check([folder.path], None)]
    answers["check --realm otclient"], answers["conformance"] = clients(tmp_path)
    answers["check --realm otclient --reload"] = [check_reloads([tmp_path / "client"])]
    answers["check --realm canary"], answers["exercise"] = servers(tmp_path / "server")
    answers["protocol list"] = [listed(version) for version in VERSIONS]
    made = open_capture(made_session(1310).write(tmp_path), None)
    answers["inspect"] = [list(inspected(*made, Filter("say"), raw=True))]
    answers["swarm"] = [swarmed()]
    answers["status"] = [tied()]
    answers["replay"] = [replayed(tmp_path)]
    answers["doctor"] = [[finding._asdict() for finding in examine(folder.path)]]
    return as_json(answers)


def test_json_has_the_documented_shape(real_answers: dict[str, list[Any]]) -> None:
    documented = shapes()
    assert set(documented) == {*real_answers, "bench"}
    for command, answers in real_answers.items():
        for answer in answers:
            assert_same_shape(documented[command], answer, command)


def test_rows_of_list_are_those_of_info(real_answers: dict[str, list[Any]]) -> None:
    """But for the permissions, which are only those that are asked for."""
    for row in real_answers["plugins list"][0]["plugins"]:
        permissions = shapes()["plugins info"]["permissions"]
        assert_same_shape(permissions["asked"], row["permissions"], "plugins list")
        assert_same_shape(shapes()["plugins info"], {**row, "permissions": permissions}, "plugins list")


def test_bench_json_has_the_documented_shape() -> None:
    documented = shapes()["bench"]
    assert set(documented) == {"bench", "machine", "rows"}
    assert_same_shape(documented["machine"], machine(), "bench.machine")


def test_all_commands_with_json_have_a_shape() -> None:
    """load, unload, enable, disable, grant and revoke print the same report as reload."""
    same = {f"plugins {name}" for name in ("load", "unload", "enable", "disable", "grant", "revoke")}
    with_json = {name for name, command in COMMANDS.items() if "--json" in options_of(command)}
    assert with_json == {name for name in (*shapes(), *same) if name != "emit player.say" and " --" not in name}


# -- keys -----------------------------------------------------------------------------------------------


def keys_of(kind: type[msgspec.Struct], prefix: str = "") -> dict[str, Any]:
    """Every key of a Struct and of those in it, with its default; a map's keys are written NAME."""
    found: dict[str, Any] = {}
    hints = get_type_hints(kind)
    for field in msgspec.structs.fields(kind):
        hint, path = hints[field.name], f"{prefix}{field.encode_name}"
        if get_origin(hint) in (Union, types.UnionType):
            hint = next(each for each in get_args(hint) if each is not type(None))
        inner = [
            each for each in (hint, *get_args(hint)) if isinstance(each, type) and issubclass(each, msgspec.Struct)
        ]
        if not inner or get_origin(hint) is dict:
            default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory
            found[path] = default() if isinstance(default, type) else default
        if inner:
            found |= keys_of(inner[0], f"{path}.NAME." if get_origin(hint) is dict else f"{path}.")
    return found


def rows_of(text: str) -> dict[str, str]:
    """Key to default, from tables whose first column is keys (several may share a row) and whose second is defaults."""
    found = {}
    for row in re.findall(r"^\| (`.*) \|$", text, re.MULTILINE):
        keys, default = (cell.strip() for cell in row.split("|")[:2])
        found |= dict.fromkeys(re.findall(r"`([\w.]+)`", keys), default.strip("`"))
    return found


def shown(default: Any) -> str:
    """A default as the pages write it: nothing for an empty text, YAML's words for the rest."""
    if default is msgspec.NODEFAULT:
        return "needed"
    return default if isinstance(default, str) else json.dumps(default)


def test_configuration_page_has_every_key_and_default() -> None:
    rows = rows_of(prose_of(ROOT / "docs" / "configuration.md"))
    assert rows == {key: shown(default) for key, default in keys_of(HostConfig).items()}


def test_status_page_has_every_field_and_default() -> None:
    rows = rows_of(section_of("status.md", "## The document"))
    assert rows == {key: shown(default) for key, default in keys_of(StatusInfo).items()}


def test_plugins_page_has_every_key_of_the_manifest() -> None:
    # An absent list of choices, an absent minimum, an absent `lazy:` are written as nothing.
    real = {key: "" if default is None else shown(default) for key, default in keys_of(Manifest).items()}
    real["lazy.on"] = ""
    assert rows_of(section_of("plugins.md", "## The manifest")) == real


def test_example_of_host_yaml_can_be_used(tmp_path: Path) -> None:
    (block,) = blocks_of((ROOT / "docs" / "configuration.md").read_text(encoding="utf-8"))
    path = tmp_path / "host.yaml"
    path.write_text(block.text, encoding="utf-8")
    StatusInfo.from_plain(load_config(path).status.info)


# -- examples -------------------------------------------------------------------------------------------

EVENTS: list[tuple[str, list[Any]]] = [
    ("player.login", [{"id": 1, "name": "Eve"}]),
    ("player.say", ["gold for  sale", {"id": 1, "name": "Eve"}]),
    ("player.say", ["good  evening", {"id": 1, "name": "Eve"}]),
    ("player.logout", [{"id": 1, "name": "Eve"}]),
    ("status.info", [StatusInfo().to_plain()]),
]


def test_examples_of_plugins_page_work(
    in_host: Callable[[Scenario], Any],
    host: Callable[..., AbstractAsyncContextManager[RunningHost]],
    folder: PluginFolder,
) -> None:
    """All of them in one host: loaded, given events, called through their exports, reloaded."""
    blocks = [
        block
        for block in blocks_of((ROOT / "docs" / "plugins.md").read_text(encoding="utf-8"))
        if block.language in FILES
    ]
    assert [block.line for block in blocks if not block.file.startswith("plugins/")] == []
    for block in blocks:
        folder.write(block.file.removeprefix("plugins/"), block.text)

    async def scenario() -> None:
        async with host(permissions=PermissionsConfig()) as running:
            for hook, arguments in EVENTS:
                running.host.emit(hook, arguments)
            assert running.export("shop", "sell", "Eve", "sword") == {"refused": "not enough gold"}
            assert running.export("shop", "sell", "Eve", "axe") == {"refused": "there is no axe"}
            running.host.kv.namespace("bank").set("balance:Eve", msgspec.msgpack.encode(150))
            assert running.export("shop", "sell", "Eve", "sword") == {"price": 100}
            await running.until(lambda: running.export("audit", "recent") == ["Eve bought sword for 100"])
            for name in list(running.host.plugins.plugins):
                assert running.host.plugins.reload(name).ok, name
            assert running.export("audit", "recent") == ["Eve bought sword for 100"]
            shop = running.host.plugins.active("shop")
            assert shop is not None and shop.runtime is not None
            assert shop.runtime.snapshot() == {"version": 1, "sold": {"sword": 1}}
            assert all(row["state"] == "active" for row in running.host.describe()["plugins"])
        assert [report for report in running.reports if report.problems or report.warnings] == []

    in_host(scenario)
