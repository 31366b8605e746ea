"""The codes of problems, by the HTTP status that they come with."""

# Status to what it says and the codes that it may have
ERRORS: dict[str, tuple[str, tuple[str, ...]]] = {
    "400": (
        "There is no review",
        ("empty_review", "not_utf8", "invalid_json", "invalid_request"),
    ),
    "403": ("The request is refused", ("forbidden",)),
    "405": ("Another method is needed; `Allow` says which", ("method_not_allowed",)),
    "406": ("The answer can be text/plain or application/json", ("not_acceptable",)),
    "413": (
        "The review is too long or there are too many",
        ("review_too_long", "too_many_reviews"),
    ),
    "415": ("The content type must be another", ("unsupported_media_type",)),
    "429": ("Too many requests at once; `Retry-After` says when", ("too_many_requests",)),
    "500": ("A fault of ours; with `Retry-After` where it may pass", ("internal_error",)),
    "502": ("The model failed", ("model_failed",)),
    "503": (
        "The model is starting or busy, or the API is, or feedback was not kept; see `Retry-After`",
        ("model_warming_up", "model_busy", "api_busy", "feedback_not_kept"),
    ),
    "504": ("The model did not answer in time; `Retry-After` says when", ("model_timeout",)),
}
# Of paths that are none of the API's
NOT_FOUND = "not_found"
CODES = [code for _, codes in ERRORS.values() for code in codes] + [NOT_FOUND]
