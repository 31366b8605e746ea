"""The CDK application: composes the stacks from validated settings."""

import gc
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    # A synthesis is too short to need garbage collection, which takes a tenth of its time.
    gc.disable()

from aws_cdk import App, Tags

from stacks.datasets import Test, feedback_of, find_dataset
from stacks.model.stack import ModelStack
from stacks.names import Names
from stacks.settings.environment import EnvironmentSettings
from stacks.settings.error import SettingsError
from stacks.settings.load import read_settings
from stacks.storage.stack import StorageStack
from stacks.web.stack import WebStack

ROOT = Path(__file__).resolve().parent
# Validation takes half of a synthesis. The tests and `make deploy` switch it on.
VALIDATION = "CDK_VALIDATION"
# `make deploy` switches the storage stack's termination protection on once that stack exists.
PROTECTION = "CDK_PROTECTION"


def compose(app: App, settings: EnvironmentSettings) -> None:
    """Add the stacks of one environment to the application.

    Raises:
        SettingsError: when a dataset named in the settings does not exist.
    """
    names = Names(settings.environment, settings.region)
    sources = {"training": settings.dataset.training, "testing": settings.dataset.testing}
    test = Test(settings.dataset.testing, settings.training.test_fraction, settings.training.seed)
    datasets = {
        channel: find_dataset(
            f"dataset.{channel}",
            source,
            root=ROOT,
            schema=settings.dataset.table_schema,
            most_labels=settings.training.most_labels,
            test=test if channel == "training" else None,
            listing=settings.dataset.listing,
        )
        for channel, source in sources.items()
        if source is not None
    }
    if settings.dataset.feedback:
        datasets["feedback"] = feedback_of(
            settings.dataset.feedback, names.feedback, settings.dataset.listing
        )
    storage = StorageStack(
        app,
        names=names,
        settings=settings,
        datasets=datasets.values(),
        protect=os.environ.get(PROTECTION) == "true",
    )
    model = ModelStack(app, names=names, settings=settings, datasets=datasets)
    web = WebStack(app, names=names, settings=settings)
    model.add_stack_dependency(storage)
    web.add_stack_dependency(model)
    for key, value in storage.resource_tags.items():
        Tags.of(app).add(key, value)


def main() -> int:
    """Synthesize the application; report bad settings in one line on standard error."""
    app = App(
        analytics_reporting=False,
        stack_traces=False,
        builtin_cloud_formation_validation=os.environ.get(VALIDATION) == "true",
    )
    try:
        compose(app, read_settings(app.node.get_all_context()))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    app.synth()
    return 0


if __name__ == "__main__":
    status = main()
    gc.freeze()  # skips collection at exit as well
    sys.exit(status)
