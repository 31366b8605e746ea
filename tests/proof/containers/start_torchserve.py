"""Starts the serving container's own entry point; runs in the Python that TorchServe is in.

The toolkit writes its configuration to a path under /etc that nothing can change; a test's is the
argument. Everything else is told to it, and to TorchServe, by environment variables.
"""

import sys

from sagemaker_pytorch_serving_container import serving, torchserve

if __name__ == "__main__":
    torchserve.TS_CONFIG_FILE = sys.argv[1]
    serving.main()
