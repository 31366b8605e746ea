"""SageMaker's training toolkit as in the image, for a container whose path has spaces or quotes.

Run as a script by the Python of a container. The toolkit writes the path of its Python into the
command line that installs requirements.txt, and splits that line as a shell does. In the image the
path is /usr/local/bin/python; here it begins with the user's own folder.

The image's version, 5.1.1, joins the script's arguments, among them the hyperparameters, to a line
for a shell. The installed version does not, so that a hyperparameter with a space would pass here
and fail on AWS.
"""

import asyncio
import shlex
from types import SimpleNamespace
from typing import Any

from sagemaker_training import modules, process, trainer


def quoted_python() -> str:
    """Return the path of this Python as one word of a command line."""
    return shlex.quote(process.python_executable())


async def start_in_a_shell(program: str, *arguments: str, **options: Any) -> Any:
    """Start a program as version 5.1.1 does; only its path is quoted."""
    line = " ".join(["exec", shlex.quote(program), *arguments])
    return await asyncio.create_subprocess_shell(line, **options)


if __name__ == "__main__":
    modules.process = SimpleNamespace(
        python_executable=quoted_python, check_error=process.check_error
    )
    process.asyncio = SimpleNamespace(
        create_subprocess_exec=start_in_a_shell, gather=asyncio.gather, run=asyncio.run
    )
    trainer.train()
