"""Two import contracts that hold for each domain, so that a new one is bound without being listed.

Named in `pyproject.toml` under [tool.importlinter]; run by `lint-imports`.
"""

from typing import Any

import grimp
from importlinter import Contract, ContractCheck, fields, output
from importlinter.application import contract_utils
from importlinter.contracts.layers import LayersContract

ROOM = "charity_portal"


def domains(graph: grimp.ImportGraph, strangers: set[str]) -> set[str]:
    """The packages directly in the house, without those named in `strangers`."""
    children = graph.find_children(ROOM)
    return {
        child
        for child in children
        if graph.find_children(child) and child.rpartition(".")[2] not in strangers
    }


class DomainLayersContract(LayersContract):  # type: ignore[misc]
    """The staircase inside a domain, for every domain there is."""

    type_name = "domain_layers"

    not_domains = fields.SetField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        found = domains(graph, self.not_domains)
        self.containers = {fields.ModuleExpressionField().parse(name) for name in found}
        return super().check(graph, verbose)

    def validate(self) -> None:
        self.containers = [ROOM]  # known only when the graph is; `exhaustive` asks for some
        super().validate()


class DomainDoorsContract(Contract):  # type: ignore[misc]
    """Outsiders import only a domain's doors (services, queries, errors), never its rooms."""

    type_name = "domain_doors"

    doors = fields.SetField(subfield=fields.StringField())
    not_domains = fields.SetField(subfield=fields.StringField())
    builders = fields.SetField(subfield=fields.ModuleField())
    ignore_imports = fields.SetField(subfield=fields.ImportExpressionField(), required=False)

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        removal = contract_utils.remove_ignored_imports_and_report(
            graph=graph,
            ignore_imports=self.ignore_imports,
            unmatched_alerting=contract_utils.AlertLevel.ERROR,
        )
        builders = {module.name for module in self.builders}
        trespasses = [
            f"{importer} -> {room}"
            for domain in domains(graph, self.not_domains)
            for room in {domain} | graph.find_descendants(domain)
            if room == domain or room.split(".")[2] not in self.doors
            for importer in graph.find_modules_that_directly_import(room)
            if importer not in builders and not f"{importer}.".startswith(f"{domain}.")
        ]
        return ContractCheck(
            kept=not trespasses,
            warnings=list(removal.warnings),
            ignored_import_count=removal.ignored_import_count,
            metadata={"trespasses": sorted(trespasses)},
        )

    def render_broken_contract(self, check: ContractCheck) -> None:
        lines: list[Any] = check.metadata["trespasses"]
        output.print(
            f"Only {', '.join(sorted(self.doors))} of a domain may be imported from outside:"
        )
        for line in lines:
            output.print_error(f"- {line}", bold=False)
