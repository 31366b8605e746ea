"""Write a bill of materials, CycloneDX 1.6 in JSON, from locks and licence list: `make sbom`.

It runs in .venv/supply. The same locks give the same bytes, without a clock or random values.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from scripts.supply_chain.licences import listed
from scripts.supply_chain.locks import Locked, Package, locked

NAME = "sentiment-web-app"
ALGORITHMS = {"pypi": HashAlgorithm.SHA_256, "npm": HashAlgorithm.SHA_512}


def bill(entries: Iterable[Locked], licences: dict[Package, str]) -> Bom:
    """Return the bill of materials of the locked packages."""
    project = Component(name=NAME, type=ComponentType.APPLICATION, bom_ref=NAME)
    bom = Bom()
    bom.metadata.component = project
    bom.metadata.timestamp = None
    bom.serial_number = None
    packages: dict[Package, list[Locked]] = {}
    for entry in entries:
        packages.setdefault(entry.package, []).append(entry)
    components = {
        package: _component(package, found, licences[package])
        for package, found in packages.items()
    }
    bom.components.update(components.values())
    bom.register_dependency(project, components.values())
    for parent, others in packages.items():
        needs = [
            components[package]
            for package, found in packages.items()
            if any(
                parent.name in entry.needed_by and entry.lock == other.lock
                for entry in found
                for other in others
            )
        ]
        bom.register_dependency(components[parent], needs)
    return bom


def _component(package: Package, found: list[Locked], licence: str) -> Component:
    group, _, name = package.name.rpartition("/")
    url = PackageURL(package.ecosystem, group or None, name, package.version)
    deployed = any(entry.deployed for entry in found)
    return Component(
        group=group or None,
        name=name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=url.to_string(),
        purl=url,
        # The hashes of all locked files: a Python package has one file per platform.
        hashes=[
            HashType(alg=ALGORITHMS[package.ecosystem], content=digest)
            for digest in {digest for entry in found for digest in entry.hashes}
        ],
        licenses=[LicenseFactory().make_from_string(licence)],
        scope=ComponentScope.REQUIRED if deployed else ComponentScope.EXCLUDED,
        properties=[Property(name="lock", value=entry.lock) for entry in found],
    )


def main() -> int:
    """Write the bill to the named file, if it is valid by CycloneDX's schema."""
    text = JsonV1Dot6(bill(locked(), listed())).output_as_string(indent=1)
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        print(f"The bill of materials does not meet CycloneDX's schema: {fault}", file=sys.stderr)
        return 1
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
