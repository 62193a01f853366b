"""What nbgrader has to know about the course's instructor edition."""

c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.ClearSolutions.code_stub = {"python": ""}  # the stub stands above the solution
c.ClearMarkScheme.begin_mark_scheme_delimeter = "<!-- instructors -->"
c.ClearMarkScheme.end_mark_scheme_delimeter = "<!-- students -->"
c.ClearMarkScheme.enforce_metadata = False
c.Execute.timeout = 1800  # seconds for a cell; the slowest one trains a net in lesson 01
