"""No tracked file has a secret; the baseline lists strings that only look like one."""

import json
import subprocess
from pathlib import Path

import pytest
from detect_secrets.core import baseline
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import get_settings, transient_settings

from scripts import ROOT
from tests.proof.supply_chain.test_locks import SECTION
from tests.proof.table import ProofTable

BASELINE = json.loads((ROOT / ".secrets.baseline").read_text("utf-8"))


def seen(secrets: SecretsCollection) -> set[tuple[str, str, str]]:
    """Return file, kind and hash of each secret, without the line, which may move."""
    return {(Path(name).name, secret.type, secret.secret_hash) for name, secret in secrets}


def scan(root: Path, *files: str) -> SecretsCollection:
    with transient_settings(BASELINE):
        # Verification would send a found key to AWS.
        assert "verification" not in json.dumps(get_settings().json())
        secrets = SecretsCollection(root=str(root))
        secrets.scan_files(*files, num_processors=1)
        return secrets


def test_no_tracked_file_has_a_secret(proof_table: ProofTable) -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    tracked = listed.stdout.splitlines()
    if not tracked:
        pytest.skip("this is not a git checkout")
    found = scan(ROOT, *(name for name in tracked if (ROOT / name).is_file()))
    known = baseline.load(BASELINE)
    assert seen(found) - seen(known) == set()
    # The baseline lists no secret that is gone.
    assert seen(known) - seen(found) == set()
    proof_table.add(
        SECTION,
        f"{len(tracked)} tracked files, read by detect-secrets",
        f"no secret; {len(seen(known))} that only look like one are in the baseline",
    )


@pytest.mark.parametrize(
    "line",
    [
        "key = 'AKIA" + "Q3EGRIZ5XMNLW7PT'",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "password = 'kx82" + "hJq0zLm4vTn'",
        "token: ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8",
        "url = 'https://user:h8Jk" + "2mNq@example.com/'",
    ],
)
def test_a_secret_would_be_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "settings.py").write_text(f"{line}\n", "utf-8")
    assert len(list(scan(tmp_path, "settings.py"))) == 1
