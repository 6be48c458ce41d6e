from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.config.yaml_source import MAX_BYTES, YamlError, read_bytes
from inspect_pipelines.config.yaml_text import parse


def value_of(text: str | bytes):
    source, faults = parse(text if isinstance(text, bytes) else text.encode(), "x.yaml")
    assert faults == []
    return source.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[
            (word, word)
            for word in ("NO", "no", "yes", "on", "off", "y", "1:30", "2026-12-31", "1_000", "0b11", "=")
        ],
        *[(word, None) for word in ("null", "~", "Null", "NULL", "")],
        ("true", True),
        ("False", False),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("-42", -42),
        ("+7", 7),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("9" * 5000, "9" * 5000),  # Python refuses to read such a number
        ("!!str 5", "5"),
        ("! 5", "5"),
        ("!!int '5'", 5),
        ("'5'", "5"),
        ('"true"', "true"),
        ("|\n  text\n", "text\n"),
    ],
)
def test_a_scalar_means_what_yaml_1_2_says(text, value):
    assert value_of(f"key: {text}") == {"key": value}


def test_not_a_number_is_one():
    assert value_of("key: .NaN")["key"] != value_of("key: .nan")["key"]


def test_every_value_and_key_knows_its_place():
    source, _ = parse(b"a:\n  - b: 1\n    c: [x, y]\n", "x.yaml")

    assert source.place(("a", 0, "c", 1)) == (3, 12)
    assert source.place(("a", 0, "c"), at_key=True) == (3, 5)
    assert source.place(("a", 0, "missing")) == (2, 5)
    assert source.place(("a", 0, "missing"), at_key=True) == (2, 5)


def test_an_empty_text_is_nothing_and_stands_at_its_beginning():
    source, faults = parse(b"# nothing\n", "x.yaml")

    assert (source.value, faults, source.place(("a",))) == (None, [], (1, 1))


def test_an_anchor_may_be_used_again_and_its_aliases_know_where_they_stand():
    source, _ = parse(b"a: &hours [1, 2]\nb: *hours\n", "x.yaml")

    assert source.value == {"a": [1, 2], "b": [1, 2]}
    assert source.place(("b", 1)) == (2, 4)


def test_merged_keys_are_there_and_own_ones_win():
    assert value_of("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\nc:\n  <<: [{r: 4}, *x]\n")["b"] == {
        "p": 1,
        "q": 3,
    }
    assert value_of("c:\n  <<: [{p: 4}, {p: 5, q: 6}]\n")["c"] == {"p": 4, "q": 6}


def test_a_merge_of_no_mapping_is_an_ordinary_key():
    assert value_of("{<<: 7}") == {"<<": 7}


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert value_of(b"\xef\xbb\xbfa: 1") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (
            "a: [1, 2\nb: 3",
            (1, 9),
            "a '[' is never closed; write: a: [1, 2]",
        ),
        (
            "name: Nightly: shop",
            (1, 7),
            "a text with ': ' in it stands in quotes; write: name: \"Nightly: shop\"",
        ),
        (
            "a:\n\t- x",
            (2, 1),
            "YAML is indented with spaces, not with tabs; write:   - x",
        ),
        (
            "mention: [@qa]",
            (1, 11),
            "'@' is reserved, so a text that begins with it stands in quotes; write: mention: [\"@qa\"]",
        ),
        ("a: 'x", (1, 6), "a quote that ' opens is never closed; write: a: 'x'"),
        ("a: 1\n--- \nb: 2", (2, 1), "a second document begins here; a file holds one"),
        ("ä: \x07", (1, 4), "broken YAML: control characters are not allowed (character 0x07)"),
        ("&a [*a]", (1, 5), "the alias '*a' stands inside of itself"),
        (
            "a: *hours",
            (1, 4),
            (
                "nothing is anchored as '&hours' before; '*' begins an alias, so a text that begins with it stands in quotes; "
                'write: a: "*hours"'
            ),
        ),
        (
            "a: {{x}}/y",
            (1, 4),
            (
                "a key must be a word, not a list or a mapping; '{' begins a mapping, also in '{{', so a text that begins with it "
                'stands in quotes; write: a: "{{x}}/y"'
            ),
        ),
        ("? [a]\n: b", (1, 3), "a key must be a word, not a list or a mapping"),
        ("a: &x b\n*x : 1", (2, 1), "a key must be a word, not an alias"),
        ("[" * 100_000, (1, 51), "is nested deeper than 50 levels"),
        (b"a: 1\nb: \xff", (2, 4), "is not UTF-8 text: byte 0xff; save it as UTF-8"),
        ("a: b".encode("utf-16"), (1, 1), "is not UTF-8 text: byte 0xff; save it as UTF-8"),
    ],
)
def test_a_text_that_is_no_yaml_of_ours_says_where_and_why(text, place, message):
    with pytest.raises(YamlError) as error:
        parse(text if isinstance(text, bytes) else text.encode(), "x.yaml")

    assert (error.value.place, str(error.value)) == (place, message)


def test_an_alias_bomb_is_refused_before_it_grows():
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    lines += [
        f"{new}: &{new} [{','.join(['*' + old] * 9)}]"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    ]

    with pytest.raises(YamlError) as error:
        parse("\n".join(lines).encode(), "x.yaml")

    assert str(error.value) == "aliases stand for more than 10,000 values; write some of them out"
    assert error.value.place[0] == 5


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: 1\nb: 2\na: 3", (3, 1), "the key 'a' stands on line 1 already; keep one of the two"),
        ("{x: {a: 1, a: 2}}", (1, 12), "the key 'a' stands on line 1 already; keep one of the two"),
        (
            "a: !ref x",
            (1, 4),
            "the tag '!ref' has no meaning here; leave it out, or write a text that begins with it in quotes: a: \"!ref x\"",
        ),
        (
            "a: !!python/object:os.system {}",
            (1, 4),
            "the tag '!!python/object:os.system' has no meaning here; leave it out",
        ),
        ("a: !!set {x}", (1, 4), "the tag '!!set' has no meaning here; leave it out"),
    ],
)
def test_faults_short_of_broken_syntax_are_collected(text, place, message):
    _, faults = parse(text.encode(), "x.yaml")

    assert [(fault.place, str(fault)) for fault in faults] == [(place, message)]


@given(st.binary(max_size=200) | st.text("ab:-[]{}&*!|>'\"\n \t#?,%@<0.", max_size=60).map(str.encode))
def test_no_text_does_worse_than_an_error_with_a_place(raw):
    try:
        source, _ = parse(raw, "x.yaml")
    except YamlError as error:
        line, column = error.place
        assert line >= 1
        assert column >= 1
    else:
        assert source.file == "x.yaml"


def test_a_file_that_is_missing_or_a_folder_or_too_large_says_so(tmp_path):
    (tmp_path / "large.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    (tmp_path / "full.yaml").write_bytes(b"#" * MAX_BYTES)

    messages = []
    for name in ("none.yaml", ".", "large.yaml"):
        with pytest.raises(YamlError) as error:
            read_bytes(tmp_path / name)
        messages.append(str(error.value))

    assert messages == [
        "cannot be read: no such file or directory",
        "cannot be read: is a directory",
        "is larger than 1 MB; split it, or check that it is the right file",
    ]
    assert len(read_bytes(tmp_path / "full.yaml")) == MAX_BYTES
