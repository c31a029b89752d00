"""The blocks of a lesson as widgets: prose, formulas, questions, labs, exercises, timelines."""
