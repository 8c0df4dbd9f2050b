from __future__ import annotations

import asyncio
import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from trunkline.hours import Within
from trunkline.periods import Period, parse
from trunkline.reports import formats, titles, words
from trunkline.reports.language import Phrases, _, ngettext, speaking, speaks
from trunkline.reports.render import templates

MONDAY = dt.date(2026, 11, 9)
NOW = dt.datetime(2026, 11, 17, 22, 0, tzinfo=dt.UTC)
WEEK = Period(MONDAY, dt.date(2026, 11, 16), "UTC", "week")


@pytest.mark.parametrize(
    ("language", "country", "tag", "count", "rate", "day", "week"),
    [
        ("en", "AU", "en-AU", "1,240", "11.8%", "Mon 9 Nov 09:05", "Week of 9–15 Nov 2026"),
        ("en", "US", "en-US", "1,240", "11.8%", "Mon, Nov 9 09:05", "Week of Nov 9 – 15, 2026"),
        ("en", "IN", "en-IN", "1,240", "11.8%", "Mon, 9 Nov 09:05", "Week of 9–15 Nov 2026"),
        ("de", "DE", "de-DE", "1.240", "11,8\xa0%", "Mo., 9. Nov., 09:05", "Woche vom 9.–15. Nov. 2026"),
        ("de", "CH", "de-CH", "1'240", "11.8%", "Mo., 9. Nov., 09:05", "Woche vom 9.–15. Nov. 2026"),
        ("de", "AU", "de", "1.240", "11,8\xa0%", "Mo., 9. Nov., 09:05", "Woche vom 9.–15. Nov. 2026"),
    ],
)
def test_a_country_writes_its_own_numbers_and_dates(
    language: str, country: str, tag: str, count: str, rate: str, day: str, week: str
) -> None:
    with speaking(language, country) as voice:
        assert (voice.tag, voice.direction) == (tag, "ltr")
        assert words.number(1240) == count
        assert words.percent(0.118, 1) == rate
        assert words.moment(dt.datetime(2026, 11, 9, 9, 5, tzinfo=dt.UTC)) == day
        assert titles.title(WEEK) == week


def test_lists_weekdays_and_units_in_german() -> None:
    with speaking("de", "DE"):
        assert formats.together(["Anrufe", "Rückrufe", "Aufzeichnungen"]) == "Anrufe, Rückrufe und Aufzeichnungen"
        assert list(words.WEEKDAYS) == ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"]
        assert [words.span(seconds) for seconds in (45, 80, 11400, 187200)] == [
            "45 Sek.",
            "1 Min. 20 Sek.",
            "3 Std. 10 Min.",
            "2 Tg. 4 Std.",
        ]
        assert [words.within(Within(amount, "business day")) for amount in (1, 2)] == ["1 Werktag", "2 Werktagen"]
        assert words.percent(0.99999, 1) == ">99,9\xa0%"
        assert (formats.plain(2.5), formats.plain(10)) == ("2,5", "10")
        said = words.points(0.118, 0.13, WEEK, lower_is_better=True, digits=1)
        assert said == "▼ 1,2 Prozentpunkte besser gegenüber der Vorwoche (13,0\xa0%)"
        assert words.difference(119, 1130, WEEK) == "▼ 1.011 weniger gegenüber der Vorwoche (1.130)"
        assert words.CAUSES["access"][0] == "kein Recht auf die Aufzeichnung"
    assert words.CAUSES["access"][0] == "no right to the recording"


@pytest.mark.parametrize(
    ("text", "english", "german", "before"),
    [
        ("2026-10", "October 2026", "Oktober 2026", "dem Vormonat"),
        ("2026-11-15", "Sun 15 Nov 2026", "So., 15. Nov. 2026", "dem Vortag"),
        ("2026-10-30..2026-11-02", "30 Oct – 1 Nov 2026", "30. Okt. – 1. Nov. 2026", "den 3 Tagen davor"),
    ],
)
def test_periods_are_named_in_both(text: str, english: str, german: str, before: str) -> None:
    period = parse(text, "Australia/Adelaide", NOW)
    assert titles.title(period) == titles.inside(period) == period.title == english
    with speaking("de", "DE"):
        assert titles.title(period) == titles.inside(period) == german
        assert titles.before(period) == before


def test_each_thread_and_task_speaks_its_own() -> None:
    def told(language: str) -> list[str]:
        with speaking(language, "DE"):
            return [_("no calls") for _turn in range(200)]

    with ThreadPoolExecutor(2) as pool:
        german, english = pool.map(told, ["de", "en"])
    assert set(german) == {"keine Anrufe"}
    assert set(english) == {"no calls"}

    async def tell(language: str) -> str:
        with speaking(language, "DE"):
            await asyncio.sleep(0)
            return _("no calls")

    async def both() -> list[str]:
        return await asyncio.gather(tell("de"), tell("en"))

    assert asyncio.run(both()) == ["keine Anrufe", "no calls"]
    assert speaks().language == "en"


def test_an_error_leaves_the_language_as_it_was() -> None:
    with pytest.raises(KeyError), speaking("de", "DE"):
        Phrases({}, _)["busy"]
    assert _("line busy") == "line busy"


def test_amounts_in_a_message_are_written_as_the_language_does() -> None:
    with speaking("de", "DE"):
        assert ngettext("%(num)s day", "%(num)s days", 1200) == "1.200 Tagen"


def test_a_template_speaks_too_and_escapes_what_it_fills_in() -> None:
    source = (
        '{% trans calls=3|number %}{{ calls }} pending{% endtrans %} {{ _("%(callers)s still in time", callers=name) }}'
    )
    template = templates().from_string(source)
    with speaking("de", "DE"):
        assert template.render(name="<b>") == "3 ausstehend &lt;b&gt; noch in der Frist"
    assert template.render(name="<b>") == "3 pending &lt;b&gt; still in time"
