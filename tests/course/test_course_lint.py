"""Every rule of the linter, by a planted fault; and one fault gives one problem."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from course_samples import EXERCISE_FILES, LABS, LESSON_FRONT, TOOLS, Check, Write, formula, only_problem

from tutor.course.lint import Tools, lint, problems_as_json, problems_as_text
from tutor.course.model import Exercise
from tutor.errors import BadLesson

QUIZ = "```quiz q\nask: Why?\nkind: {kind}\n{rest}\n```\n"
TWO = "options:\n  - {say: a, right: true}\n  - {say: b, because: No.}"


def quiz(kind: str, *rest: str) -> str:
    return QUIZ.format(kind=kind, rest="\n".join(rest))


def lab(*lines: str, name: str = "perceptron") -> str:
    return "\n".join((f"```lab {name}", *lines, "```", ""))


def predict(*lines: str, measure: str = "errors", link: str = "perceptron") -> str:
    return "\n".join(
        (
            "```predict p",
            "ask: How many?",
            f"lab: {link}",
            f"measure: {measure}",
            *(lines or ("kind: number", "within: 1")),
            "```",
            "",
        )
    )


SOUND = [
    "Words with $x$, `$ code`, \\$5 and [a link](#a-lesson).",
    "See [the chapter](index.md), [it](../01-first/), [the lab](lab:perceptron?data=xor&seed=3) and [more](https://example.org).",
    "$$\n\\sum_i x_i\n$$",
    quiz("choice", TWO),
    quiz("choice", "answer: a", "options:\n  - {say: a}\n  - {say: b, because: No.}"),
    quiz("choices", "answers: [a]", "options:\n  - {say: a}\n  - {say: b, because: No.}"),
    quiz("number", "answer: 1e-3", "within: 1e-4", "because: So."),
    quiz("range", "low: 2", "high: 5", "within: 2", "because: So."),
    quiz("text", "answer: 1943", "because: So."),
    quiz("text", "answers: [McCulloch and Pitts, Pitts]", "because: So."),
    quiz("order", "options: [one, two, three]", "because: So."),
    lab("knobs: {data: and, rate: 1, rate@40: 0.5, seed: 7}", "show: [mistakes]", "hide: [rate]", "goal: mistakes <= bound"),
    predict(),
    predict(
        "kind: choice",
        'options:\n  - {say: a, when: "errors == 0"}\n  - {say: b, when: "errors > 0"}',
        link="perceptron?data=xor",
    ),
    predict("kind: sketch", "steps: 40", "range: [0, 10]", "within: 0.1"),
    predict("kind: sketch", "steps: 40", "range: [0.01, 10]", "log: true", "within: 0.1", measure="mistakes"),
    "```exercise add-it\nfile: exercises/add.py\nplug: perceptron\nwhy: So.\n```\n",
    "```timeline\nevents:\n  - {year: 1957, title: T, chapter: 01-first}\n```\n",
    "```aside\ntitle: T\ntext: |\n  Some $x$.\n```\n",
]


@pytest.mark.parametrize("body", SOUND)
def test_sound(check: Check, body: str) -> None:
    assert check(body) == []


# (body, rule, line, column, a part of the message, a part of the mend); the body begins in line 5.
FAULTS = [
    ("```quizz q\nask: x\n```\n", "unknown-block", 5, 4, "'quizz'", "'quiz'"),
    ("- a\n\n  ```quiz q\n  ask: x\n  ```\n", "nested-block", 7, 1, "list", "move it out"),
    ("```quiz q\nask: x\n", "open-block", 5, 1, "not closed", "```"),
    ("```quiz\nask: x\n```\n", "block-name", 5, 1, "no name", "quiz a-name"),
    ("```quiz Big Name\nask: x\n```\n", "block-name", 5, 1, "'Name'", "one name"),
    ("```quiz Big\nask: x\n```\n", "block-name", 5, 1, "'Big'", "a-z"),
    ("```lab\n```\n", "block-name", 5, 1, "no lab", "lab perceptron"),
    (quiz("choice", TWO) + quiz("choice", TWO), "duplicate-id", 12, 1, "'q'", "another name"),
    ("```quiz q\n- a\n```\n", "yaml", 6, 1, "keys and values", "key: value"),
    ("```quiz q\nask: [\n```\n", "yaml", 6, 7, "not YAML", ""),
    ("```quiz q\nask: it is: so\n```\n", "yaml", 6, 11, "not YAML", "quotes"),
    ("```quiz q\nask: x\nask: y\n```\n", "duplicate-key", 7, 1, "'ask'", "line 6"),
    (quiz("choice", TWO, "becuase: x"), "unknown-key", 11, 1, "'becuase'", "'because'"),
    (quiz("choice", TWO, "low: 3"), "unknown-key", 11, 1, "quiz of kind choice", "there are"),
    (quiz("choise", TWO), "unknown-kind", 7, 7, "'choise'", "'choice'"),
    ("```quiz q\nkind: choice\n" + TWO + "\n```\n", "missing-key", 5, 1, "'ask'", "ask: …"),
    (quiz("choice"), "missing-key", 5, 1, "'options'", "options: …"),
    (quiz("number", "answer: 3"), "missing-key", 5, 1, "'because'", ""),
    (quiz("number", "answer: three", "because: x"), "wrong-type", 8, 9, "a number", "without quotes"),
    (quiz("choice", "options: a"), "wrong-type", 8, 10, "a list", ""),
    (quiz("choice", "options: [{say: a, right: true}, b]"), "wrong-type", 8, 34, "keys", "say"),
    (quiz("choice", "options: [{say: a, right: yes}, {say: b, because: x}]"), "wrong-type", 8, 27, "true or false", ""),
    (quiz("choice", "options: [{say: a, right: true}]"), "options", 8, 10, "two options", "add one"),
    (quiz("choice", "options: [{say: a, right: true}, {say: a, because: x}]"), "options", 8, 40, "twice", ""),
    (quiz("choice", "options: [{say: a, right: true}, {say: b}]"), "feedback", 8, 34, "says nothing", "because"),
    (quiz("choice", "answer: c", TWO.replace(", right: true", "")), "quiz-answer", 8, 9, "'c' is not among", "there are"),
    (quiz("choices", "answers: [a, c]", TWO.replace(", right: true", "")), "quiz-answer", 8, 14, "'c' is not among", ""),
    (quiz("choice", TWO.replace(", right: true", ", because: No.")), "quiz-answer", 9, 3, "none of the options", "right: true"),
    (quiz("choice", TWO.replace("because: No.", "right: true")), "quiz-answer", 9, 3, "2 options are right", "choices"),
    (quiz("number", "answer: 3", "within: -1", "because: x"), "quiz-answer", 8, 9, "refuses its own", ""),
    (quiz("range", "low: 5", "high: 2", "within: 2", "because: x"), "quiz-answer", 8, 6, "low is not below high", "under low"),
    (quiz("range", "low: 2", "high: 5", "within: 0.5", "because: x"), "quiz-answer", 10, 9, "nothing is right", "1.5"),
    (quiz("text", "because: x"), "missing-key", 5, 1, "no answer", "answer: …"),
    (lab(name="perceptrom"), "unknown-lab", 5, 1, "'perceptrom'", "'perceptron'"),
    (lab("knobs: {rat: 1}"), "unknown-knob", 6, 9, "'rat'", "'rate'"),
    (lab("knobs: {rate: 11}"), "bad-knob", 6, 15, "too large", "0 to 10"),
    (lab("knobs: {data: nand}"), "bad-knob", 6, 15, "'nand'", "'and'"),
    (lab("knobs: {seed: -1}"), "bad-knob", 6, 15, "seed", "whole number"),
    (lab("knobs: {data@4: xor}"), "bad-knob", 6, 9, "cannot change", "start"),
    (lab("knobs: {rate@x: 1}"), "bad-knob", 6, 9, "at which step", ""),
    (lab("knobs: {rate: [1]}"), "wrong-type", 6, 15, "single value", ""),
    (lab("show: [boundery]"), "unknown-view", 6, 8, "'boundery'", "'boundary'"),
    (lab("hide: [rated]"), "unknown-knob", 6, 8, "'rated'", "'rate'"),
    (lab("goal: accuracy == 1"), "goal", 6, 7, "'accuracy'", "there are"),
    (lab("sweep: {rate: '1,2'}"), "bad-sweep", 6, 8, "two axes, not 1", "write sweep"),
    (lab("sweep: {rate: 1, data: 'and,xor'}"), "bad-sweep", 6, 15, "at least two values", "commas"),
    (lab("sweep: {rate: '1,2', data: [and]}"), "wrong-type", 6, 28, "single value", ""),
    (lab("lock: [rat]"), "unknown-knob", 6, 8, "'rat'", "'rate'"),
    (lab("hide: [rate]", "lock: [rate]"), "bad-knob", 7, 8, "hidden", "remove"),
    (lab("par: 3"), "missing-key", 6, 1, "par goes with a goal", "goal: …"),
    (lab("goal: errors == 0", "par: 0"), "wrong-type", 7, 6, "whole number", "from 1"),
    (lab("goal: errors == 0", "reach: {rate: 99}"), "bad-knob", 7, 15, "too large", ""),
    (lab("goal: errors == 0", "reach: {rat: 1}"), "unknown-knob", 7, 9, "'rat'", "'rate'"),
    ("```text\nshort\n" + 72 * "x" + "\n```\n", "too-wide", 7, 72, "takes 72 columns", "break it"),
    ("Words.\n\n$$\n" + 72 * "x" + "\n$$\n", "too-wide", 7, 1, "this formula takes 72 columns", "break it"),
    ("Words\nand " + 72 * "x", "too-wide", 5, 1, "the word xxxx", "break it"),
    (lab("goal: mistaks == 1"), "goal", 6, 7, "'mistaks'", "'mistakes'"),
    (lab("goal: errors = 0"), "goal", 6, 7, "cannot read", "errors == 0"),
    (lab("goal: 1 < 2"), "goal", 6, 7, "names no metric", "errors == 0"),
    (lab("goal: rate > 1"), "goal", 6, 7, "only knobs", "errors"),
    (predict(measure="loss"), "unknown-metric", 8, 10, "'loss'", "there are"),
    (predict(link="perceptro"), "unknown-lab", 7, 6, "'perceptro'", "'perceptron'"),
    (predict(link="perceptron?rat=1"), "unknown-knob", 7, 6, "'rat'", "'rate'"),
    (predict(link="perceptron?rate"), "bad-knob", 7, 6, "knob=value", ""),
    (predict("kind: text"), "unknown-kind", 9, 7, "'text'", "there are"),
    (predict("kind: number"), "missing-key", 5, 1, "'within'", ""),
    (predict("kind: number", "within: -1"), "wrong-value", 10, 9, "negative", ""),
    (predict("kind: sketch", "range: [0, 1]", "within: 0.1"), "missing-key", 5, 1, "'steps'", "steps: …"),
    (predict("kind: sketch", "steps: 9", "range: [0, 1]", "within: 0.6"), "wrong-value", 12, 9, "any sketch", "0.1"),
    (predict("kind: sketch", "steps: 0", "range: [0, 1]", "within: 0.1"), "wrong-type", 10, 8, "whole number", "from 1"),
    (predict("kind: sketch", "steps: 9", "range: [1, 0]", "within: 0.1"), "wrong-value", 11, 8, "smaller first", "[0, 1]"),
    (predict("kind: sketch", "steps: 9", "range: [1]", "within: 0.1"), "wrong-value", 11, 8, "two numbers", "[0, 1]"),
    (predict("kind: sketch", "steps: 9", "range: 3", "within: 0.1"), "wrong-type", 11, 8, "a list", ""),
    (
        predict("kind: sketch", "steps: 9", "range: [0, 1]", "log: true", "within: 0.1"),
        "wrong-value", 11, 8, "begins above 0", "raise",
    ),
    (
        predict("kind: sketch", "steps: 9", "range: [0, 1]", "within: 0.1", measure="bound"),
        "unknown-metric", 8, 10, "no view draws 'bound'", "there are",
    ),
    (predict("kind: number", "within: 1", "steps: 4"), "unknown-key", 11, 1, "number has no steps", "remove"),
    (predict("kind: choice"), "options", 5, 1, "two options", ""),
    (predict("kind: choice", "within: 1", "options: [{say: a, when: errors > 0}]"), "unknown-key", 10, 1, "within", "remove"),
    (predict("kind: choice", "options: [{say: a, when: x > 0}, {say: b, when: errors > 0}]"), "condition", 10, 26, "x", "are"),
    (predict("kind: choice", "options: [{say: a}, {say: b, when: errors > 0}]"), "missing-key", 10, 11, "'when'", ""),
    ("```exercise e\nfile: exercises/none.py\nwhy: x\n```\n", "missing-file", 6, 7, "exercises/none.py", "write it"),
    ("```exercise e\nfile: ../../../x.py\nwhy: x\n```\n", "outside", 6, 7, "out of", "inside"),
    ("```exercise e\nfile: exercises/add.py\nplug: neuron\nwhy: x\n```\n", "unknown-lab", 7, 7, "nobody's code", "perceptron"),
    ("```exercise e\nfile: exercises/add.py\nplug: neurons\nwhy: x\n```\n", "unknown-lab", 7, 7, "'neurons'", "'neuron'"),
    ("```exercise broken\nfile: exercises/add.py\nwhy: x\n```\n", "exercise-proof", 6, 7, "solution fails", "check"),
    ("```exercise e\nfile: exercises/add.py\nhints: [[x]]\nwhy: x\n```\n", "wrong-type", 7, 9, "hint", ""),
    ("```exercise e\nfile: exercises/add.py\nhints: [{when: x}]\nwhy: x\n```\n", "missing-key", 7, 9, "'say'", ""),
    ("```timeline\nevents: [{year: 1957}]\n```\n", "missing-key", 6, 10, "'title'", ""),
    ("```timeline\nevents: [x]\n```\n", "wrong-type", 6, 10, "event", ""),
    ("```timeline\nevents: [{year: 1, title: x, chapter: 01-frist}]\n```\n", "broken-link", 6, 39, "'01-frist'", "'01-first'"),
    ("```picture\ncaption: x\n```\n", "missing-key", 5, 1, "'lab'", ""),
    ("```picture\nlab: perceptro\ncaption: x\n```\n", "unknown-lab", 6, 6, "'perceptro'", "'perceptron'"),
    ("```picture\nlab: perceptron\nview: bondary\ncaption: x\n```\n", "unknown-view", 7, 7, "'bondary'", "'boundary'"),
    ("```picture\nlab: perceptron\nsize: 9x9\ncaption: x\n```\n", "wrong-value", 7, 7, "columns x rows", "60x18"),
    ("```picture\nlab: perceptron\nsize: 72x9\ncaption: x\n```\n", "too-wide", 7, 7, "this picture", "break it"),
    ("```picture\nlab: perceptron\nstep: -1\ncaption: x\n```\n", "wrong-type", 7, 7, "whole number", ""),
    ("```aside\ntitle: x\n```\n", "missing-key", 5, 1, "'text'", ""),
    ("Words, then $a + \\undefined{x}$.", "bad-formula", 5, 18, "\\undefined", ""),
    ("Words\n- item $\\undefined$\n", "bad-formula", 6, 9, "\\undefined", ""),
    ("$$\na +\n\\undefined\n$$\n", "bad-formula", 7, 1, "\\undefined", ""),
    ("| a | b |\n|---|---|\n| $x$ | $\\undefined$ |\n", "bad-formula", 7, 10, "\\undefined", ""),
    ("Costs $5.", "bad-formula", 5, 7, "begins no formula", "\\$"),
    ("## A $\\undefined$ heading\n\nx\n", "bad-formula", 5, 7, "\\undefined", ""),
    (quiz("choice", TWO, "because: 'so $\\undefined$'"), "bad-formula", 11, 15, "\\undefined", ""),
    ("```aside\ntitle: T\ntext: |\n  One\n  two $\\undefined$.\n```\n", "bad-formula", 9, 8, "\\undefined", ""),
    ("[x](02-two.md)", "broken-link", 5, 1, "02-two.md", "01-one.md"),
    ("See [x](01-on.md).", "broken-link", 5, 5, "01-on.md", "01-one.md"),
    ("See [x](#nowhere).", "broken-link", 5, 5, "'nowhere'", "a-lesson"),
    ("See [x](index.md#top).", "broken-link", 5, 5, "'top'", ""),
    ("See [x](../../secret.md).", "broken-link", 5, 5, "out of the course", ""),
    ("See [x](/etc/passwd).", "broken-link", 5, 5, "out of the course", ""),
    ("See ![x](picture.png).", "broken-link", 5, 5, "picture.png", ""),
    ("See [x](lab:perceptro).", "unknown-lab", 5, 5, "'perceptro'", "'perceptron'"),
    ("See [x](lab:perceptron?rate=99).", "bad-knob", 5, 5, "too large", ""),
    ("# Title\n\nx", "heading", 5, 1, "front matter", "##"),
    ("x\n\n#### Deep\n\nx", "heading", 7, 1, "level 4", "##"),
    ("x\n\n##\n\nx", "heading", 7, 1, "empty", "name"),
    ("x\n\n## Nothing\n\n## More\n\nx", "heading", 7, 4, "'Nothing' is empty", ""),
]  # fmt: skip


@pytest.mark.parametrize(("body", "rule", "line", "column", "message", "mend"), FAULTS)
def test_one_fault_one_problem(check: Check, body: str, rule: str, line: int, column: int, message: str, mend: str) -> None:
    only_problem(check(body), rule, line, column, message, mend)


def test_two_silent_options_are_two_faults(check: Check) -> None:
    body = quiz("choice", "options: [{say: a, right: true}, {say: b}, {say: c}]")
    assert [problem.rule for problem in check(body)] == ["feedback", "feedback"]


def front(title: str, *needs: str) -> str:
    return f"---\ntitle: {title}\nminutes: 5\nneeds: [{', '.join(needs)}]\n---\nx\n"


def test_needs(write: Write) -> None:
    root = write({"01-first/01-a.md": front("A", "01-first/bb"), "01-first/02-b.md": front("B", "01-first/a")})
    (problem,) = lint(root, TOOLS)
    assert (problem.rule, str(problem.place)) == ("needs", f"{root}/01-first/01-a.md:4:9")
    assert problem.mend == "did you mean '01-first/b'?"


def test_a_circle_of_needs_is_one_problem(write: Write) -> None:
    files = {f"01-first/0{i}-{a}.md": front(a, f"01-first/{b}") for i, (a, b) in enumerate(["ab", "bc", "ca", "da"])}
    (problem,) = lint(write(files), TOOLS)
    assert problem.rule == "needs"
    assert "01-first/a → 01-first/b → 01-first/c → 01-first/a" in problem.message


def test_a_lesson_that_needs_itself(write: Write) -> None:
    (problem,) = lint(write({"01-first/01-a.md": front("A", "01-first/a")}), TOOLS)
    assert "circle" in problem.message


def test_links_between_lessons(write: Write) -> None:
    files = {
        "01-first/01-a.md": LESSON_FRONT + "[b](02-b.md#part) and [c](../02-second/01-c.md#prt)\n",
        "01-first/02-b.md": LESSON_FRONT + "## Part\n\nx\n",
        "02-second/index.md": "---\ntitle: x\nsummary: y\n---\n[back](../01-first/01-a.md) $\\undefined$\n",
        "02-second/01-c.md": LESSON_FRONT + "## Part\n\nx\n",
    }
    problems = lint(write(files), TOOLS)
    assert [(p.rule, p.place.file.name, p.place.column) for p in problems] == [
        ("broken-link", "01-a.md", 23),
        ("bad-formula", "index.md", 30),
    ]
    assert problems[0].mend == "did you mean 'part'?"


def test_an_exercise_without_its_check(write: Write) -> None:
    body = "```exercise e\nfile: exercises/add.py\nwhy: x\n```\n"
    files = {f"01-first/exercises/{name}": "" for name in ("add.py", "add.solution.py", "add.faults.py")}
    (problem,) = lint(write({"01-first/01-one.md": LESSON_FRONT + body, **files}), TOOLS)
    assert (problem.rule, problem.place.line, problem.place.column) == ("missing-file", 6, 7)
    assert "add.check.py" in problem.message


def test_a_starter_that_is_too_wide(write: Write) -> None:
    body = "```exercise e\nfile: exercises/add.py\nwhy: x\n```\n"
    files = {f"01-first/exercises/{name}": "" for name in EXERCISE_FILES}
    files["01-first/exercises/add.py"] = f"x = 1\n# {75 * 'x'}\n"
    (problem,) = lint(write({"01-first/01-one.md": LESSON_FRONT + body, **files}), TOOLS)
    assert (problem.rule, problem.place.file.name, problem.place.line, problem.place.column) == ("too-wide", "add.py", 2, 77)


def test_a_proof_that_raises_is_a_complaint(write_body: object, check: Check) -> None:
    def prove(exercise: Exercise) -> list[str]:
        raise BadLesson("the check cannot be read")

    body = "```exercise e\nfile: exercises/add.py\nwhy: x\n```\n"
    check(body)
    root = write_body(body)  # type: ignore[operator]
    (problem,) = lint(root, Tools(LABS, formula, prove))
    assert "cannot be read" in problem.message


def test_text_and_json(check: Check) -> None:
    problems = check("See [x](#nowhere).")
    file = problems[0].place.file
    assert problems_as_text(problems) == f"{file}:5:5: 01-first/01-one.md has no section 'nowhere' (there are: a-lesson)"
    document = json.loads(json.dumps(problems_as_json(problems, file)))
    assert document == {
        "version": 1,
        "path": str(file),
        "run": False,
        "problems": [
            {
                "file": str(file),
                "line": 5,
                "column": 5,
                "rule": "broken-link",
                "message": "01-first/01-one.md has no section 'nowhere'",
                "mend": "there are: a-lesson",
            }
        ],
    }


TEN = """\
Words with a [broken link](../09-nowhere/01-x.md).

```quizz unknown-block
ask: Which?
```

```lab perceptron first
knobs: {speed: 3}
```

```lab percepton
goal: errors == 0
```

```quiz bad-yaml
ask: "open
```

The formula $\\undefined{w}$ cannot be shown.

```quiz not-among
ask: Which?
kind: choice
answer: c
options:
  - {say: a}
  - {say: b, because: No.}
```

```exercise no-file
file: exercises/none.py
why: So.
```

```exercise broken-proof
file: exercises/add.py
plug: perceptron
why: So.
```

```lab perceptron second
goal: accuracy >= 0.9
```
"""


def test_ten_planted_faults_give_exactly_ten(check: Check) -> None:
    assert [(p.place.line, p.rule) for p in check(TEN)] == [
        (5, "broken-link"),
        (7, "unknown-block"),
        (12, "unknown-knob"),
        (15, "unknown-lab"),
        (20, "yaml"),
        (23, "bad-formula"),
        (28, "quiz-answer"),
        (35, "missing-file"),
        (40, "exercise-proof"),
        (46, "goal"),
    ]


def test_without_a_prover_the_rest_is_still_checked(write_body: object) -> None:
    root = write_body(TEN)  # type: ignore[operator]
    assert isinstance(root, Path)
    assert len(lint(root, Tools(LABS, formula))) == 9
