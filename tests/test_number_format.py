"""Numbers as Excel shows them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents.number_format import BUILT_IN, number_shown, text_shown

ACCOUNTING = '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ '
IN_TEN_THOUSANDS = '[>=100000000]0.00,,"百万";[>=10000]0\\.0,"万";General'
MARCH = 44986  # the 1st of March 2023, a Wednesday


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        # General: whole numbers in full, others in eleven characters
        (2022, "General", "2022"),
        (13800138000, "General", "13800138000"),
        (110101199003070000, "General", "1.10101E+17"),
        (-1.5, "General", "-1.5"),
        (0.1 + 0.2, "General", "0.3"),
        (1 / 3, "General", "0.333333333"),
        (1234567.891234, "General", "1234567.891"),
        (0.00012345, "General", "0.00012345"),
        (0.0000001, "General", "0.0000001"),
        (0.00001234567, "General", "1.23457E-05"),
        (3.5, "", "3.5"),
        (3.5, "@", "3.5"),
        (3.5, 'G/通用格式"元"', "3.5元"),
        (-3.5, 'General"元"', "-3.5元"),
        # Places for digits
        (23700, "#,##0", "23,700"),
        (1234567.5, "#,##0.00", "1,234,567.50"),
        (0.5, "0", "1"),
        (0.5, "#.##", ".5"),
        (5, "0.##", "5."),
        (1.25, "0.0", "1.3"),
        (1.005, "0.00", "1.01"),
        (7, "000", "007"),
        (7, '"第"000"号"', "第007号"),
        (4781234567, "0000-0000000", "0478-1234567"),
        (1234567, "#,##0,", "1,235"),
        (1234567, '0.00,,"百万"', "1.23百万"),
        (3.14, "??0.0??", "3.14"),
        # Percentages
        (0.317, "0.0%", "31.7%"),
        (0.285, "0%", "29%"),
        (-0.0123, "0.00%", "-1.23%"),
        (0.5, '0.0"%"', "0.5%"),
        # Units and currencies
        (12, '0"人"', "12人"),
        (3.01, '0.00"亿元"', "3.01亿元"),
        (1234.5, "¥#,##0.00", "¥1,234.50"),
        (-1234.5, "¥#,##0.00", "-¥1,234.50"),
        (1234.5, "[$¥-804]#,##0.00", "¥1,234.50"),
        (1234.5, "[$HK$-C04]#,##0.00", "HK$1,234.50"),
        # Sections
        (-5, "0.0;[Red](0.0)", "(5.0)"),
        (-5, "+0;-0;0", "-5"),
        (5, "+0;-0;0", "+5"),
        (0, '0;-0;"无"', "无"),
        (0, "0;-0;;@", ""),
        (5, ";;;", ""),
        (1, '"是";;"否"', "是"),
        (1234.5, ACCOUNTING, "1,234.50"),
        (-1234.5, ACCOUNTING, "-1,234.50"),
        (0, ACCOUNTING, "-"),
        (123456789, IN_TEN_THOUSANDS, "123.46百万"),
        (23456, IN_TEN_THOUSANDS, "2.3万"),
        (345.5, IN_TEN_THOUSANDS, "345.5"),
        (3, "[<>3]0;[=3]0.0", "3.0"),
        # Powers of ten
        (12345.678, "0.00E+00", "1.23E+04"),
        (0.0001234, "0.0E-0", "1.2E-4"),
        (12345, "##0.0E+0", "12.3E+3"),
        (99999, "0.0E+00", "1.0E+05"),
        (0, "0.00E+00", "0.00E+00"),
        # Dates and times
        (MARCH, 'yyyy"年"m"月"d"日"', "2023年3月1日"),
        (MARCH, "yyyy-mm-dd", "2023-03-01"),
        (MARCH, "yyyy/m/d;@", "2023/3/1"),
        (MARCH, "m/d/yy", "3/1/23"),
        (MARCH, "d-mmm-yy", "1-Mar-23"),
        (MARCH, "dddd, mmmm dd", "Wednesday, March 01"),
        (MARCH, "[$-804]yyyy年mmmmaaaa", "2023年三月星期三"),
        (MARCH, "[$-F800]dddd, mmmm dd, yyyy", "2023年3月1日"),
        (MARCH, "[DBNum1][$-804]yyyy年m月d日", "2023年3月1日"),
        (MARCH + 0.75, "yyyy-mm-dd hh:mm", "2023-03-01 18:00"),
        (MARCH + 0.75, "h:mm AM/PM", "6:00 PM"),
        (MARCH + 0.75, '上午/下午h"时"mm"分"', "下午6时00分"),
        (MARCH + 0.75, "m/d h:mm", "3/1 18:00"),
        (0.5, "mm:ss.0", "00:00.0"),
        (0.123456, "h:mm:ss.00", "2:57:46.60"),
        (1.75, "[h]:mm", "42:00"),
        (0.02, "[mm]:ss", "28:48"),
        (59, "yyyy-m-d", "1900-2-28"),
        (61, "yyyy-m-d", "1900-3-1"),
        # What cannot be told is shown as it is
        (-2, "yyyy-mm-dd", "-2"),
        (0, "yyyy-mm-dd", "0"),
        (3e6, "yyyy-mm-dd", "3000000"),
        (0.5, "# ?/?", "0.5"),
        (5, "[>10]0.00", "5"),
        (5, "[>甲]0.00", "5"),
        (5, "0" * 256, "5"),
        (float("inf"), "0.00", "inf"),
    ],
)
def test_a_number_is_shown_as_excel_shows_it(number: float, code: str, shown: str) -> None:
    assert number_shown(number, code) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(14, "2023/3/1"), (17, "Mar-23"), (22, "2023/3/1 0:00"), (31, "2023年3月1日"), (57, "2023年3月"), (58, "3月1日")],
)
def test_the_built_in_formats_are_those_of_a_chinese_excel(number: int, shown: str) -> None:
    assert number_shown(MARCH, BUILT_IN[number]) == shown


def test_days_may_count_from_1904() -> None:
    assert number_shown(MARCH - 1462, "yyyy-mm-dd", date1904=True) == "2023-03-01"


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("财务科", "General", "财务科"),
        ("财务科", "0.00", "财务科"),
        ("云汀", '@"市"', "云汀市"),
        ("云汀", '0;-0;0;@"市"', "云汀市"),
        ("-", ACCOUNTING, "-"),
        ("看不见", ";;;", ""),
        ("甲", "@" * 256, "甲"),
    ],
)
def test_a_text_is_shown_in_the_section_for_texts(text: str, code: str, shown: str) -> None:
    assert text_shown(text, code) == shown


@given(
    st.floats(),
    st.text('0#?.,%E+-/ymdhsae[]<>=$_*\\!"; @()元', max_size=16) | st.sampled_from(sorted(BUILT_IN.values())),
    st.booleans(),
)
def test_no_format_makes_it_fail(number: float, code: str, date1904: bool) -> None:
    assert isinstance(number_shown(number, code, date1904), str)
    assert isinstance(text_shown("甲", code), str)
