"""The names of provinces, whole and as one character."""

from __future__ import annotations

import pytest

from bot.places import ABBREVIATIONS, PROVINCES, full_names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("鄂", ("湖北",)),
        ("鄂豫皖", ("湖北", "河南", "安徽")),
        ("京津冀", ("北京", "天津", "河北")),
        ("鄂尔多斯", ()),
        ("鄂城", ()),
        ("湖北", ()),
        ("", ()),
    ],
)
def test_an_abbreviated_name_tells_its_provinces(name: str, expected: tuple[str, ...]) -> None:
    assert full_names(name) == expected


def test_every_province_has_an_abbreviation() -> None:
    assert set(ABBREVIATIONS.values()) == set(PROVINCES)
