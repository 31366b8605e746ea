"""predict.py for SageMaker's scikit-learn image.

That image answers 500 to any exception that `input_fn`, `predict_fn` or `output_fn` raises. Its
`transform_fn`, which replaces the three, can answer with another status.
"""

from typing import Any

from flask import Response

import predict
from sentiment.request import JSON, RequestError


def model_fn(model_dir: str) -> Any:
    """Load the artifact."""
    return predict.model_fn(model_dir)


def transform_fn(model: Any, body: bytes | str, content_type: str, accept: str) -> Response:
    """Answer a request; an invalid one gets its 4xx status and one line of JSON."""
    try:
        request = predict.input_fn(body, content_type)
        answer, kind = predict.output_fn(predict.predict_fn(request, model), accept)
    except RequestError as error:
        return Response(str(error), error.status_code, content_type=JSON)
    return Response(answer, content_type=kind)
