"""The page is one file that asks for nothing, and says what the figures say."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from trial.chart import grid_path, histogram_svg
from trial.figures import Figures
from trial.page import demonstration_page

COMMANDS = ["counterfoil secret new -o atl/op.secret", "echo '<&>'"]
VOID = {"meta", "path", "line", "rect", "br"}


class Reader(HTMLParser):
    """Collects tags with their attributes, and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def page(figures: Figures) -> str:
    return demonstration_page(figures, COMMANDS)


def test_page_is_well_formed_and_in_a_language(page: str) -> None:
    read = Reader(page)
    assert page.startswith("<!doctype html>")
    assert read.open == []
    assert ("html", {"lang": "en"}) in read.tags
    assert [tag for tag, _ in read.tags].count("h1") == 1


def test_page_asks_for_nothing_and_runs_nothing(page: str) -> None:
    read = Reader(page)
    assert not {"script", "link", "img", "iframe", "object", "embed", "form", "base"} & {tag for tag, _ in read.tags}
    for tag, attributes in read.tags:
        assert not {name for name in attributes if name.startswith("on") or name in {"src", "href", "style"}}, tag
    urls = set(re.findall(r"[a-z]+://[^\s\"'<>)]*", page))
    assert urls <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "url(" not in page
    assert "@import" not in page


def test_policy_allows_the_one_style_sheet_and_nothing_else(page: str) -> None:
    policy = next(
        attributes["content"]
        for tag, attributes in Reader(page).tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_values_and_commands_are_text_and_no_tags(page: str) -> None:
    assert "<b>x</b>" not in page
    text = Reader(page).text
    for shown in ("o'neil & <i>sons</i>", "<b>x</b>", "echo '<&>'"):
        assert shown in text


def test_page_says_what_the_figures_say(page: str, figures: Figures) -> None:
    text = " ".join(Reader(page).text.split())
    assert "2 of 4" in text
    assert "0.5714" in text  # F1 of 2 right, 3 found, 4 true pairs
    assert figures.pair[0].token in text
    assert "suspect" in text
    assert "12 of their 16 bytes are equal" in text
    assert "the threshold of 0.7 are 3 of 4 pairs of one person, and 9 pairs of different persons" in text
    assert "Nothing found: 0 finds of 2 values." in text
    assert "Someone who holds many of them" in text


def test_differing_values_are_marked(page: str) -> None:
    assert re.findall(r"<mark>(.*?)</mark>", page) == ["o&#39;neil &amp; &lt;i&gt;sons&lt;/i&gt;", "oneill"]


def test_chart_has_its_two_kinds_and_the_threshold_and_no_style_attribute(figures: Figures) -> None:
    svg = histogram_svg(figures.histogram, 0.7)
    assert svg.startswith("<svg")
    for text in ("same person", "different persons", "threshold 0.7"):
        assert text in svg
    assert "style=" not in svg
    assert "<script" not in svg


def test_grid_has_a_square_per_place() -> None:
    assert grid_path([0, 65]) == "M0 0h1v1h-1zM1 1h1v1h-1z"
    assert grid_path([]) == ""
