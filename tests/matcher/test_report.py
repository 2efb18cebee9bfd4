"""The report of a comparison as a page."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from matcher import link
from matcher.engine import engine
from matcher.report import Search, report_page
from matcher.ungrouped import remainder
from tests.matcher.conftest import MakePackage


@pytest.fixture
def pages(make_package: MakePackage) -> dict[str, str]:
    """The report of two packages of 100 records that share 40 persons, with both kinds of threshold."""
    rows = np.random.default_rng(13).integers(0, 256, (160, 32), dtype=np.uint8)
    packages = [make_package("atl", rows[:100], seed=1), make_package("bor", rows[60:], seed=2)]
    native = engine("native")
    found = {"auto": link(packages, "auto", engine=native), "given": link(packages, 0.9, engine=native)}
    return {
        kind: report_page(linkage, remainder(linkage.comparisons, linkage.groups), Search("dice"))
        for kind, linkage in found.items()
    }


class Tags(HTMLParser):
    """The tags of a page that are open, and those that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [name for name, _ in attrs]
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("kind", ["auto", "given"])
def test_page_is_well_formed_asks_for_nothing_and_runs_nothing(pages: dict[str, str], kind: str) -> None:
    tags = Tags()
    tags.feed(pages[kind])
    assert tags.open == []
    assert not {"src", "href", "style"} & set(tags.attributes)
    assert not [name for name in tags.attributes if name.startswith("on")]
    assert "<script" not in pages[kind]
    assert set(re.findall(r"[a-z]+://[^\s\"'<>)]*", pages[kind])) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert "default-src 'none'" in pages[kind]


def test_page_says_what_was_compared_and_found(pages: dict[str, str]) -> None:
    assert "2 packages, 10,000 pairs of encodings, 40 groups" in pages["given"]
    assert '<tr><th scope="row">2</th><td>40</td></tr>' in pages["given"]
    assert "Of 40 candidate pairs at or above the threshold, 0 are in no group" in pages["given"]
    assert '<tr><th scope="row">atl</th><td>suspect</td><td>100</td><td>100</td><td>40</td></tr>' in pages["given"]


def test_page_says_that_nothing_was_left_out_only_where_that_is_so(pages: dict[str, str]) -> None:
    assert "none was left out" in pages["given"]
    for search in (Search("dice", recall=0.95), Search("dice", best=2), Search("hamming", recall=0.95, best=2)):
        assert "none was left out" not in str(search)
    assert "at least 0.95: some may be missing" in str(Search("dice", recall=0.95))
    assert "among the best 2 of one of its records" in str(Search("dice", best=2))


def test_page_draws_how_an_automatic_threshold_came_about_and_no_other(pages: dict[str, str]) -> None:
    assert "different people, expected" in pages["auto"]
    assert "precision: share of the links that are right" in pages["auto"]
    assert "learnt from 9,900 pairs inside the packages" in pages["auto"]
    assert "0.9, as given." in pages["given"]
    assert "<svg" not in pages["given"]


def test_page_states_no_precision_of_no_link_and_says_what_to_do(make_package: MakePackage) -> None:
    rows = np.random.default_rng(14).integers(0, 256, (200, 32), dtype=np.uint8)
    strangers = [make_package("atl", rows[:100], seed=1), make_package("bor", rows[100:], seed=2)]
    linkage = link(strangers, "auto", engine=engine("native"))
    assert linkage.estimate is not None
    assert linkage.estimate.links == 0
    page = report_page(linkage, remainder(linkage.comparisons, linkage.groups), Search("dice"))
    assert re.search(r"precision: share of the links that are right</th><td>of no link<", page)
    assert "compare again at a lower threshold" in page


def test_page_holds_no_token(pages: dict[str, str]) -> None:
    assert not re.search(r"\b[0-9a-f]{32}\b", pages["auto"])


@pytest.mark.parametrize("word", ["anonymous", "irreversible", "differentially private"])
def test_page_promises_no_more_than_it_can(pages: dict[str, str], word: str) -> None:
    assert word not in pages["auto"].lower()
