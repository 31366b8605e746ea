"""The settings of the training job."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from sentiment.hyperparameters import hyperparameters_of, most_labels
from stacks.settings.machines import image_fits_instance, instance_exists
from stacks.settings.types import (
    BlankIsNone,
    Decimal,
    Flag,
    Image,
    MlInstance,
    ModelData,
    Section,
    Whole,
)

# CloudFormation waits an hour for a custom resource. The remaining time is for starting functions,
# stopping the job and storing the artifact.
LONGEST_WAIT_SECONDS = 3300


class TrainingSettings(Section):
    """The training job: its machines, its hyperparameters and its quality gate.

    Attributes:
        instance_count: machines that train together, as one process group of torchrun.
        use_spot: whether to train on spot instances, which cost less. An interrupted job restarts
            and resumes from its last checkpoint.
        max_runtime_seconds: time after which SageMaker stops the job. CloudFormation's hour for a
            custom resource also includes starting the machine and storing the artifact.
        max_wait_seconds: with `use_spot`, total time for training and waiting for instances; by
            default as long as CloudFormation allows.
        minimum_accuracy: balanced accuracy on held-out reviews (the mean of the shares of each
            label's reviews that are classified correctly) below which the deployment fails.
        image: URI of another training image.
        model_data: S3 URI of an existing model.tar.gz to deploy instead of training one.
    """

    instance_type: Annotated[MlInstance, AfterValidator(instance_exists("training"))] = (
        "ml.m5.xlarge"
    )
    instance_count: Annotated[Whole, Field(ge=1, le=20)] = 1
    use_spot: Flag = False
    volume_size_gib: Annotated[Whole, Field(ge=1, le=1024)] = 30
    max_runtime_seconds: Annotated[Whole, Field(ge=60, le=3000)] = 2700
    max_wait_seconds: Annotated[Whole | None, BlankIsNone] = None
    image: Annotated[Image | None, BlankIsNone, Field(validate_default=True)] = None
    architecture: Literal["ngrams", "lstm"] = "ngrams"
    seed: Annotated[Whole, Field(ge=0, le=2**31 - 1)] = 1
    test_fraction: Annotated[Decimal, Field(ge=0.01, le=0.9)] = 0.2
    max_order: Annotated[Whole, Field(ge=1, le=5)] = 4
    min_reviews: Annotated[Whole, Field(ge=1, le=1_000_000)] = 2
    max_terms: Annotated[Whole, Field(ge=1, le=100_000_000)] = 2_400_000
    smoothing: Annotated[Decimal, Field(gt=0, le=1000)] = 1.0
    prior: Annotated[Decimal, Field(ge=0, le=1)] = 0.3
    l2_penalty: Annotated[Decimal, Field(gt=0, le=1000)] = 0.06
    sentence_weight: Annotated[Decimal, Field(ge=0, le=1)] = 0.05
    iterations: Annotated[Whole, Field(ge=1, le=10_000)] = 30
    validation_fraction: Annotated[Decimal, Field(ge=0.01, le=0.9)] = 0.1
    words: Literal["all", "stems"] = "all"
    epochs: Annotated[Whole, Field(ge=1, le=1000)] = 4
    embedding_dim: Annotated[Whole, Field(ge=1, le=4096)] = 64
    hidden_dim: Annotated[Whole, Field(ge=1, le=4096)] = 64
    vocab_size: Annotated[Whole, Field(ge=3, le=1_000_000)] = 10_000
    learning_rate: Annotated[Decimal, Field(gt=0, le=1)] = 0.002
    batch_size: Annotated[Whole, Field(ge=1, le=8192)] = 64
    pad: Annotated[Whole, Field(ge=1, le=100_000)] = 1000
    dropout: Annotated[Decimal, Field(ge=0, lt=1)] = 0.5
    word_dropout: Annotated[Decimal, Field(ge=0, lt=1)] = 0.1
    minimum_accuracy: Annotated[Decimal, Field(ge=0, le=1)] = 0.8
    model_data: Annotated[ModelData | None, BlankIsNone] = None

    _image_fits_instance = field_validator("image")(image_fits_instance)

    @field_validator("max_wait_seconds")
    @classmethod
    def _leaves_time_to_train(cls, value: int | None, info: ValidationInfo) -> int | None:
        shortest = info.data.get("max_runtime_seconds")
        if value is None or shortest is None:
            return value
        if not info.data.get("use_spot"):
            raise ValueError("empty without training.use_spot=true")
        if not shortest <= value <= LONGEST_WAIT_SECONDS:
            raise ValueError(
                f"{shortest} (training.max_runtime_seconds) to {LONGEST_WAIT_SECONDS}, "
                "since CloudFormation waits an hour for the whole training"
            )
        return value

    @property
    def spot_wait_seconds(self) -> int | None:
        """Longest time from a spot job's start to its end; None for on-demand instances."""
        return (self.max_wait_seconds or LONGEST_WAIT_SECONDS) if self.use_spot else None

    @property
    def most_labels(self) -> int:
        """Highest number of labels that the architecture can learn."""
        return most_labels(self.architecture)

    @property
    def distributed(self) -> bool:
        """True when torchrun starts the script: on several hosts or on GPUs."""
        return self.instance_count > 1 or self.instance_type.startswith(("ml.g", "ml.p"))

    def hyperparameters(self) -> dict[str, str]:
        """Return name to value for the training script, sorted by name.

        Those that the architecture does not use are left out, so changing them trains nothing.

        SageMaker's training toolkit passes values to a shell, so numbers are formatted without
        characters that are special there.
        """
        names = hyperparameters_of(self.architecture)
        values = {name: getattr(self, name) for name in sorted(names)}
        return {
            name: value if isinstance(value, str) else repr(value) for name, value in values.items()
        }
