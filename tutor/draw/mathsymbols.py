"""The commands of TeX that formulas may use, and what stands for them."""

from __future__ import annotations

from difflib import get_close_matches

SYMBOLS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "vartheta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω", "partial": "∂", "nabla": "∇", "infty": "∞", "ell": "ℓ", "top": "⊤", "dots": "…", "ldots": "…", "cdots": "⋯",
    "vdots": "⋮", "ddots": "⋱", "forall": "∀", "exists": "∃", "emptyset": "∅", "prime": "′", "star": "⋆", "bullet": "•",
    "neg": "¬", "lnot": "¬", "degree": "°", "checkmark": "✓", "angle": "∠", "hbar": "ℏ", "Re": "ℜ", "Im": "ℑ",
}  # fmt: skip
"""Letters and letter-like signs: ordinary atoms."""

RELATIONS = {
    "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈", "sim": "∼", "equiv": "≡",
    "propto": "∝", "in": "∈", "notin": "∉", "to": "→", "rightarrow": "→", "longrightarrow": "→", "leftarrow": "←", "gets": "←",
    "leftrightarrow": "↔", "Rightarrow": "⇒", "implies": "⇒", "Leftarrow": "⇐", "iff": "⇔", "Leftrightarrow": "⇔",
    "mapsto": "↦",
    "ll": "≪", "gg": "≫", "mid": "|", "parallel": "∥", "perp": "⊥", "subset": "⊂", "subseteq": "⊆", "triangleq": "≜",
    "coloneqq": "≔", "lt": "<", "gt": ">", "simeq": "≃", "uparrow": "↑", "downarrow": "↓",
}  # fmt: skip

BINARIES = {
    "times": "×", "cdot": "·", "odot": "⊙", "otimes": "⊗", "oplus": "⊕", "pm": "±", "mp": "∓", "ast": "∗", "cup": "∪",
    "cap": "∩", "wedge": "∧", "land": "∧", "vee": "∨", "lor": "∨", "div": "÷", "circ": "∘", "setminus": "∖",
}  # fmt: skip

BIG = {"sum": "∑", "prod": "∏", "int": "∫", "oint": "∮", "bigcup": "⋃", "bigcap": "⋂", "bigoplus": "⨁"}
"""Operators whose limits stand above and below in a display (beside for integrals)."""

FUNCTIONS = {
    "log", "exp", "ln", "sin", "cos", "tan", "tanh", "sinh", "cosh", "arctan", "sigmoid", "softmax", "softplus", "relu", "ReLU",
    "ELU", "GELU", "det", "dim", "var", "Var", "cov", "sgn", "sign", "tr", "diag", "rank", "erf", "deg", "ker", "Pr",
}  # fmt: skip
LIMITS = {
    "max": "max", "min": "min", "sup": "sup", "inf": "inf", "lim": "lim", "limsup": "lim sup", "liminf": "lim inf",
    "argmax": "arg max", "argmin": "arg min",
}  # fmt: skip
"""Functions whose subscript stands below in a display."""

ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "widetilde": "\u0303", "vec": "\u20d7",
    "dot": "\u0307", "ddot": "\u0308", "overline": "\u0305", "underline": "\u0332", "breve": "\u0306", "check": "\u030c",
}  # fmt: skip
"""As combining characters over one letter."""

WORDS = ("text", "mathrm", "operatorname", "textrm", "mathit", "mathsf", "mathtt", "textbf", "textit", "mathop")
"""Commands whose argument is set as it is written; `operatorname` makes it a function."""

DELIMITERS = {
    "lvert": "|", "rvert": "|", "vert": "|", "lVert": "‖", "rVert": "‖", "Vert": "‖", "langle": "⟨", "rangle": "⟩",
    "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "lbrace": "{", "rbrace": "}", "lbrack": "[", "rbrack": "]",
}  # fmt: skip

SIZES = ("big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "bigm", "Bigm")
"""Said before a delimiter; here it is as large as a row."""

IGNORED = ("displaystyle", "textstyle", "limits", "nolimits", "nonumber", "mathstrut")

SPACES = {",": " ", ";": " ", ":": " ", ">": " ", "!": "", " ": " ", "quad": "  ", "qquad": "    ", "thinspace": " "}

ENVIRONMENTS = {
    "matrix": ("", "", "c"), "pmatrix": ("(", ")", "c"), "bmatrix": ("[", "]", "c"), "vmatrix": ("|", "|", "c"),
    "Vmatrix": ("‖", "‖", "c"), "cases": ("{", "", "l"), "aligned": ("", "", "a"), "align": ("", "", "a"),
    "align*": ("", "", "a"),
    "split": ("", "", "a"), "gathered": ("", "", "c"), "array": ("", "", "c"),
}  # fmt: skip
"""Name → left fence, right fence, how columns are aligned (c, l, or a: right and left in turn around &)."""

STRUCTURES = (
    "frac", "tfrac", "dfrac", "sqrt", "binom", "left", "right", "begin", "end", "underbrace", "overbrace", "underset",
    "overset", "stackrel", "substack", "boldsymbol", "mathbf", "bm", "mathbb", "mathcal", "mathscr",
)  # fmt: skip


def _alphabet(upper: int, lower: int, special: dict[str, str]) -> dict[str, str]:
    letters = {chr(65 + k): chr(upper + k) for k in range(26)}
    if lower:
        letters |= {chr(97 + k): chr(lower + k) for k in range(26)}
    return letters | special


_BOLD = _alphabet(0x1D400, 0x1D41A, {chr(0x30 + k): chr(0x1D7CE + k) for k in range(10)})
_BLACKBOARD = _alphabet(
    0x1D538, 0x1D552, {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "C": "ℂ", "P": "ℙ", "H": "ℍ", "1": "𝟙"}
)  # fmt: skip
_SCRIPT = _alphabet(
    0x1D49C, 0, {"B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ"}
)  # fmt: skip
ALPHABETS = {
    "mathbf": _BOLD, "boldsymbol": _BOLD, "bm": _BOLD, "mathbb": _BLACKBOARD, "mathcal": _SCRIPT, "mathscr": _SCRIPT,
}  # fmt: skip

SUPERSCRIPTS = dict(
    zip(
        "0123456789+−=()abcdefghijklmnoprstuvwxyzβγδθφχTLNVWBHKMPRAGIJODEU⊤∗′-",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵝᵞᵟᶿᵠᵡᵀᴸᴺⱽᵂᴮᴴᴷᴹᴾᴿᴬᴳᴵᴶᴼᴰᴱᵁᵀ*′⁻",
        strict=True,
    )
)
SUBSCRIPTS = dict(zip("0123456789+−=()aehijklmnoprstuvxβγρφχ,-", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ,₋", strict=True))


def known_commands() -> list[str]:
    """Every command that a formula may use, without its backslash."""
    tables = (
        SYMBOLS, RELATIONS, BINARIES, BIG, FUNCTIONS, LIMITS, ACCENTS, WORDS, DELIMITERS, SIZES, IGNORED, STRUCTURES,
    )  # fmt: skip
    return sorted({name for table in tables for name in table} | {name for name in SPACES if name.isalpha()})


def unknown(name: str) -> str:
    """What to say about a command that is none of these; only a near one is named, since a list of hundreds is no help."""
    close = get_close_matches(name, known_commands(), n=1, cutoff=0.5)
    return f"unknown command \\{name}" + (f"; did you mean \\{close[0]}?" if close else "")
