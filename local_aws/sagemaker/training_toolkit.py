"""SageMaker's training toolkit for a container whose path may contain spaces and quotes.

Run as a script by the Python of a container. The toolkit writes the path of its Python into the
command line that installs requirements.txt, and splits that line as a shell does. In the image the
path is /usr/local/bin/python; here it begins with the user's own folder.
"""

import shlex
from types import SimpleNamespace

from sagemaker_training import modules, process, trainer


def quoted_python() -> str:
    """Return the path of this Python as one word of a command line."""
    return shlex.quote(process.python_executable())


if __name__ == "__main__":
    modules.process = SimpleNamespace(
        python_executable=quoted_python, check_error=process.check_error
    )
    trainer.train()
