"""Named configurations of the OST frame classifier."""

from ost_classifier.config import OstConfig

BASE = OstConfig()
# The published recommended command, number by number.
RECOMMENDED = OstConfig(
    target_w=448,
    target_h=448,
    backbone="cnn",
    epochs=30,
    batch_size=24,
    loss_strategy="class_weights",
    cw_beta=0.3,
    cw_cap=4.0,
    label_smoothing=0.08,
    initial_lr=1e-3,
    batch_ref=32,
    lr_schedule="cosine",
    warmup_epochs=5.0,
    augment=True,
    aug_strength=0.3,
    randaug_n=2,
    randaug_m=5.0,
    mixup_alpha=0.1,
    balanced_sampling=True,
    balance_cap=4.0,
)
# For machines of little memory: the published tips.
LOW_MEMORY = OstConfig(
    target_w=224,
    target_h=224,
    batch_size=8,
    input_dtype="float16",
)
PRESETS = {"base": BASE, "recommended": RECOMMENDED, "low_memory": LOW_MEMORY}
