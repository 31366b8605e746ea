"""The dated file of known vulnerabilities, and what is made of it and of the services' answers."""

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
from scripts.supply_chain.advisories import (
    MAXIMUM_AGE_DAYS,
    Advisory,
    Known,
    accepted_advisories,
    judge,
)
from scripts.supply_chain.licences import Package
from scripts.supply_chain.locks import locked
from tests.proof.supply_chain.test_locks import SECTION
from tests.proof.table import ProofTable

TODAY = date(2030, 6, 1)
LEAKY, SOUND = Package("pypi", "leaky", "1.0"), Package("npm", "@a/sound", "2.0")
LEAK = Advisory(LEAKY, "GHSA-1111", ("CVE-1",), ("1.1",))
KNOWN = Known(TODAY, frozenset({LEAKY, SOUND}), (LEAK,))
SUPPLY = Path(sys.prefix) / "supply" / "bin" / "pip-audit"
needs_supply = pytest.mark.skipif(
    not SUPPLY.exists(), reason="there is no .venv/supply, which `make test` makes"
)


def test_no_known_vulnerability(proof_table: ProofTable) -> None:
    packages = {Package(*entry[:3]) for entry in locked()}
    known = Known.read()
    verdict = judge(known, packages, accepted_advisories(), datetime.now(UTC).date())
    assert [str(advisory) for advisory in verdict.open] == []
    proof_table.add(
        SECTION,
        f"known vulnerabilities of {len(packages)} packages"
        + (f", as of {known.as_of}" if known else ""),
        f"not known: {verdict.untold}" if verdict.untold else "none that is not accepted",
    )
    if verdict.untold:
        pytest.skip(verdict.untold)


def test_a_vulnerability_is_named_with_its_way_out() -> None:
    [advisory] = judge(KNOWN, [LEAKY, SOUND], {}, TODAY).open
    assert str(advisory) == "leaky 1.0: GHSA-1111, CVE-1; fixed in 1.1"
    assert judge(KNOWN, [SOUND], {}, TODAY) == ((), "")


def test_what_is_accepted_counts_again_after_its_day() -> None:
    accepted = {"GHSA-1111": TODAY}
    assert judge(KNOWN, [LEAKY], accepted, TODAY).open == ()
    assert judge(KNOWN, [LEAKY], accepted, TODAY + timedelta(1)).open == (LEAK,)


def test_what_the_file_does_not_tell_is_said() -> None:
    assert "there is no advisories.json" in judge(None, [LEAKY], {}, TODAY).untold
    late = TODAY + timedelta(MAXIMUM_AGE_DAYS + 1)
    assert judge(KNOWN, [LEAKY], {}, late) == (
        (LEAK,),
        "advisories.json is 31 days old, more than 30",
    )
    new = [LEAKY, *(Package("pypi", name, "1") for name in "abcde")]
    assert judge(KNOWN, new, {}, TODAY).untold == "it says nothing of a 1, b 1, c 1 and 2 more"


def test_the_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    KNOWN.write(tmp_path / "advisories.json")
    assert Known.read(tmp_path / "advisories.json") == KNOWN
    assert Known.read(tmp_path / "none.json") is None


class Services(BaseHTTPRequestHandler):
    """OSV's query and the npm registry's bulk advisories, on this machine."""

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
def test_pip_audit_is_asked(services: str) -> None:
    old, new, other = (
        Package("pypi", *p) for p in (("jinja2", "3.1.5"), ("jinja2", "3.1.6"), ("six", "1.17.0"))
    )
    options = ["--vulnerability-service=osv", f"--osv-url={services}/osv"]
    known, found = audit.from_pip_audit(audit.ask_pip_audit([old, new, other], options))
    assert known == {old, new, other}
    assert sorted(found) == [Advisory(p, "CVE-osv", ("GHSA-osv",), ("99.0",)) for p in (old, new)]


@needs_supply
def test_a_service_that_is_not_there_gave_no_answer() -> None:
    options = ["--vulnerability-service=osv", "--osv-url=http://127.0.0.1:9/osv"]
    with pytest.raises(audit.NotReachedError, match=r"^pip-audit: "):
        audit.ask_pip_audit([LEAKY], options)


def test_what_the_service_does_not_know_is_no_good_news() -> None:
    answers = [{"name": "leaky", "skip_reason": "Dependency not found"}]
    assert audit.from_pip_audit(answers) == (set(), [])


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
    assert [line.partition(" ")[0] for line in lines[:-1]] == ["tslib", "jinja2"]
    assert lines[-1].startswith("2 open advisories as of ")
    known = Known.read(file)
    assert known is not None
    assert known.asked == {Package(*entry[:3]) for entry in locked()}
    # And now no service answers: the file is judged.
    cut_off = {
        **os.environ,
        "npm_config_registry": "http://127.0.0.1:9",
        "npm_config_fetch_retries": "0",
    }
    again = subprocess.run(
        [*command, "--osv-url", "http://127.0.0.1:9/osv"],
        cwd=ROOT, env=cut_off, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert again.returncode == 1, again.stderr
    notes = again.stdout.splitlines()
    assert [line.partition(":")[0] for line in notes[:2]] == ["Not asked anew"] * 2
    assert notes[2:] == lines
    proof_table.add(
        SECTION,
        "`make audit` with advisory services on this machine, and with none",
        "pip-audit and npm ask for every package; what they name fails the command; cut off, it judges by the "
        "dated file and says so",
    )
