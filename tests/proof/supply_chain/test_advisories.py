"""`make audit`: answers of the services, and the dated file used without them."""

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from scripts import ROOT
from scripts.supply_chain import audit
from scripts.supply_chain.audit import (
    MAXIMUM_AGE_DAYS,
    PIP_AUDIT,
    Advisory,
    Known,
    NotReachedError,
    accepted_advisories,
    ask_pip_audit,
    judge,
)
from scripts.supply_chain.locks import Package, locked
from tests.proof.supply_chain.test_locks import SECTION
from tests.proof.table import ProofTable

TODAY = date(2030, 6, 1)
LEAKY, SOUND = Package("pypi", "leaky", "1.0"), Package("npm", "@a/sound", "2.0")
LEAK = Advisory(LEAKY, "GHSA-1111", ["CVE-1"], ["1.1"])
KNOWN = Known(TODAY, [SOUND, LEAKY], [LEAK])
needs_supply = pytest.mark.skipif(
    not PIP_AUDIT.exists(), reason="there is no .venv/supply; `make test` creates it"
)


def test_no_known_vulnerability(proof_table: ProofTable) -> None:
    packages = {entry.package for entry in locked()}
    known = Known.read()
    found, gaps = judge(known, packages, accepted_advisories(), datetime.now(UTC).date())
    assert [str(advisory) for advisory in found] == []
    proof_table.add(
        SECTION,
        f"known vulnerabilities of {len(packages)} packages"
        + (f", as of {known.as_of}" if known else ""),
        f"not covered: {gaps}" if gaps else "none that is not accepted",
    )
    if gaps:
        pytest.skip(gaps)


def test_a_vulnerability_is_named_with_its_fix() -> None:
    [advisory], gaps = judge(KNOWN, {LEAKY, SOUND}, {}, TODAY)
    assert str(advisory) == "leaky 1.0: GHSA-1111, CVE-1; fixed in 1.1"
    assert gaps == ""
    assert judge(KNOWN, {SOUND}, {}, TODAY) == ([], "")


def test_an_accepted_advisory_counts_again_after_its_date() -> None:
    accepted = {"GHSA-1111": TODAY}
    assert judge(KNOWN, {LEAKY}, accepted, TODAY) == ([], "")
    assert judge(KNOWN, {LEAKY}, accepted, TODAY + timedelta(1)) == ([LEAK], "")


def test_gaps_in_the_file_are_named() -> None:
    assert "there is no advisories.json" in judge(None, {LEAKY}, {}, TODAY)[1]
    late = TODAY + timedelta(MAXIMUM_AGE_DAYS + 1)
    old = "advisories.json is 31 days old, more than 30"
    assert judge(KNOWN, {LEAKY}, {}, late) == ([LEAK], old)
    new = {LEAKY, *(Package("pypi", name, "1") for name in "abcde")}
    assert judge(KNOWN, new, {}, TODAY)[1] == "it does not cover a 1, b 1, c 1 and 2 more"


def test_the_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    KNOWN.write(tmp_path / "advisories.json")
    assert Known.read(tmp_path / "advisories.json") == Known(TODAY, sorted(KNOWN.asked), [LEAK])
    assert Known.read(tmp_path / "none.json") is None


class Services(BaseHTTPRequestHandler):
    """OSV's query API and the npm registry's bulk advisories, on this machine."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        answer = self.osv(json.loads(body)) if self.path == "/osv" else self.npm(json.loads(body))
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def osv(self, query: dict[str, Any]) -> dict[str, Any]:
        if query["package"]["name"] != "jinja2":
            return {}
        events = [{"introduced": "0"}, {"fixed": "99.0"}]
        affected = {
            "package": query["package"],
            "ranges": [{"type": "ECOSYSTEM", "events": events}],
        }
        return {"vulns": [{"id": "GHSA-osv", "aliases": ["CVE-osv"], "affected": [affected]}]}

    def npm(self, query: dict[str, list[str]]) -> dict[str, Any]:
        advisory = {"id": 7, "url": "https://example.com/advisories/GHSA-npm", "title": "A leak",
                    "severity": "high", "vulnerable_versions": "<99", "cwe": [], "cvss": {"score": 0}}  # fmt: skip
        return {"tslib": [advisory]} if "tslib" in query else {}

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name
        """Stay silent."""


@pytest.fixture(scope="module")
def services() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Services) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@needs_supply
def test_pip_audit_covers_every_version(services: str) -> None:
    old, new, other = (
        Package("pypi", *p) for p in (("jinja2", "3.1.5"), ("jinja2", "3.1.6"), ("six", "1.17.0"))
    )
    options = ["--vulnerability-service=osv", f"--osv-url={services}/osv"]
    known, found = ask_pip_audit([old, new, other], options)
    assert sorted(known) == [old, new, other]
    assert sorted(found) == [Advisory(p, "CVE-osv", ["GHSA-osv"], ["99.0"]) for p in (old, new)]


@needs_supply
def test_an_unreachable_service_gives_no_answer() -> None:
    options = ["--vulnerability-service=osv", "--osv-url=http://127.0.0.1:9/osv"]
    with pytest.raises(NotReachedError, match=r"^pip-audit: "):
        ask_pip_audit([LEAKY], options)


def test_a_service_that_knows_no_package_gives_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = {"name": "leaky", "skip_reason": "Dependency not found"}
    program = tmp_path / "pip-audit"
    program.write_text(f"#!/bin/sh\necho '{json.dumps({'dependencies': [entry]})}'\n")
    program.chmod(0o700)
    monkeypatch.setattr(audit, "PIP_AUDIT", program)
    with pytest.raises(NotReachedError, match="knows none of the packages"):
        ask_pip_audit([LEAKY], [])


@needs_supply
@pytest.mark.slow
def test_the_whole_command(services: str, tmp_path: Path, proof_table: ProofTable) -> None:
    file = tmp_path / "advisories.json"
    command = [sys.executable, "-m", "scripts.supply_chain.audit", "--file", str(file)]
    reached = {**os.environ, "npm_config_registry": services}
    done = subprocess.run(
        [*command, "--osv-url", f"{services}/osv"],
        cwd=ROOT, env=reached, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    packages = {entry.package for entry in locked()}
    leaky = sorted(package for package in packages if package.name in {"tslib", "jinja2"})
    assert [package.name for package in leaky] == ["tslib", "tslib", "jinja2"]
    assert [line.partition(":")[0] for line in lines[:-1]] == [
        f"{p.name} {p.version}" for p in leaky
    ]
    assert lines[-1].startswith("3 open advisories as of ")
    known = Known.read(file)
    assert known is not None
    assert set(known.asked) == packages
    # Without an answer the file decides.
    unreachable = {
        **os.environ,
        "npm_config_registry": "http://127.0.0.1:9",
        "npm_config_fetch_retries": "0",
    }
    again = subprocess.run(
        [*command, "--osv-url", "http://127.0.0.1:9/osv"],
        cwd=ROOT, env=unreachable, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert again.returncode == 1, again.stderr
    notes = again.stdout.splitlines()
    assert [line.partition(":")[0] for line in notes[:2]] == ["No new answer"] * 2
    assert notes[2:] == lines
    proof_table.add(
        SECTION,
        "`make audit` with advisory services on this machine, and with none",
        "pip-audit and npm audit check every package, and a vulnerability fails the command; without a service it "
        "judges the dated file and says so",
    )
