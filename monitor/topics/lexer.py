"""From a rule's text to its tokens. Curly quotes and full-width signs read as their plain forms; offsets stay those of the text.

Everything is one character for one character, so a token's offsets are the text's. Nothing raises: what cannot be read becomes an
error in the list and the rest goes on, because a person wants all mistakes of a rule at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from monitor.errors import RuleError
from monitor.topics.nearest import nearest
from monitor.topics.tree import ZONES

# Typographic quotes and the full-width forms that input methods for Chinese and Japanese produce.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″＂", '"'),
        **dict.fromkeys("‘’‚‛′＇ʼ", "'"),
        "（": "(",
        "）": ")",
        "：": ":",
        "＊": "*",
        "？": "?",
        "＝": "=",
        "～": "~",
        "／": "/",
        "＄": "$",
        "，": ",",
        "、": ",",
        "；": ";",
        "｜": "|",
        "＆": "&",
    }
)

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<open>\() | (?P<close>\))
    | (?P<ordinary>(?!OUTSIDE|(?i:and|or|not|near|before|atleast))[A-Za-z0-9]++\*?(?=[\s()]|\Z))
    | (?P<phrase>=?"[^"]*"(?:~\d+(?![\w.])|(?!\s*~)))
    | (?P<loose>=?"[^"]*"\s*~(?:\s*\d+(?![\w.])|[^\s()]*))
    | (?P<unclosed>=?"[^"]*\Z)
    | (?P<quoted>(?:'[^'"()]*'|`[^`"()]*`)(?![^\s()]))
    | (?P<regex>/(?:\\.|[^/\\\n])+/i?(?![^\s()]))
    | (?P<flagged>/(?:\\.|[^/\\\s])+/[A-Za-z]+(?![^\s()]))
    | (?P<distance>(?:NOT\s+NEAR|NEAR|BEFORE|ATLEAST)/\d+(?![^\s()"$]))
    | (?P<numberless>(?:NOT\s+NEAR|NEAR|BEFORE|ATLEAST)
          (?:\s*/\s*-?\d+(?![\w/.,]) | /[^\s()"$]* | \s*[:~=_]?-?\d+(?![^\s()]) | (?![^\s()"$])))
    | (?P<operator>(?:AND|OR|NOT|OUTSIDE)(?![^\s()"$]))
    | (?P<list>\$[^\W\d_][\w-]*)
    | (?P<comment>\#(?=\s).*)
    | (?P<zone>[A-Za-z]++:\s*)
    | (?P<word>=?(?:[^\s()"$,;|&/:\[\]{}<>`]++|(?<=\w)[&/$](?=\w)|(?<=\d)[,:](?=\d))+)
    | (?P<unslashed>/[^\s()]*)
    | (?P<stray>&&|\|\||.)
    """,
    re.VERBOSE | re.DOTALL,
)
# What other search tools call these zones.
_ALIASES = {
    "headline": "title",
    "subject": "title",
    "text": "body",
    "intext": "body",
    "inbody": "body",
    "allintext": "body",
    "content": "body",
    "intro": "lead",
    "site": "source",
    "outlet": "source",
    "publisher": "source",
    "publication": "source",
    "domain": "source",
    "host": "source",
    "byline": "author",
    "language": "lang",
    "para": "paragraph",
    "tag": "category",
    "section": "category",
    "link": "url",
}
_LOWER = re.compile(r"(?i)(?:and|or|not)|(?:near|before|atleast)/?\d+")
# How other tools write NEAR and BEFORE.
_VENDORS = {"W": "NEAR", "WITHIN": "NEAR", "PRE": "BEFORE"}
_VENDOR = re.compile(rf"(?i)(?:{'|'.join(_VENDORS)})/\d+")
MAX_DISTANCE = 1000  # words; further apart than any paragraph is long
MAX_ERRORS = 20  # told per rule; the rest is noise that follows from them


class Token(NamedTuple):
    """One token: `kind` is `open`, `close`, `phrase`, `word`, `regex`, `list`, `zone`, `operator`, `distance` or `end`.

    `text` is in plain signs; `name` is the operator, zone or list meant, `number` the n of `/n`.
    """

    kind: str
    text: str
    start: int
    end: int
    name: str = ""
    number: int = 0


def can_name_a_list(name: str) -> bool:
    """Tell whether a rule can use a list of this name, as `$name`."""
    found = _TOKEN.fullmatch(f"${name}")
    return found is not None and found.lastgroup == "list"


def plain(text: str) -> str:
    """Return `text` with typographic and full-width signs in their plain forms, one character for one."""
    return text.translate(_PLAIN)


# Groups of the pattern that are tokens without more ado; an ordinary word is one that can be no misspelt operator.
_AS_THEY_ARE = {"open": "open", "close": "close", "ordinary": "word", "regex": "regex"}


def tokens(text: str) -> tuple[list[Token], list[RuleError]]:
    """Return the tokens of a rule, ending in one of kind `end`, and every mistake met on the way."""
    found: list[Token] = []
    errors: list[RuleError] = []
    straight = plain(text)
    for match in _TOKEN.finditer(straight):
        kind = match.lastgroup or "stray"
        if kind in _AS_THEY_ARE:
            found.append(Token(_AS_THEY_ARE[kind], match[0], match.start(), match.end()))
        elif kind != "space":
            token = _READERS[kind](match, errors)
            if token is not None:
                found.append(token)
            if len(errors) > MAX_ERRORS:
                break
    found.append(Token("end", "", len(text), len(text)))
    return found, errors


def _phrase(match: re.Match[str], errors: list[RuleError]) -> Token | None:
    slop = match[0].rpartition('"')[2]
    if int(slop[1:10] or 0) > MAX_DISTANCE:
        start = match.end() - len(slop)
        errors.append(RuleError(f"{slop} is out of range", start, match.end(), f"n is 0 to {MAX_DISTANCE}"))
    return Token("phrase", match[0], match.start(), match.end())


def _loose(match: re.Match[str], errors: list[RuleError]) -> Token | None:
    """Read a phrase whose `~n` lacks the number, or stands apart from it."""
    phrase, _, rest = match[0].rpartition("~")
    number = re.search(r"\d+", rest)
    start = match.start() + len(phrase)
    message = "~ apart from its phrase" if number and phrase[-1] != '"' else "~ without a number"
    hint = f"write it right behind the quote: {phrase.rstrip()}~{number[0] if number else 3}"
    errors.append(RuleError(message, start, match.end(), hint))
    return Token("phrase", phrase.rstrip(), match.start(), match.end())


def _comment(match: re.Match[str], errors: list[RuleError]) -> Token | None:
    hint = "a rule holds no comments: put this one on a line of its own above the rule's key"
    errors.append(RuleError("a comment in the rule", match.start(), match.start() + 1, hint))
    return None


def _flagged(match: re.Match[str], errors: list[RuleError]) -> Token | None:
    body, _, flags = match[0].rpartition("/")
    start = match.end() - len(flags)
    errors.append(
        RuleError(f"no flag called {flags}", start, match.end(), "only i may follow: /colou?r/i ignores case")
    )
    return Token("regex", f"{body}/", match.start(), start)


def _unslashed(match: re.Match[str], errors: list[RuleError]) -> Token | None:
    hint = "a regular expression stands between two slashes: /colou?r/i"
    message = "empty regular expression" if match[0] == "//" else "unclosed /"
    if zone := {"/s": "sentence", "/p": "paragraph"}.get(match[0].lower()):
        hint = f"if another tool's {match[0]} is meant: {zone}:(a AND b)"
    errors.append(RuleError(message, match.start(), match.start() + 1, hint))
    return (
        Token("word", match[0].strip("/") or "x", match.start(), match.end()) if len(match[0]) > 1 else None
    )


def _numberless(match: re.Match[str], errors: list[RuleError]) -> Token | None:
    name = " ".join(re.split(r"[/\d:~=_-]", match[0])[0].split())
    number = re.search(r"\d+", match[0])
    hint = f"say how many: {name}/{number[0] if number else 5}"
    errors.append(RuleError(f"{name} without a number", match.start(), match.end(), hint))
    return Token("distance", match[0], match.start(), match.end(), name, 1)


def _unclosed(match: re.Match[str], errors: list[RuleError]) -> Token | None:
    quote = match.start() + match[0].index('"')
    errors.append(RuleError("unclosed quote", quote, quote + 1, 'close the phrase with a second "'))
    return Token("phrase", match[0] + '"', match.start(), match.end())


def _quoted(match: re.Match[str], errors: list[RuleError]) -> Token | None:
    inside = match[0][1:-1]
    hint = f'phrases stand in double quotes: "{inside}"'
    errors.append(RuleError(f"{match[0][0]} is no quote", match.start(), match.end(), hint))
    return Token("phrase", f'"{inside}"', match.start(), match.end())


def _distance(match: re.Match[str], errors: list[RuleError]) -> Token | None:
    name, _, number = match[0].rpartition("/")
    name = " ".join(name.split())
    count = int(number[:9])
    if not (count <= MAX_DISTANCE and (count > 0 or name != "ATLEAST")):
        hint = f"n is {1 if name == 'ATLEAST' else 0} to {MAX_DISTANCE}"
        hint += "" if name == "ATLEAST" else "; for a whole paragraph write paragraph:(a AND b)"
        errors.append(RuleError(f"{name}/{number} is out of range", match.start(), match.end(), hint))
    return Token("distance", match[0], match.start(), match.end(), name, min(max(count, 0), MAX_DISTANCE))


def _operator(match: re.Match[str], errors: list[RuleError]) -> Token | None:
    return Token("operator", match[0], match.start(), match.end(), match[0])


def _list(match: re.Match[str], errors: list[RuleError]) -> Token | None:
    return Token("list", match[0], match.start(), match.end(), match[0][1:])


def _zone(match: re.Match[str], errors: list[RuleError]) -> Token | None:
    name = match[0].rstrip()[:-1]
    end = match.start() + len(name) + 1
    if name in ZONES:
        return Token("zone", match[0], match.start(), end, name)
    close = _ALIASES.get(name.lower()) or nearest(name.lower(), ZONES)
    hint = f"the zones are {', '.join(ZONES)}; to search for a colon, quote the words"
    errors.append(
        RuleError(
            f"no zone called {name}:" + (f" (nearest: {close}:)" if close else ""), match.start(), end, hint
        )
    )
    return Token("zone", match[0], match.start(), end, close or "body")


def _word(match: re.Match[str], errors: list[RuleError]) -> Token | None:
    text, start = match[0], match.start()
    for test, complain in _WORD_FAULTS:
        if test(text):
            message, hint, width = complain(text)
            errors.append(RuleError(message, start, start + (width or len(text)), hint))
            return _mended(text, match)
    return Token("word", text, start, match.end())


def _mended(text: str, match: re.Match[str]) -> Token | None:
    """Return what the mistaken word was probably meant to be, so that it causes no second error."""
    name = re.split(r"[/\d]", text.upper())[0]
    name = _VENDORS.get(name, name) if _VENDOR.fullmatch(text) else name
    if name in ("NEAR", "BEFORE", "ATLEAST"):
        return Token("distance", text, match.start(), match.end(), name, 1)
    if name in ("AND", "OR", "NOT"):
        return Token("operator", text, match.start(), match.end(), name)
    rest = text.lstrip("-+!").split("~")[0].strip("'")
    kind = "operator" if text in ("-", "+", "!") else "word"
    return Token(kind, rest, match.start(), match.end()) if rest.strip("=") else None


_STRAY_HINTS = {
    ",": "put OR between alternatives",
    ";": "put OR between alternatives",
    "|": "write OR",
    "&": "write AND",
    "$": "a list is written $name; to search for an amount, quote it",
    "`": 'phrases stand in double quotes: "a b"',
    **dict.fromkeys("[{", "brackets are round: ( )"),
}
_STRAY_MEANS = {
    **dict.fromkeys(",;|&", "operator"),
    **dict.fromkeys("[{", "open"),
    **dict.fromkeys("]}", "close"),
}


def _stray(match: re.Match[str], errors: list[RuleError]) -> Token | None:
    """Complain of a sign that means nothing here, and take it for what it was probably meant to be; a bracket is told once, where it opens."""
    sign = match[0]
    opener = {"]": "[", "}": "{", ">": "<", "`": "`"}.get(sign)
    if not (opener and any(error.message == f"stray {opener}" for error in errors)):
        hint = _STRAY_HINTS.get(sign[0], "quote the words around it")
        zone = (
            re.search(rf"\b({'|'.join(ZONES)})\s+\Z", match.string[: match.start()]) if sign == ":" else None
        )
        hint = f"a zone's colon stands right behind its name: {zone[1]}:tax" if zone else hint
        errors.append(RuleError(f"stray {sign}", match.start(), match.end(), hint))
    means = _STRAY_MEANS.get(sign[0])
    return Token(means, sign, match.start(), match.end()) if means else None


_READERS = {
    "phrase": _phrase,
    "loose": _loose,
    "comment": _comment,
    "unclosed": _unclosed,
    "quoted": _quoted,
    "flagged": _flagged,
    "distance": _distance,
    "numberless": _numberless,
    "operator": _operator,
    "list": _list,
    "zone": _zone,
    "word": _word,
    "unslashed": _unslashed,
    "stray": _stray,
}


def _lower_hint(text: str) -> tuple[str, str, int]:
    return (
        f'"{text}" in lower case',
        f'operators are in capitals: {text.upper()}; to search for the word, quote it: "{text}"',
        0,
    )


def _vendor_hint(text: str) -> tuple[str, str, int]:
    name, _, number = text.partition("/")
    return f"{text} is no operator here", f"write {_VENDORS[name.upper()]}/{number}", 0


def _minus_hint(text: str) -> tuple[str, str, int]:
    fix = f"AND NOT {text[1:]}" if text[1:] else "AND NOT"
    return (
        f"{text[0]} is not an operator",
        f"write {fix}" if text[0] in "-!" else "write AND between terms",
        1,
    )


def _slop_hint(text: str) -> tuple[str, str, int]:
    return "~ without a phrase", '~n stands behind a quoted phrase: "a b"~3', 0


def _quote_hint(text: str) -> tuple[str, str, int]:
    return "' is no quote", 'phrases stand in double quotes: "a b"', 1


_BOOST = re.compile(r"\^\d*(?:\.\d+)?\Z")


def _boost_hint(text: str) -> tuple[str, str, int]:
    word = text.split("^")[0]
    return "stray ^", f"no term weighs more than another here: write {word or 'the term alone'}", 0


def _equals_hint(text: str) -> tuple[str, str, int]:
    return "stray =", '= stands directly before a word or a quoted phrase: =Ice, ="Ice Age"', 0


_WORD_FAULTS: tuple[tuple[Callable[[str], bool], Callable[[str], tuple[str, str, int]]], ...] = (
    (lambda text: bool(_LOWER.fullmatch(text)) and text != text.upper(), _lower_hint),
    (lambda text: bool(_VENDOR.fullmatch(text)), _vendor_hint),
    (lambda text: text[0] in "-+!", _minus_hint),
    (lambda text: "~" in text, _slop_hint),
    (lambda text: text[0] == "'" and not text[1:2].isdigit(), _quote_hint),
    (lambda text: text[:2] == "==" or text == "=", _equals_hint),
    (lambda text: bool(_BOOST.search(text)), _boost_hint),
)
