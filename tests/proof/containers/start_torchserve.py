"""Starts the serving container's entry point, in TorchServe's virtual environment.

The toolkit writes its configuration to a fixed path under /etc; the argument replaces that path.
Environment variables configure everything else.
"""

import sys

from sagemaker_pytorch_serving_container import serving, torchserve

if __name__ == "__main__":
    torchserve.TS_CONFIG_FILE = sys.argv[1]
    serving.main()
