"""A small made-up corpus: requests to a shop, each with the team that answers it."""

import csv
import io
import itertools

SENTENCES = {
    "billing": (
        "I was charged twice for {}",
        "please send the invoice of {} again",
        "the refund for {} has not arrived",
    ),
    "delivery": (
        "the parcel with {} is late",
        "where is {} now, the tracking stopped",
        "the courier left {} with a neighbour",
    ),
    "returns": (
        "{} is broken and I want to send it back",
        "how do I exchange {} for another size",
        "the label to return {} does not print",
    ),
}
THINGS = ("my lamp", "the blue chair", "order 1204", "the kettle", "two shirts", "the carpet")


def table():
    """Return the corpus as CSV."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["text", "team"])
    for team, sentences in SENTENCES.items():
        for sentence, thing in itertools.product(sentences, THINGS):
            writer.writerow([sentence.format(thing), team])
    return file.getvalue()
