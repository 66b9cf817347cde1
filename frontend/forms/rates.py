"""What an administrator says about a rate that waits."""

from __future__ import annotations

from .parts import CodeField, OnceForm, ReasonField


class RateRefuseForm(OnceForm):
    """A no, why, and a signature."""

    reason = ReasonField()
    code = CodeField()
