"""Text in ASCII, for terminals that show nothing else."""

from __future__ import annotations

import unicodedata

WORDS = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "eps", "ζ": "zeta", "η": "eta", "θ": "theta", "ι": "iota",
    "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta",
    "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "∂": "d",
    "∇": "grad", "∞": "inf", "∑": "sum", "∏": "prod", "∫": "int", "√": "sqrt", "ℓ": "l", "≤": "<=", "≥": ">=", "≠": "!=",
    "≈": "~=", "≡": "==", "∼": "~", "∝": "prop.to", "∈": "in", "∉": "not in", "≪": "<<", "≫": ">>", "→": "->", "←": "<-",
    "↔": "<->", "⇒": "=>", "⇐": "<=", "⇔": "<=>", "↦": "|->", "↑": "^", "↓": "v", "≜": ":=", "≔": ":=", "×": "x", "·": "*",
    "⋅": "*", "∗": "*", "⊙": "(.)", "⊗": "(x)", "⊕": "(+)", "±": "+-", "∓": "-+", "÷": "/", "∘": "o", "⋆": "*", "−": "-",
    "–": "-", "—": "--", "‐": "-", "…": "...", "⋯": "...", "⋮": ":", "⋱": "..", "′": "'", "″": "''", "‘": "'", "’": "'",
    "“": '"', "”": '"', "«": '"', "»": '"', "•": "*", "●": "o", "○": "o", "◉": "O", "✕": "x", "✗": "x", "✓": "v", "▲": "^",
    "■": "#", "□": "#", "◆": "+", "∪": "u", "∩": "n", "∧": "and", "∨": "or", "¬": "not ", "∀": "all", "∃": "some", "∅": "{}",
    "⊂": "<", "⊆": "<=", "‖": "||", "⟨": "<", "⟩": ">", "⊤": "T", "ᵀ": "^T", "ᵗ": "^t", "°": "deg", "∥": "||", "\u00a0": " ",
    "ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "€": "EUR", "£": "GBP", "ℝ": "R", "⌊": "[", "⌋": "]",
    "⌈": "[", "⌉": "]",
}  # fmt: skip
"""What is written instead of a character that has no ASCII form of its own."""

_BOX = {
    ord(c): plain
    for cs, plain in (
        ("─━═╌┄▁▔", "-"),
        ("│┃║╎┆╴╵╶╷▌▐▏▎▍▋", "|"),
        ("┌┐└┘├┤┬┴┼╭╮╰╯", "+"),
        ("█▊▉", "#"),
        ("▓", "*"),
        ("▒", "+"),
        ("░", "."),
        ("▀", "'"),
        ("▄", "."),
    )
    for c in cs
}


def to_ascii(text: str) -> str:
    """The text with every character beyond ASCII written out or dropped; its length may change."""
    if text.isascii():
        return text
    text = text.translate(_BOX)
    return text if text.isascii() else "".join(_one(c) for c in text)


def _one(c: str) -> str:
    if c.isascii():
        return c
    if c in WORDS:
        return WORDS[c]
    if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Me", "Cf"):
        return ""
    name = unicodedata.name(c, "")
    plain = "".join(d for d in unicodedata.normalize("NFKD", c) if d.isascii())
    if plain:
        return ("^" if "SUPERSCRIPT" in name else "_" if "SUBSCRIPT" in name else "") + plain
    return "?"


def one_to_one(text: str) -> str:
    """The same, but never changing the length: the last guard of a finished row."""
    if text.isascii():
        return text
    text = text.translate(_BOX)
    return "".join(c if c.isascii() else WORDS[c] if len(WORDS.get(c, "")) == 1 else "?" for c in text)
