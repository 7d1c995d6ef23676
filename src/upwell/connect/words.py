"""Every sentence the matching can say, in English; see `upwell._kit.say`."""

from __future__ import annotations

from upwell._kit.say import Say, Words
from upwell._kit.say import gettext_noop as _

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTS = ("am", "pm", "eve")

LANGUAGES: dict[str, str] = {
    "am": _("Amharic"), "ar": _("Arabic"), "bg": _("Bulgarian"), "bn": _("Bengali"),
    "bfi": _("British Sign Language"), "ckb": _("Sorani Kurdish"), "cs": _("Czech"), "cy": _("Welsh"),
    "da": _("Danish"), "de": _("German"), "el": _("Greek"), "en": _("English"), "es": _("Spanish"),
    "et": _("Estonian"), "fa": _("Persian"), "fi": _("Finnish"), "fr": _("French"), "ga": _("Irish"),
    "gd": _("Scottish Gaelic"), "gu": _("Gujarati"), "ha": _("Hausa"), "he": _("Hebrew"), "hi": _("Hindi"),
    "hr": _("Croatian"), "hu": _("Hungarian"), "hy": _("Armenian"), "ig": _("Igbo"), "it": _("Italian"),
    "ja": _("Japanese"), "ka": _("Georgian"), "ko": _("Korean"), "ku": _("Kurdish"), "ln": _("Lingala"),
    "lt": _("Lithuanian"), "lv": _("Latvian"), "ml": _("Malayalam"), "mr": _("Marathi"), "ms": _("Malay"),
    "ne": _("Nepali"), "nl": _("Dutch"), "no": _("Norwegian"), "pa": _("Punjabi"), "pl": _("Polish"),
    "ps": _("Pashto"), "pt": _("Portuguese"), "rmy": _("Romani"), "ro": _("Romanian"), "ru": _("Russian"),
    "si": _("Sinhala"), "sk": _("Slovak"), "sl": _("Slovenian"), "sn": _("Shona"), "so": _("Somali"),
    "sq": _("Albanian"), "sr": _("Serbian"), "sv": _("Swedish"), "sw": _("Swahili"), "ta": _("Tamil"),
    "te": _("Telugu"), "th": _("Thai"), "ti": _("Tigrinya"), "tl": _("Tagalog"), "tr": _("Turkish"),
    "tw": _("Twi"), "uk": _("Ukrainian"), "ur": _("Urdu"), "vi": _("Vietnamese"), "yo": _("Yoruba"),
    "zh": _("Chinese"), "zu": _("Zulu"),
}  # fmt: skip

_SENTENCES: dict[str, str | tuple[str, str]] = {
    "connect.slot": _("{day} {part}"),
    "connect.day_mon": _("Monday"),
    "connect.day_tue": _("Tuesday"),
    "connect.day_wed": _("Wednesday"),
    "connect.day_thu": _("Thursday"),
    "connect.day_fri": _("Friday"),
    "connect.day_sat": _("Saturday"),
    "connect.day_sun": _("Sunday"),
    "connect.part_am": _("morning"),
    "connect.part_pm": _("afternoon"),
    "connect.part_eve": _("evening"),
    "connect.plain": "{word}",
    "connect.list": _("{first}, {last}"),
    "connect.and": _("{first} and {last}"),
    # Why a pair fits.
    "connect.fixed": _("Put together by a person"),
    "connect.free_together": (_("Both free on {slot}"), _("Both free at {n} times, such as {slot}")),
    "connect.near": _("{km} km apart, both happy to travel {limit} km"),
    "connect.very_near": _("Less than 1 km apart"),
    "connect.apart": _("{km} km apart"),
    "connect.online": _("Both happy to meet online"),
    "connect.shared_tags": _("Both named {tags}"),
    "connect.shared_language": _("Both speak {language}"),
    "connect.interests": _("They care about much the same things"),
    "connect.allowed": _("Every rule allows it"),
    # Why somebody has nobody.
    "connect.binds_clearance": _("No mentor has finished their checks yet."),
    "connect.binds_full": (_("The one mentor who fits is full."), _("All {n} mentors who fit are full.")),
    "connect.binds_slot": (
        _("One mentor fits, but is not free at the same time."),
        _("{n} mentors fit, but none is free at the same time."),
    ),
    "connect.binds_distance": (
        _("One mentor fits, but is too far away."),
        _("{n} mentors fit, but all are too far away."),
    ),
    "connect.binds_mode": (
        _("One mentor fits, but meets in another way."),
        _("{n} mentors fit, but meet in another way (in person or online)."),
    ),
    "connect.binds_language": (
        _("One mentor fits, but shares no language with them."),
        _("{n} mentors fit, but share no language with them."),
    ),
    "connect.binds_organisation": (
        _("One mentor fits, but is in the same organisation."),
        _("{n} mentors fit, but are in the same organisation."),
    ),
    "connect.binds_ruled_out": (
        _("One mentor fits, but you ruled that pair out."),
        _("{n} mentors fit, but you ruled those pairs out."),
    ),
    "connect.binds_place_unknown": _("We do not know where they are, so we cannot say who is near."),
    "connect.binds_times_unknown": _("We do not know when they are free."),
    "connect.binds_several": _("No mentor is one step away: several things stand between."),
    # The smallest change that would help.
    "connect.change_slot": _("One more free time would do: {slot}."),
    "connect.change_travel": _("Travelling {n} km further would do: {limit} km in all."),
    "connect.change_online": _("Meeting online as well would do."),
    "connect.change_in_person": _("Meeting in person as well would do."),
    "connect.change_language": _("If they also speak {language}, say so: that would do."),
    "connect.change_place": (
        _("One more place with one mentor would do."),
        _("One more place with any one of {n} mentors would do."),
    ),
    "connect.change_organisation": _("Allowing a mentor from their own organisation would do."),
    "connect.change_ruled_out": _("Allowing a pair that you ruled out would do."),
    "connect.change_clearance": _("Finish the checks of a mentor, then match again."),
    "connect.change_add_place": _("Add a postcode, then match again."),
    "connect.change_add_times": _("Add the times when they are free, then match again."),
    "connect.change_talk": _("No single change would help. Please talk to them."),
}

WORDS: Words = _SENTENCES | {f"connect.language_{code}": name for code, name in LANGUAGES.items()}


def say_slot(code: str) -> Say:
    """Return "Tuesday evening" for ``"tue-eve"``; a code of another make stands as it is."""
    day, _dash, part = code.partition("-")
    if day in DAYS and part in PARTS:
        return Say("connect.slot", {"day": Say(f"connect.day_{day}"), "part": Say(f"connect.part_{part}")})
    return Say("connect.plain", {"word": code})


def slot_order(code: str) -> tuple[int, int, str]:
    """Sort slots as a week runs."""
    day, _dash, part = code.partition("-")
    if day in DAYS and part in PARTS:
        return DAYS.index(day), PARTS.index(part), code
    return len(DAYS), 0, code


def say_language(code: str) -> Say:
    """Return the name of a language, or its code where we have no name."""
    return Say(f"connect.language_{code}") if code in LANGUAGES else Say("connect.plain", {"word": code})


def say_all(parts: list[Say]) -> Say:
    """Return "a, b and c"."""
    text, *rest = parts
    for at, part in enumerate(rest, start=1):
        text = Say("connect.and" if at == len(rest) else "connect.list", {"first": text, "last": part})
    return text
