"""What git and file names say is made safe before it is shown."""

from hypothesis import given
from hypothesis import strategies as st

from devdash_git.ages import coarse_age
from devdash_git.plain import first_words, masked, printable

WORDS = st.text(st.characters(categories=["L", "N"], include_characters="!$%:@._-"), min_size=1, max_size=20)


@given(
    scheme=st.sampled_from(["https", "http", "ftp", "HTTPS", "git+https"]),
    secret=WORDS,
    host=st.sampled_from(["example.org", "127.0.0.1:8080", "[::1]"]),
)
def test_no_credentials_of_a_url_remain(scheme: str, secret: str, host: str) -> None:
    """Also when the password has an "@" in it, and when a token stands in place of the user."""
    secret = f"s3cret{secret}"
    for user in (secret, f"ada:{secret}", f":{secret}"):
        text = masked(f"unable to access '{scheme}://{user}@{host}/path.git/': no")
        assert "s3cret" not in text
        assert f"@{host}/path.git" in text


def test_queries_go_and_ssh_logins_stay() -> None:
    assert masked("https://x/y.git?private_token=abc#frag") == "https://x/y.git?***"
    assert masked("ssh://git@example.org/x") == "ssh://git@example.org/x"
    assert masked("ssh://git:pw@example.org/x") == "ssh://***@example.org/x"
    assert masked("git@example.org:x/y.git") == "git@example.org:x/y.git"


def test_a_password_with_a_slash_goes_and_a_path_with_an_at_sign_stays() -> None:
    assert masked("https://ada:pa/ss@example.org/x") == "https://***@example.org/x"
    for url in ("https://example.org/x@v1", "https://example.org:8080/x@v1", "/home/a@b/x"):
        assert masked(url) == url


@given(st.binary(max_size=50))
def test_any_name_can_be_shown_and_encoded(raw: bytes) -> None:
    text = printable(raw)
    assert text.isprintable() or text == ""
    text.encode("utf-8")


@given(st.text(max_size=30).filter(str.isprintable))
def test_printable_names_stay_as_they_are(text: str) -> None:
    assert printable(text.encode()) == text


def test_the_line_that_tells_is_chosen() -> None:
    assert first_words(b"hint: x\nfatal: no 'https://a:b@h/'\nhint: y\n") == "no 'https://***@h/'"
    assert first_words(b"one\ntwo\n\n") == "two"
    assert first_words(b"") == ""
    assert len(first_words(b"x" * 1000)) == 200


def test_ages_are_coarse() -> None:
    """So that an unchanged screen is not painted again every minute."""
    hour = 3600
    assert [coarse_age(age) for age in (-5, 0, hour - 1, hour, 47 * hour, 48 * hour, 30 * 24 * hour)] == [
        "<1 h", "<1 h", "<1 h", "1 h", "47 h", "2 d", "4 wk",
    ]  # fmt: skip
