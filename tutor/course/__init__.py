"""The course: Markdown files read into data, checked, graded and written out as text. Nothing here draws or trains."""
