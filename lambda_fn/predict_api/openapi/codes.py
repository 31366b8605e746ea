"""Error codes of the API by HTTP status."""

# Status to its description and the codes it comes with
ERRORS: dict[str, tuple[str, tuple[str, ...]]] = {
    "400": (
        "The request is not a valid review",
        ("empty_review", "not_utf8", "invalid_json", "invalid_request"),
    ),
    "403": ("The request is forbidden", ("forbidden",)),
    "405": ("The path does not accept this method; see `Allow`", ("method_not_allowed",)),
    "406": ("The client accepts neither text/plain nor application/json", ("not_acceptable",)),
    "409": ("The model does not have the label", ("unknown_label",)),
    "413": (
        "The review is too long, or there are too many reviews",
        ("review_too_long", "too_many_reviews"),
    ),
    "415": ("The content type is not supported", ("unsupported_media_type",)),
    "429": ("Too many requests; see `Retry-After`", ("too_many_requests",)),
    "500": ("The server failed; with `Retry-After` if a retry may succeed", ("internal_error",)),
    "502": ("The model failed", ("model_failed",)),
    "503": (
        "The model or the API is starting or busy, or feedback was not stored; see `Retry-After`",
        ("model_warming_up", "model_busy", "api_busy", "feedback_not_kept"),
    ),
    "504": ("The model did not answer in time; see `Retry-After`", ("model_timeout",)),
}
# Headers of an error besides those of every answer
ERROR_HEADERS = {"405": ("Allow",), **dict.fromkeys(("429", "500", "503", "504"), ("Retry-After",))}
# Code of an unknown path
NOT_FOUND = "not_found"
CODES = [code for _, codes in ERRORS.values() for code in codes] + [NOT_FOUND]
