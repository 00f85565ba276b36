"""Draws assets/three-fits.png, the figure of the README and of the index page.

Run it from the course's folder: ``.venv/bin/python assets/three_fits.py``.
"""

from pathlib import Path

import torch

from dlcourse import datasets, plotting

data = datasets.polynomial(15, noise=1.0, seed=11)
x, y = data.x.double(), data.tensors[1][:, 0].double()
grid = torch.linspace(-2, 2, 400, dtype=torch.float64)
fits = {}
for name, degree in {"too simple": 1, "right": 3, "overfitted": 9}.items():
    powers = torch.arange(degree + 1)
    w = torch.linalg.lstsq((x[:, None] / 2) ** powers, y[:, None]).solution[:, 0]
    fits[f"{name}: degree {degree}"] = (grid, (grid[:, None] / 2) ** powers @ w)
figure = plotting.function_fits(
    x,
    y,
    fits,
    truth=(grid, 5 + 1.2 * grid - 3.4 * grid**2 / 2 + 5.6 * grid**3 / 6),
    alt="Fifteen noisy points fitted by polynomials of degree 1, 3 and 9.",
)
target = Path(__file__).parent / "three-fits.png"
figure.save(target)
for suffix in (".csv", ".txt"):  # the page needs the picture alone
    target.with_suffix(suffix).unlink()
