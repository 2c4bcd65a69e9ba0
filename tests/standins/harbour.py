"""A story of six paragraphs, and pages to put it into: for tests of what of a page is its article."""

from __future__ import annotations

from monitor import seed
from monitor.collect.extract import extract

TITLE = "The harbour plan is put off"
URL = "https://paper.example/news/harbour"
A = "The council met on Tuesday evening to weigh the harbour plan, and nine of its members spoke before the vote was taken."
B = "Fishermen from the north quay said the new wall would halve the space in which they mend nets and land their catch."
C = "Engineers answered that the tide gauge has risen by eleven centimetres since the old wall was built in 1931."
D = "A second reading is planned for the spring, when the costs of the wall will have been reckoned anew by the town."
E = "Until then the ferry keeps to its winter hours, and the fish market stays where it has been since the great storm."
F = "Ann Holm, who has sold herring there for thirty years, said she would believe in the wall when she could lean on it."
STORY = "".join(f"<p>{text}</p>" for text in (A, B, C, D, E, F))
LINES = [A, B, C, D, E, F]


def page(body: str, head: str = "", title: str = TITLE) -> str:
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title>{head}</head><body>{body}</body></html>'
    )


def lines(html: str | bytes) -> list[str]:
    """Return the lines of the document, having checked that it is one."""
    text = extract(html, URL).text
    assert seed.check(text) == ()
    return text.split("\n")
