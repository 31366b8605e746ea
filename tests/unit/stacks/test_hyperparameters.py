"""Settings and training script agree on hyperparameters."""

from sentiment.hyperparameters import Hyperparameters
from stacks.settings import TrainingSettings


def test_the_defaults_are_the_same() -> None:
    known = Hyperparameters().as_dict()
    settings = TrainingSettings()
    shared = {name: getattr(settings, name) for name in known if hasattr(settings, name)}
    assert shared == {name: known[name] for name in shared}
    assert settings.hyperparameters().keys() == shared.keys() == known.keys() - {"pad"}
