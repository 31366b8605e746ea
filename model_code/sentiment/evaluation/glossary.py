"""What the report calls the metrics, and what they mean."""

NAMES = {
    "accuracy": ("Accuracy", "share of the reviews that is judged right"),
    "roc_auc": ("ROC AUC", "chance that a positive review is given more than a negative one"),
    "precision": ("Precision", "share of those judged positive that are positive"),
    "recall": ("Recall", "share of the positive reviews that is found"),
    "f1": ("F1", "harmonic mean of precision and recall"),
    "log_loss": ("Log loss", "mean negative log-likelihood in nats; less is better"),
    "brier": ("Brier score", "mean squared difference of probability and label; less is better"),
    "expected_calibration_error": (
        "Expected calibration error",
        "mean difference of confidence and accuracy in 15 bins; less is better",
    ),
}
