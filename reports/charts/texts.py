"""Every sentence of the charts, in one place, as messages: `_` says one, with its places filled, where it is used."""

from __future__ import annotations

from trunkline.reports.language import N_, ngettext

NOT_READ = N_("not read")
IN_PART = N_("read in part")
NO_CALLS = N_("no calls")
TABLE = N_("The same as a table")
ALL = N_("all")

HEAT_TITLE = N_("When calls were missed")
HEAT_NAME = N_("Missed calls by weekday and hour")
HEAT_NAME_LONG = N_("%(calls)s missed calls: rows are weekdays, columns are hours of the day, with totals")
HEAT_NOTE = N_("Missed calls without those that hung up early, at any hour.")
HEAT_CELL = N_("%(day)s %(hour)s:00–%(until)s:00: %(calls)s")
HEAT_OPEN = N_("underlined: opening hours of an ordinary week")
AGENCY_HEAT_NOTE = N_("All accounts, each in its own local time; without callers who hung up early.")

DAYS_TITLE = N_("Day by day")
DAYS_NOTE_MANY = N_("The number above each bar: calls from outside that were missed, without those that hung up early.")
DAYS_NOTE = N_("3/20: 3 of 20 calls from outside were missed, without those that hung up early.")
DAYS_NAME = N_("Calls offered and missed on each day")
DAYS_NAME_LONG = N_("A bar per day: its height is the calls offered, its lower part the calls missed")
DAYS_HEADS = (N_("Day"), N_("Offered"), N_("Missed"), N_("Hung up early"), N_("Read"))

WEEKS_TITLE = N_("Week by week")
WEEKS_NOTE = N_("Missed-call rate of each week from its Monday.")
WEEKS_MARKED = N_("The weeks of this report are the large dots.")
WEEKS_NAME = N_("Missed-call rate of the last %(weeks)s weeks")
WEEKS_NAME_LONG = N_("A dot per week at the height of its missed-call rate; weeks that were not read are left out")
WEEKS_DOT = N_("Week of %(day)s: %(rate)s, %(lost)s missed of %(counted)s calls")
WEEKS_HEADS = (N_("Week of"), N_("Missed-call rate"), N_("Offered"), N_("Missed"), N_("Hung up early"), N_("Read"))

WAITS_TITLE = N_("How long callers waited")
WAITS_NOTE = N_("Until a person spoke, or until the caller was gone.")
WAITS_NAME = N_("How long callers waited, answered and missed")
WAITS_NAME_LONG = N_("Two bars per step of the wait, answered and missed; %(line)s")
WAITS_LINE = N_("hung up before %(seconds)s: short abandon")
WAITS_NO_LINE = N_("no short abandons are set apart")
WAITS_BAR = N_("%(step)s: %(calls)s %(kind)s")
WAITS_HEADS = (N_("Wait"), N_("Answered"), N_("Missed"), N_("Of these hung up early"))
WAITS_UNKNOWN = N_("not known")
WAITS_LEFT_OUT = N_(
    "Of %(answered)s answered and %(missed)s missed calls the wait is not known: they are in the table alone."
)
WAITS_CAPTION = N_("Longest wait of a missed call: %(longest)s.")
WAITS_CAPTION_ANSWERED = N_(
    "Longest wait of a missed call: %(longest)s; half of the answered calls within %(half)s,"
    " nine in ten within %(nine)s."
)

OFFERED = N_("offered")
ANSWERED = N_("answered")
MISSED = N_("missed")
MISSED_LATER = N_("missed, without those that hung up early")
HUNG_UP = N_("hung up early")

BAR_NAME = N_("Calls that should be recorded, by what became of the recording")

STRIP_TITLE = N_("Recordings by extension and day")
STRIP_NOTE = N_(
    "Each day shows the commonest reason for which a recording is not there, and of how many calls: pale where that is"
    " fewer than half of them, a tick where every call that should be recorded is. Most gaps first. A call in which"
    " two numbers took part counts at both."
)
STRIP_NAME = N_("What became of recordings, by extension and day")
STRIP_NAME_LONG = N_("A row per extension or queue, a cell per day with the letter of its state")
STRIP_SUM = N_("%(gaps)s of %(calls)s without")
STRIP_NONE = N_("no extension took part")
STRIP_MORE = N_("%(numbers)s more in the table.")
STRIP_OFF = N_("%(number)s no longer records since %(day)s: the thick line before that day.")
STRIP_HEADS = (N_("Number"), N_("Calls"), N_("Without"))
STRIP_CAPTION = N_("Letters as above, then the calls of that day; 4/9 is 4 of 9")
COVERED = N_("verified recording")
PENDING = N_("pending")
BY_DESIGN = N_("not expected, by design")
SWITCHED_OFF = N_("switched off in 3CX")
NOT_KNOWN = N_("not known")

DOTS_TITLE = N_("How much and how badly")
DOTS_NOTE = N_(
    "A dot per account: further right had more calls from outside, higher up missed more of them. The scale to the"
    " right is compressed, so that small accounts can be told apart."
)
DOTS_NAME = N_("Accounts by calls offered and missed-call rate")
DOTS_NAME_LONG = N_("A dot per account: across, the calls offered; upwards, the missed-call rate; the worst are named")
DOTS_DOT = N_("%(account)s: %(offered)s offered, %(rate)s missed")
DOTS_ACROSS = N_("calls offered")
DOTS_UP = N_("missed-call rate")
DOTS_HEADS = (N_("Account"), N_("Offered"), N_("Hung up early"), N_("Missed"), N_("Missed-call rate"), N_("Read"))
DOTS_CAPTION = N_("Missed and rate without callers who hung up early; accounts of which nothing was read have no dot")


def calls(amount: int) -> str:
    """`1 call`, `2 calls`."""
    return ngettext("%(num)s call", "%(num)s calls", amount)


def missed_calls(amount: int) -> str:
    """What a cell of the heat-map says under the pointer."""
    return ngettext("%(num)s missed call", "%(num)s missed calls", amount)


def day_bar(day: str, offered: int, lost: str) -> str:
    """What a bar says under the pointer: `Mon 9 Nov: 20 calls offered, 3 missed`."""
    return ngettext(
        "%(day)s: %(num)s call offered, %(lost)s missed",
        "%(day)s: %(num)s calls offered, %(lost)s missed",
        offered,
        day=day,
        lost=lost,
    )


def bar_long(amount: int) -> str:
    """The bar of recordings, for those who do not see it."""
    return ngettext(
        "One bar of %(num)s call, divided by what became of their recording; the table has every part",
        "One bar of %(num)s calls, divided by what became of their recording; the table has every part",
        amount,
    )


def no_gap(amount: int) -> str:
    """A number all of whose calls are recorded."""
    return ngettext("%(num)s call, no gap", "%(num)s calls, no gap", amount)
