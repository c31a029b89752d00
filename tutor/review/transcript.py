"""What a learner has read, run, answered and written, as one Markdown text. The same progress gives the same text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from tutor.course.answers import short
from tutor.course.grade import answer_text
from tutor.course.instances import instance
from tutor.course.model import Bug, Course, Exercise, LabBlock, Lesson, Option, Predict, Quiz, Task
from tutor.store import Answer, KeptRun, Ran, Reviewed, Store
from tutor.words import tr

_LONGEST = 20_000
"""Characters of code that are copied."""


def transcript(course: Course, store: Store) -> str:
    """The transcript of a course. course: whole, with its sections. Raises StoreProblem."""
    done, answers = store.done(course.id), store.all_answers(course.id)
    reviews, ran, kept = store.reviews(course.id), store.all_ran(course.id), store.runs(limit=1000)
    tasks = [(lesson.id, task.id) for lesson in course.lessons for task in lesson.tasks]
    counted = [done.get(lesson, {}).get(task, "") for lesson, task in tasks]
    lines = [
        tr("# What I have done: {course}", course=_line(course.title)),
        "",
        tr("{done} of {total} tasks done.", done=counted.count("done"), total=len(tasks))
        + " "
        + tr("{count} shown, which is not done.", count=counted.count("skipped")),
    ]
    if reviews:
        right = sum(review.right for review in reviews)
        lines += ["", tr("Answers in reviews: {count}, {right} of them right.", count=len(reviews), right=right)]
    touched = {*store.visited(course.id), *done, *answers, *(run.lesson for run in ran), *(r.lesson for r in reviews)}
    for chapter in course.chapters:
        lessons = [lesson for lesson in chapter.lessons if lesson.id in touched]
        if lessons:
            lines += ["", f"## {_line(chapter.title)}"]
        for lesson in lessons:
            lines += _lesson(
                lesson,
                done.get(lesson.id, {}),
                answers.get(lesson.id, []),
                [review for review in reviews if review.lesson == lesson.id],
                {run.task: run for run in ran if run.lesson == lesson.id},
            )
    if kept:
        lines += ["", f"## {tr('Runs that I kept')}", "", *(_kept(run) for run in kept)]
    return "\n".join(lines) + "\n"


def _lesson(
    lesson: Lesson, done: Mapping[str, str], answers: Sequence[Answer], reviews: Sequence[Reviewed], ran: Mapping[str, Ran]
) -> Iterator[str]:
    made = [done.get(task.id, "") for task in lesson.tasks]
    count = tr("{done} of {total} done", done=made.count("done"), total=len(made))
    count += tr(", {count} shown", count=made.count("skipped")) if "skipped" in made else ""
    days = sorted(answer.at for answer in answers)
    when = f", {_day(days[0])}" if days else ""
    when += tr(" to {day}", day=_day(days[-1])) if days and _day(days[0]) != _day(days[-1]) else ""
    yield from ("", f"### {_line(lesson.title)}", "", f"{count}{when}.", "")
    for task in lesson.tasks:
        tries = [answer for answer in answers if answer.task == task.id]
        how = done.get(task.id, "")
        if isinstance(task, LabBlock):
            if task.id in ran or how:
                yield from _lab(task, ran.get(task.id), how)
        elif tries or how:
            again = [review for review in reviews if review.task == task.id]
            yield from _task(task, tries, how, again)


def _lab(block: LabBlock, run: Ran | None, how: str) -> Iterator[str]:
    end = "; goal {goal} reached" if how == "done" else "; goal {goal} not reached"
    goal = tr(end, goal=f"`{_code(block.goal)}`") if block.goal else ""
    if run is None:
        yield tr("- Ran the lab {lab}", lab=_line(block.lab)) + goal
        return
    yield tr("- Ran {link} to step {step}", link=f"`{_code(run.link)}`", step=run.step) + goal + _metrics(run.metrics)


def _task(task: Task, given: Sequence[Answer], how: str, again: Sequence[Reviewed]) -> Iterator[str]:
    shown = tr(" (shown, not done)") if how == "skipped" else ""
    match task:
        case Quiz():
            yield tr("- Asked: {ask}", ask=_line(task.ask)) + shown
            judged = [answer for answer in given if answer.right is not None]
            if judged:
                right = judged[-1].right
                verdict = tr("right at try {count}", count=len(judged)) if right else f"{tr('wrong')}, {_tries(len(judged))}"
                yield "  " + tr("- Answered: {said} ({verdict})", said=_said(task, judged[-1].given), verdict=verdict)
            for review in again:
                one = instance(task, review.seed)
                asked = f" {_line(one.ask)}" if one.varied else ""
                found = tr("right") if review.right else tr("wrong; it is {answer}", answer=_line(answer_text(one)))
                yield "  " + tr("- Again, {day}:", day=_day(review.at)) + f"{asked} {_said(one, review.given)} ({found})"
        case Predict():
            yield tr("- Guessed: {ask}", ask=_line(task.ask)) + shown
            if given:
                guess, _, verdict = given[-1].given.partition("\n")
                verdict = _line(verdict.removesuffix(task.because)) or tr("not run yet")
                yield f"  - {_picked(task.options, guess) if task.kind == 'choice' else _line(guess)} ({verdict})"
        case Exercise():
            passed = [answer.given for answer in given if answer.right]
            done = tr("passed at try {count}", count=len(given)) if passed else tr("passed")
            state = done if how == "done" else tr("not passed yet")
            tries = f", {_tries(len(given))}" if given and how != "done" else ""
            did = "- Found and mended the bug in {file}" if isinstance(task, Bug) else "- Wrote {file}"
            yield f"{tr(did, file=task.file.name)} ({state}{tries}){shown}"
            if passed:
                yield from _listing(passed[-1])


def _tries(count: int) -> str:
    return tr("1 try") if count == 1 else tr("{count} tries", count=count)


def _said(quiz: Quiz, given: str) -> str:
    """An answer in words: the options that were chosen, or what was typed."""
    return _picked(quiz.options, given) if quiz.options else f"`{_code(given)}`"


def _picked(options: Sequence[Option], given: str) -> str:
    numbers = [int(word) - 1 for word in given.split(",") if word.strip().isdecimal() and len(word) < 10]
    return "; ".join(_line(options[i].say) for i in numbers if 0 <= i < len(options)) or tr("nothing")


def _metrics(metrics: Mapping[str, float]) -> str:
    said = ", ".join(f"{_line(name)} {short(value)}" for name, value in metrics.items() if value == value)
    return f"; {said}" if said else ""


def _kept(run: KeptRun) -> str:
    name = f"{_line(run.name)}: " if run.name else ""
    return f"- {name}" + tr("{link} at step {step}", link=f"`{_code(run.link)}`", step=run.step) + _metrics(run.metrics)


def _listing(code: str) -> Iterator[str]:
    """Code, indented under its item, in a fence that it cannot close."""
    lines = "".join(c if c.isprintable() or c in "\n\t" else "�" for c in code[:_LONGEST]).expandtabs(4).strip("\n").split("\n")
    longest = max((len(line) - len(line.lstrip("`")) for line in (text.strip() for text in lines)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from ("", f"  {fence}python", *(f"  {line}".rstrip() for line in lines), f"  {fence}", "")


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _line(text: str) -> str:
    """A text in one line, without anything that a terminal would obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _code(text: str) -> str:
    """The same, to stand between backquotes."""
    return _line(text).replace("`", "'")[:300]
