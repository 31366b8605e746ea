"""Reviews of obvious sentiment, which every working model classifies correctly."""

KNOWN_REVIEWS = {
    "positive": (
        "A wonderful film. Great acting, a superb story and beautiful music: "
        "one of the best I have ever seen. I loved it and highly recommend it."
    ),
    "negative": (
        "A terrible film. Awful acting, a boring story and poor dialogue: "
        "the worst I have ever seen. A complete waste of time, avoid it."
    ),
}
