"""From arrays and files to batches: splits, augmentation, datasets.

Names load when first used: splitting is plain NumPy and loads no TensorFlow. The
function `pair_index` is imported from the module of its name, which hides it here.
"""

from mesa_keras.lazy_exports import lazy_exports

_MODULES = {
    "CachedFrames": "frame_cache",
    "FrameCache": "frame_cache",
    "augment_galaxies": "pair_augment",
    "augment_images": "image_augment",
    "augment_spectra": "pair_augment_spectrum",
    "augment_views": "augment",
    "balanced_weights": "balance",
    "center_crop": "pair_augment",
    "drop_modalities": "augment",
    "drop_together": "augment",
    "drop_values": "augment",
    "evaluation_batches": "dataset",
    "evaluation_pairs": "pair_batches",
    "import_files": "pair_import_files",
    "import_hdf5": "pair_import_hdf5",
    "is_present": "pair_index",
    "mask_patches": "masking",
    "mix_up": "mixup",
    "rand_augment": "randaugment",
    "split_by_group": "split",
    "training_batches": "dataset",
    "training_pairs": "pair_batches",
    "valid_rows": "pair_reader",
}

__all__ = sorted(_MODULES)
__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
