"""The embedded model's weights: found, listed and installed."""

from autocrea_lsp.ai.weights.catalogue import Weights, default, directory, find, installed, known
from autocrea_lsp.ai.weights.install import Installed, Progress, install

__all__ = ["Installed", "Progress", "Weights", "default", "directory", "find", "install", "installed", "known"]
