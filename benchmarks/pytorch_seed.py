"""The published design of MESA in plain PyTorch, to compare with.

A token per time bin: Linear(1 -> 32), sinusoidal positions, a class token, one
`nn.TransformerEncoderLayer` with two heads; dense encoders of planet and star; two
projections; a classifier on all three. Loss: 0.1 InfoNCE (temperature 0.07) + focal
(alpha 0.25, gamma 2). AdamW 1e-4, weight decay 0.05. Augmentation (time shift, noise,
scaling) example by example in the data set, as such code usually is.
"""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional


class CandidateSet(torch.utils.data.Dataset):
    """Light curves and standardized features, augmented one by one."""

    def __init__(self, flux, planet, star, label, augment=True):
        self.flux, self.planet, self.star, self.label = flux, planet, star, label
        self.augment = augment

    def __len__(self):
        return len(self.label)

    def __getitem__(self, row):
        flux = self.flux[row]
        if self.augment:
            flux = np.roll(flux, np.random.randint(-2, 3))  # noqa: NPY002
            flux = flux * np.random.uniform(0.95, 1.05)  # noqa: NPY002
            flux = flux + np.random.normal(0, 0.02, flux.shape)  # noqa: NPY002
        return (
            torch.tensor(flux, dtype=torch.float32)[:, None],
            torch.tensor(self.planet[row], dtype=torch.float32),
            torch.tensor(self.star[row], dtype=torch.float32),
            int(self.label[row]),
        )


class Mesa(nn.Module):
    """The three encoders, two projections and the classifier."""

    def __init__(self, steps, planet, star, classes, width=32, mlp_dim=256):
        super().__init__()
        self.project = nn.Linear(1, width)
        self.token = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        place = torch.arange(steps + 1)[:, None]
        rate = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
        positions = torch.zeros(steps + 1, width)
        positions[:, 0::2] = torch.sin(place * rate)
        positions[:, 1::2] = torch.cos(place * rate)
        self.register_buffer("positions", positions[None])
        layer = nn.TransformerEncoderLayer(
            width, 2, mlp_dim, dropout=0.1, batch_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, 1)
        self.planet, self.star = (
            nn.Sequential(
                nn.Linear(inputs, 64),
                nn.ReLU(),
                nn.Dropout(0.1),
                nn.Linear(64, width),
                nn.ReLU(),
            )
            for inputs in (planet, star)
        )
        self.curve_projection, self.physics_projection = (
            nn.Sequential(nn.Linear(n, width), nn.GELU(), nn.Linear(width, width))
            for n in (width, 2 * width)
        )
        self.classifier = nn.Sequential(
            nn.Linear(3 * width, 48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, classes)
        )

    def forward(self, flux, planet, star):
        """Logits and both projections."""
        x = self.project(flux)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], dim=1)
        curve = self.encoder(x + self.positions)[:, 0]
        planet, star = self.planet(planet), self.star(star)
        physics = torch.cat([planet, star], dim=1)
        logits = self.classifier(torch.cat([curve, physics], dim=1))
        return logits, self.curve_projection(curve), self.physics_projection(physics)


def loss_of(logits, curve, physics, label):
    """Focal loss + 0.1 symmetric InfoNCE."""
    cross = functional.cross_entropy(logits, label, reduction="none")
    focal = (0.25 * (1 - torch.exp(-cross)) ** 2 * cross).mean()
    a, b = functional.normalize(curve, dim=1), functional.normalize(physics, dim=1)
    similarity = a @ b.T / 0.07
    own = torch.arange(len(label))
    contrast = functional.cross_entropy(similarity, own)
    contrast = (contrast + functional.cross_entropy(similarity.T, own)) / 2
    return focal + 0.1 * contrast


def train(data, classes, batch_size, epochs, learning_rate, seed=0, max_steps=None):
    """Trains; yields (steps done, model) at the start and after each epoch."""
    torch.manual_seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    dataset = CandidateSet(*data)
    loader = torch.utils.data.DataLoader(
        dataset, batch_size, shuffle=True, drop_last=True
    )
    flux, planet, star, _ = data
    model = Mesa(flux.shape[1], planet.shape[1], star.shape[1], classes)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=learning_rate, weight_decay=0.05
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, epochs * len(loader)
    )
    steps = 0
    yield steps, model
    for _ in range(epochs):
        model.train()
        for *inputs, label in loader:
            optimizer.zero_grad()
            loss_of(*model(*inputs), label).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            steps += 1
            if steps == max_steps:
                yield steps, model
                return
        yield steps, model


@torch.no_grad()
def probabilities(model, flux, planet, star, batch_size=256):
    """Class probabilities of all rows."""
    model.eval()
    result = []
    for start in range(0, len(flux), batch_size):
        rows = slice(start, start + batch_size)
        inputs = (
            torch.tensor(np.asarray(part[rows]), dtype=torch.float32)
            for part in (flux[..., None], planet, star)
        )
        result.append(functional.softmax(model(*inputs)[0], dim=1).numpy())
    return np.concatenate(result)
