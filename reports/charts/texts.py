"""Every sentence of the charts, in one place; `{names}` are filled in by the chart that says it."""

from __future__ import annotations

NOT_READ = "not read"
IN_PART = "read in part"
NO_CALLS = "no calls"
TABLE = "The same as a table"
ALL = "all"

HEAT_TITLE = "When calls were missed"
HEAT_NAME = "Missed calls by weekday and hour"
HEAT_NAME_LONG = "{calls} missed calls: rows are weekdays, columns are hours of the day, with totals"
HEAT_NOTE = "Missed calls without those that hung up early, at any hour. {outside}"
HEAT_CELL = "{day} {hour}:00–{until}:00: {calls}"
HEAT_OPEN = "underlined: opening hours of an ordinary week"
HEAT_STEPS = "missed calls"
AGENCY_HEAT_NOTE = "All accounts, each in its own local time; without callers who hung up early."

DAYS_TITLE = "Day by day"
DAYS_NOTE_MANY = "The number above each bar: calls from outside that were missed, without those that hung up early."
DAYS_NOTE = "3/20: 3 of 20 calls from outside were missed, without those that hung up early."
DAYS_NAME = "Calls offered and missed on each day"
DAYS_NAME_LONG = "A bar per day: its height is the calls offered, its lower part the calls missed"
DAYS_BAR = "{day}: {offered} offered, {lost} missed"
DAYS_SAID = "{lost}/{offered}"
DAYS_HEADS = ("Day", "Offered", "Missed", "Hung up early", "Read")

WEEKS_TITLE = "Week by week"
WEEKS_NOTE = "Missed-call rate of each week from its Monday. {marked}"
WEEKS_MARKED = "The weeks of this report are the large dots."
WEEKS_NAME = "Missed-call rate of the last {weeks} weeks"
WEEKS_NAME_LONG = "A dot per week at the height of its missed-call rate; weeks that were not read are left out"
WEEKS_DOT = "Week of {day}: {rate}, {lost} missed of {counted} calls"
WEEKS_HEADS = ("Week of", "Missed-call rate", "Offered", "Missed", "Hung up early", "Read")

WAITS_TITLE = "How long callers waited"
WAITS_NOTE = "Until a person spoke, or until the caller was gone."
WAITS_NAME = "How long callers waited, answered and missed"
WAITS_NAME_LONG = "Two bars per step of the wait, answered and missed; {line}"
WAITS_LINE = "hung up before {seconds}: short abandon"
WAITS_NO_LINE = "no short abandons are set apart"
WAITS_BAR = "{step}: {calls} {kind}"
WAITS_HEADS = ("Wait", "Answered", "Missed", "Of these hung up early")
WAITS_UNKNOWN = "not known"
WAITS_LEFT_OUT = "Of {answered} answered and {missed} missed calls the wait is not known: they are in the table alone."
WAITS_CAPTION = "Longest wait of a missed call: {longest}."
WAITS_CAPTION_ANSWERED = (
    "Longest wait of a missed call: {longest}; half of the answered calls within {half}, nine in ten within {nine}."
)

OFFERED = "offered"
ANSWERED = "answered"
MISSED = "missed"
MISSED_LATER = "missed, without those that hung up early"
HUNG_UP = "hung up early"

BAR_NAME = "Calls that should be recorded, by what became of the recording"
BAR_NAME_LONG = "One bar of {calls}, divided by what became of their recording; the table has every part"
BAR_PART = "{said}: {calls}"

STRIP_TITLE = "Recordings by extension and day"
STRIP_NOTE = (
    "Each day shows the commonest reason for which a recording is not there, and of how many calls: pale where that is"
    " fewer than half of them, a tick where every call that should be recorded is. Most gaps first. A call in which"
    " two numbers took part counts at both."
)
STRIP_NAME = "What became of recordings, by extension and day"
STRIP_NAME_LONG = "A row per extension or queue, a cell per day with the letter of its state"
STRIP_SUM = "{gaps} of {calls} without"
STRIP_WHOLE = "{calls}, no gap"
STRIP_CELL = "{number}, {day}: {said}"
STRIP_NONE = "no extension took part"
STRIP_MORE = "{numbers} more in the table."
STRIP_OFF = "{number} no longer records since {day}: the thick line before that day."
STRIP_LEGEND = "{said}: {calls}"
STRIP_HEADS = ("Number", "Calls", "Without")
STRIP_CAPTION = "Letters as above, then the calls of that day; 4/9 is 4 of 9"
COVERED = "verified recording"
PENDING = "pending"
BY_DESIGN = "not expected, by design"
SWITCHED_OFF = "switched off in 3CX"
NOT_KNOWN = "not known"

DOTS_TITLE = "How much and how badly"
DOTS_NOTE = (
    "A dot per account: further right had more calls from outside, higher up missed more of them. The scale to the"
    " right is compressed, so that small accounts can be told apart."
)
DOTS_NAME = "Accounts by calls offered and missed-call rate"
DOTS_NAME_LONG = "A dot per account: across, the calls offered; upwards, the missed-call rate; the worst are named"
DOTS_DOT = "{account}: {offered} offered, {rate} missed"
DOTS_ACROSS = "calls offered"
DOTS_UP = "missed-call rate"
DOTS_HEADS = ("Account", "Offered", "Hung up early", "Missed", "Missed-call rate", "Read")
DOTS_CAPTION = "Missed and rate without callers who hung up early; accounts of which nothing was read have no dot"
