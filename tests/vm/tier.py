"""VMs of one tier, for the contract suite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tibicen.vm.contained import ContainedVM
from tibicen.vm.contract import VM, VmOptions
from tibicen.vm.isolated import Workers
from tibicen.vm.marshal import Plain
from tibicen.vm.shared import SharedStates

TIERS = ("shared", "contained", "isolated")

workers = Workers()
"""One for all tests: what worker processes are forked from takes longer to start than they do."""


def no_host(operation: str, arguments: list[Plain]) -> Plain:
    raise LookupError(f"{operation} is not served here")


class Tier:
    """Makes VMs of one tier, and closes them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._states = SharedStates()
        self._made: list[VM] = []

    def make(self, host: Callable[[str, list[Plain]], Plain] = no_host, **options: Any) -> VM:
        made = VmOptions(plugin=options.pop("plugin", "tester"), host=host, **options)
        vm = self._open(made)
        self._made.append(vm)
        return vm

    def _open(self, options: VmOptions) -> VM:
        if self.name == "shared":
            return self._states.open(options)
        return workers.open(options) if self.name == "isolated" else ContainedVM(options)

    def close(self) -> None:
        for vm in self._made:
            vm.close()
        self._states.close()
