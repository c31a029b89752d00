"""Runs: deterministic, seekable, named by a link; and the worker process that they live in."""

from __future__ import annotations

from tutor.engine.cache import prepare

__all__ = ["prepare"]
