"""Names and values of every short length: they are looked at eight bytes at a time, and what is left one by one."""

import pytest

LENGTHS = range(1, 19)

#: Characters of names that stand beside letters, or differ from one only in the bit that tells cases apart.
MARKS = "~_`"


def by_header(rule):
    """Return a configuration with one header rule."""
    return f"[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\nmatch_header={rule}\n"


@pytest.mark.parametrize("length", LENGTHS)
def test_names_of_each_length(ask, length):
    """A header's name is found in any case, whatever its length."""
    name = "ZaXz-AB.QwertYuIopk"[:length]
    found = ("e", "header", "i")

    assert ask(by_header(f"{name}: 1"), f"{name.upper()}: 1") == found
    assert ask(by_header(f"{name.upper()}: 1"), f"{name.lower()}: 1") == found
    assert ask(by_header(f"{name}: 1"), f"{name[:-1]}j: 1") is None


@pytest.mark.parametrize("place", LENGTHS)
@pytest.mark.parametrize("mark", MARKS)
def test_marks_have_no_case(ask, place, mark):
    """Only letters have a case: a mark is itself, at every place of a name, and no other one."""
    name = "X" + "a" * 18
    marked = name[:place] + mark + name[place:]

    assert ask(by_header(f"{marked}: 1"), f"{marked.upper()}: 1") == ("e", "header", "i")
    assert ask(by_header(f"{marked}: 1"), f"{marked.replace(mark, '-')}: 1") is None


@pytest.mark.parametrize("length", LENGTHS)
def test_folds_at_each_place(ask, length):
    """A value that folds is compared with one blank for the fold, wherever it is."""
    value = "abcdefghijklmnopqrs"

    for place in range(1, length):
        folded = f"X-A: {value[:place]}\r\n \t{value[place:length]}"
        assert ask(by_header(f"X-A: {value[:place]} {value[place:length]}"), folded) == ("e", "header", "i")
        assert ask(by_header(f"X-A: {value[:length]}"), folded) is None


@pytest.mark.parametrize("place", LENGTHS)
def test_tabs_at_each_place(ask, place):
    """A TAB inside of a value stays, wherever it is; others than the literal's differ."""
    value = "abcdefghijklmnopqrs"
    with_tab = f"{value[:place]}\t{value[place:]}"

    assert ask(by_header(f"X-A: {with_tab}"), f"X-A: {with_tab}") == ("e", "header", "i")
    assert ask(by_header(f"X-A: {value}"), f"X-A: {with_tab}") is None


@pytest.mark.parametrize("place", range(18))
def test_escapes_at_each_place(ask, place):
    """An escape in a From user is resolved and a ';' ends it where the option says so, wherever they are."""
    user = "abcdefghijklmnopqr"
    escaped = f"{user[:place]}%{ord(user[place]):02x}{user[place + 1 :]}"
    ended = f"{user[:place]};{user[place:]}"
    text = f"[{user}]\ntype=endpoint\n"
    shorter = f"[global]\ntype=global\nignore_uri_user_options=yes\n[{user[:place]}]\ntype=endpoint\n"

    assert ask(text, from_uri=f"<sip:{escaped}@example.com>") == (user, "username", None)
    assert ask(text, from_uri=f"<sip:{ended}@example.com>") is None
    if place:
        assert ask(shorter, from_uri=f"<sip:{ended}@example.com>") == (user[:place], "username", None)
