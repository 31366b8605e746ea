"""Write the API's OpenAPI document into the docs: `make openapi`."""

import json
import sys

from scripts import ROOT

sys.path.insert(0, str(ROOT / "lambda_fn"))
DEFAULT_LIMIT = 100_000


def main() -> None:
    """Write docs/openapi.json."""
    from predict_api.openapi import document  # noqa: PLC0415 - found through the path above

    text = json.dumps(document(DEFAULT_LIMIT), indent=2)
    (ROOT / "docs" / "openapi.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
