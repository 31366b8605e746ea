"""Names and explanations of the metrics in the report."""

NAMES = {
    "accuracy": ("Accuracy", "share of the reviews classified correctly"),
    "balanced_accuracy": (
        "Balanced accuracy",
        "mean of the shares of positive and of negative reviews classified correctly",
    ),
    "roc_auc": ("ROC AUC", "probability that a positive review ranks above a negative one"),
    "precision": ("Precision", "share of the reviews classified as positive that are positive"),
    "recall": ("Recall", "share of the positive reviews classified as positive"),
    "f1": ("F1", "harmonic mean of precision and recall"),
    "log_loss": ("Log loss", "mean negative log-likelihood in nats; lower is better"),
    "brier": ("Brier score", "mean squared difference of probability and label; lower is better"),
    "expected_calibration_error": (
        "Expected calibration error",
        "mean difference of confidence and accuracy in 15 bins; lower is better",
    ),
}
