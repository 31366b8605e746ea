"""Names and explanations of the metrics in the report."""

NAMES = {
    "accuracy": ("Accuracy", "share of the texts classified correctly"),
    "balanced_accuracy": ("Balanced accuracy", "mean of the labels' recalls"),
    "roc_auc": (
        "ROC AUC",
        "probability that a text with a label has a higher probability of it than one without",
    ),
    "macro_f1": ("Macro F1", "mean of the labels' F1"),
    "log_loss": ("Log loss", "mean negative log-likelihood in nats; lower is better"),
    "brier": ("Brier score", "mean squared difference of probability and label; lower is better"),
    "expected_calibration_error": (
        "Expected calibration error",
        "mean difference of confidence and accuracy in 15 bins; lower is better",
    ),
}
LABEL_NAMES = {
    "rows": ("Texts", "number of test texts with the label"),
    "precision": ("Precision", "share of the texts classified as the label that have it"),
    "recall": ("Recall", "share of the texts with the label that are classified as it"),
    "f1": ("F1", "harmonic mean of precision and recall"),
}
