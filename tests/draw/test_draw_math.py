"""Formulas of deep learning, laid out. `frames/formulas.txt` is to be read by eye; `DLTUTOR_FRAMES=1` rewrites it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tutor.draw.cells import cell_width
from tutor.draw.mathbox import MathError, check_formula, display, inline

FRAMES = Path(__file__).parent / "frames"
FORMULAS = {
    "perceptron": r"y = \varphi\left(\sum_{i=1}^{n} w_i x_i + b\right)",
    "update": r"w \leftarrow w + \rho\,(t - y)\,x",
    "novikoff": r"\text{mistakes} \le \left(\frac{R}{\gamma}\right)^2",
    "adam, ε outside the root": r"\theta_t = \theta_{t-1} - \rho \frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \epsilon}",
    "adam, ε inside the root": r"\theta_t = \theta_{t-1} - \rho \frac{\hat{m}_t}{\sqrt{\hat{v}_t + \epsilon}}",
    "bias correction": r"\hat{m}_t = \frac{m_t}{1 - \beta_1^t}",
    "fractions in fractions": r"\frac{1}{1 + \frac{a}{b + \frac{c}{d}}}",
    "softmax": r"\operatorname{softmax}(z)_i = \frac{e^{z_i}}{\sum_{j=1}^{K} e^{z_j}}",
    "cross-entropy": r"\mathcal{L} = -\frac{1}{m}\sum_{i=1}^{m} \sum_{k} t_{ik} \log y_{ik}",
    "squared error": r"\frac{1}{m}\sum_{i=1}^m \left(y^{(i)} - t^{(i)}\right)^2",
    "attention": r"\mathrm{Attention}(Q,K,V) = \operatorname{softmax}\left(\frac{QK^\top}{\sqrt{d_k}}\right)V",
    "relu": r"\operatorname{ReLU}(x) = \begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
    "batch normalisation": r"\hat{x}_i = \frac{x_i - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}}",
    "divergence": r"D_{KL}(q \| p) = \mathbb{E}_{z \sim q}\left[\log \frac{q(z)}{p(z)}\right]",
    "gan": r"\min_G \max_D \; \mathbb{E}_{x}[\log D(x)] + \mathbb{E}_z[\log(1 - D(G(z)))]",
    "chain rule": r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial a}\,\varphi'(o)\,\frac{\partial o}{\partial w}",
    "gradient": r"\nabla_w L = \left[\frac{\partial L}{\partial w_1}, \ldots, \frac{\partial L}{\partial w_n}\right]^\top",
    "matrix": r"W = \begin{bmatrix} w_{11} & w_{12} \\ w_{21} & w_{22} \end{bmatrix}",
    "argmax": r"\hat{y} = \argmax_{k \in \{1,\ldots,K\}} p_k",
    "sigmoid": r"\sigma(x) = \frac{1}{1 + e^{-x}}",
    "normal density": r"p(x) = \frac{1}{\sqrt{2\pi\sigma^2}} e^{-\frac{(x - \mu)^2}{2\sigma^2}}",
    "spaces": r"w \in \mathbb{R}^{n+1}, \quad \mathbf{x} \in \mathbb{R}^n",
    "norm and roots": r"\left\| \frac{w}{2} \right\|_2^2 + \sqrt[3]{x} + \sqrt{n}",
    "integral and limit": r"\int_0^1 f(x)\,dx = \lim_{n \to \infty} \frac{1}{n}\sum_{i=1}^{n} f\left(\frac{i}{n}\right)",
    "brace": r"\underbrace{w^\top x + b}_{z}",
    "aligned": r"\begin{aligned} m_t &= \beta m_{t-1} + (1-\beta) g_t \\ v_t &= \beta_2 v_{t-1} + g_t^2 \end{aligned}",
    "lstm": r"c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t",
    "layers": r"a^{[l]} = \varphi\left(W^{[l]} a^{[l-1]} + b^{[l]}\right)",
    "signs": r"-x + (-y) \cdot -z = -\frac{1}{2}",
    "step": r"\varphi(z) = \mathbb{1}[z \ge 0]",
}


def test_formulas_as_they_look() -> None:
    pieces = []
    for name, source in FORMULAS.items():
        rows = "\n".join("    " + row if row else "" for row in display(source))
        plainly = "\n".join("    " + row if row else "" for row in display(source, ascii=True))
        lines = f"{name}: {source}", rows, f"    {inline(source)}", plainly, f"    {inline(source, ascii=True)}"
        pieces.append("\n\n".join(lines))
    found = "\n\n\n".join(pieces) + "\n"
    path = FRAMES / "formulas.txt"
    if os.environ.get("DLTUTOR_FRAMES"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("source", FORMULAS.values())
def test_ascii_is_ascii(source: str) -> None:
    assert all(row.isascii() for row in display(source, ascii=True))
    assert inline(source, ascii=True).isascii()
    assert "\n" not in inline(source)


@pytest.mark.parametrize(
    ("outside", "within"),
    [
        (r"\sqrt{v} + \epsilon", r"\sqrt{v + \epsilon}"),
        (r"\frac{a}{b} c", r"\frac{a}{b c}"),
        (r"\frac{a + b}{c}", r"a + \frac{b}{c}"),
        (r"\frac{a}{\frac{b}{c}}", r"\frac{\frac{a}{b}}{c}"),
        (r"e^{-x} + 1", r"e^{-x + 1}"),
        (r"\log \frac{a}{b}", r"\frac{\log a}{b}"),
        (r"(a + b)^2", r"a + b^2"),
        (r"\frac{1}{2}(x - y)^2", r"\frac{1}{2(x - y)^2}"),
        (r"x_i^2", r"x_{i^2}"),
        (r"\frac{\partial L}{\partial w} x", r"\frac{\partial L}{\partial w x}"),
    ],
)
@pytest.mark.parametrize("ascii", [False, True])
def test_grouping_is_never_lost(outside: str, within: str, ascii: bool) -> None:
    """Two formulas that mean different things look different, in two dimensions and in one line."""
    assert display(outside, ascii) != display(within, ascii)
    assert inline(outside, ascii) != inline(within, ascii)


@pytest.mark.parametrize(
    ("source", "want"),
    [
        (r"\frac{1}{2} x", "(1/2) x"),
        (r"\frac{a+b}{c+d}", "(a + b)/(c + d)"),
        (r"\frac{\partial L}{\partial w}", "∂L/∂w"),
        (r"\frac{f(x)}{g(x)}", "f(x)/g(x)"),
        (r"\frac{1}{2\sigma^2}", "1/(2σ²)"),
        (r"\sqrt{x+1}", "√(x + 1)"),
        (r"x^{n+1}", "xⁿ⁺¹"),
        (r"x^{a/b}", "x^(a/b)"),
        (r"w_{i,j}^{(t)}", "wᵢ,ⱼ⁽ᵗ⁾"),
        (r"f''(x)", "f′′(x)"),
        (r"-1", "−1"),
        (r"a - -b", "a − −b"),
        (r"\hat{y}", "ŷ"),
        (r"\bar x", "x̄"),
        (r"\vec{w}", "w⃗"),
        (r"\max(0, x)", "max(0, x)"),
        (r"2\log x", "2 log x"),
        (r"x \text{ if } y", "x if y"),
        (r"50\,\%", "50 %"),
        (r"", ""),
    ],
)
def test_inline(source: str, want: str) -> None:
    assert inline(source) == want


@pytest.mark.parametrize(
    ("source", "position", "words"),
    [
        (r"\fraq{1}{2}", 0, r"unknown command \fraq; did you mean \frac?"),
        (r"x + \alhpa", 4, r"did you mean \alpha?"),
        (r"x + \zzzzzz", 4, r"unknown command \zzzzzz"),
        (r"x + {a", 4, "never closed"),
        (r"a}", 1, "a } too many"),
        (r"\frac{1}", 8, r"\frac wants an argument"),
        (r"x_1_2", 3, "two subscripts"),
        (r"x^1^2", 3, "two superscripts"),
        (r"y \left( x", 2, r"a \left without its \right"),
        (r"\right)", 0, r"a \right without its \left"),
        (r"\begin{caes} a \end{caes}", 0, "did you mean 'cases'?"),
        (r"\begin{cases} a", 0, r"without its \end"),
        (r"\begin{cases} a \end{matrix}", 16, r"ends with \end{matrix}"),
        ("a\\", 1, "backslash"),
        (r"\sqrt[3", 7, "ends where"),
        (r"x^", 2, "wants an argument"),
        (r"$x$", 0, "no place in a formula"),
        (r"\text x", 6, "in {…}"),
        (r"a & b", 2, "no place here"),
        (r"\text{\foo}", 6, r"unknown command \foo"),
    ],
)
def test_mistakes_say_what_and_where(source: str, position: int, words: str) -> None:
    with pytest.raises(MathError) as caught:
        check_formula(source)
    assert caught.value.position == position
    assert words in caught.value.message


@pytest.mark.parametrize("source", ["{" * 500, "\\frac" * 500, "x_{" * 500, "\\left(" * 500, "x" * 5000, r"\sqrt" * 500])
def test_absurd_formulas_are_refused(source: str) -> None:
    with pytest.raises(MathError):
        check_formula(source)


def test_rows_hold_together() -> None:
    """Fences and bars are as wide as what they belong to, so no row is longer than the widest."""
    for source in FORMULAS.values():
        widths = [cell_width(row) for row in display(source)]
        assert max(widths) <= 90
