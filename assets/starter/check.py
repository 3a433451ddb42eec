#!/usr/bin/env python3
"""Checks the four files of the starter catalogue against each other.

Usage:

    python3 check.py [FOLDER]

Prints one line for every rule that is broken and exits with 1 if there is any.
The folder is that of this script by default.
"""

import collections
import gzip
import json
import pathlib
import re
import sys

MOODS = [
    "cheerful",
    "romantic",
    "tense",
    "frightening",
    "fantastic",
    "historical",
    "serious",
    "nostalgic",
    "relaxing",
]
FIELDS = {
    "title": str,
    "year": int,
    "genres": list,
    "directors": list,
    "cast": list,
    "countries": list,
    "runtime_min": int,
    "wikidata": str,
    "imdb": str,
    "wikipedia": str,
    "description": str,
}
REQUIRED = {"title", "year", "wikidata", "imdb"}
YEARS = range(1888, 2031)
MINUTES = range(1, 601)
FEWEST_FILMS = 7000
LARGEST_FILE = 3_000_000
LONGEST_DESCRIPTION = 5000
LONGEST_TITLE = 512
MIX_COUNT = range(24, 33)
MIX_FILMS = range(12, 31)
FEWEST_GENRE_MIXES = 14
# What "most films of the mix carry its genre" means.
GENRE_SHARE = 0.75
# A genre of so many films must be reached by a mood.
COMMON_GENRE = 50
WHITE_CONTRAST = 3.0

SLUG = re.compile(r"[a-z]+(?:-[a-z]+)*")
HEX_COLOR = re.compile(r"#[0-9A-F]{6}")
CYRILLIC = re.compile(r"[А-Яа-яЁё]")
LATIN = re.compile(r"[A-Za-z]")
MARKUP = re.compile(
    r"\{\{|\}\}|\[\[|\]\]|<[a-z/]|mw-parser-output|citation needed"
    r"|\(\s*\)|\s[,;)]|&[a-z]+;|[\x00-\x1f\u200b\u2028\ufeff]|  "
)


class Report:
    """Collects what is wrong."""

    def __init__(self):
        self.broken = []

    def require(self, holds, message):
        """Notes the message unless the rule holds."""
        if not holds:
            self.broken.append(message)


def empty_values(value):
    """Tells whether a value or anything inside it is empty or padded."""
    if isinstance(value, str):
        return value != value.strip() or not value
    if isinstance(value, list):
        return not value or any(map(empty_values, value))
    if isinstance(value, dict):
        return not value or any(map(empty_values, value.values()))
    return value is None


def repeated(values):
    """Lists the values that occur more than once."""
    return [value for value, uses in collections.Counter(values).items() if uses > 1]


def contrast_with_white(color):
    """Computes the contrast ratio of WCAG 2 between white and a colour."""
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def check_film(film, report):
    """Checks one film on its own."""
    name = film.get("imdb", film.get("title", "a film"))
    unknown = set(film) - set(FIELDS)
    report.require(not unknown, f"{name}: unknown fields {sorted(unknown)}")
    missing = REQUIRED - set(film)
    report.require(not missing, f"{name}: missing fields {sorted(missing)}")
    for field, kind in FIELDS.items():
        if field in film:
            report.require(type(film[field]) is kind, f"{name}: {field} has a wrong type")
    report.require(not empty_values(film), f"{name}: an empty or padded value")
    for field in ("genres", "directors", "cast", "countries"):
        again = repeated(film.get(field, []))
        report.require(not again, f"{name}: {field} repeats {again}")
    report.require(film.get("year") in YEARS, f"{name}: year {film.get('year')}")
    minutes = film.get("runtime_min", 1)
    report.require(minutes in MINUTES, f"{name}: running time {minutes}")
    report.require(re.fullmatch(r"tt\d{7,8}", film.get("imdb", "")), f"{name}: IMDb id")
    report.require(
        re.fullmatch(r"Q[1-9]\d*", film.get("wikidata", "")), f"{name}: Wikidata id"
    )
    page = film.get("wikipedia", "page")
    report.require(not re.search(r"[\s%#<>\[\]{}|]", page), f"{name}: page {page}")
    for field, longest in (
        ("title", LONGEST_TITLE),
        ("description", LONGEST_DESCRIPTION),
    ):
        text = film.get(field, "")
        report.require(len(text) <= longest, f"{name}: {field} is too long")
        found = MARKUP.search(text)
        report.require(not found, f"{name}: {field} has markup")
    for person in film.get("directors", []) + film.get("cast", []):
        report.require(
            not re.search(r"[:\n]|\)$|\b(?:of|by|with)$", person), f"{name}: {person!r}"
        )
    # The licence of a description asks for the link to its page.
    report.require(
        "description" not in film or "wikipedia" in film, f"{name}: no page to credit"
    )


def check_films(folder, report):
    """Checks the file of films; gives the films by IMDb identifier."""
    path = folder / "films.jsonl.gz"
    size = path.stat().st_size
    report.require(size < LARGEST_FILE, f"films.jsonl.gz has {size} bytes")
    packed = path.read_bytes()
    report.require(packed[3:8] == bytes(5), "films.jsonl.gz carries a time or a name")
    lines = gzip.decompress(packed).decode("utf-8").splitlines()
    films = [json.loads(line) for line in lines]
    report.require(len(films) >= FEWEST_FILMS, f"only {len(films)} films")
    for film, line in zip(films, lines):
        check_film(film, report)
        compact = json.dumps(film, ensure_ascii=False, separators=(",", ":"))
        report.require(compact == line, f"{film.get('imdb')}: not compact JSON")
    for field in ("imdb", "wikidata"):
        again = repeated(film.get(field) for film in films)
        report.require(not again, f"{field} ids are repeated: {again}")
    again = repeated(film.get("wikipedia") for film in films if "description" in film)
    report.require(not again, f"descriptions share a page: {again}")
    order = [(film["year"], film["title"], film["imdb"]) for film in films]
    report.require(order == sorted(order), "the films are not sorted")
    return {film["imdb"]: film for film in films}


def check_names(entries, file, fields, report):
    """Checks what genres, moods and mixes have in common."""
    for entry in entries:
        name = f"{file}: {entry.get('slug')}"
        report.require(set(entry) == fields, f"{name}: has {sorted(entry)}")
        report.require(not empty_values(entry), f"{name}: an empty or padded value")
        report.require(SLUG.fullmatch(entry["slug"]), f"{name}: the slug")
        report.require(CYRILLIC.search(entry["ru"]), f"{name}: `ru` is not Russian")
        report.require(not LATIN.search(entry["ru"]), f"{name}: `ru` mixes alphabets")
        report.require(not CYRILLIC.search(entry["en"]), f"{name}: `en` is not English")
    for field in ("slug", "en", "ru"):
        again = repeated(entry[field] for entry in entries)
        report.require(not again, f"{file}: {field} is repeated: {again}")


def check_genres(genres, films, report):
    """Checks that the genres are those of the films."""
    check_names(genres, "genres.json", {"slug", "en", "ru"}, report)
    english = [genre["en"] for genre in genres]
    report.require(english == sorted(english), "genres.json is not sorted by `en`")
    named = {genre["slug"] for genre in genres}
    used = {slug for film in films.values() for slug in film.get("genres", [])}
    report.require(used <= named, f"genres without a name: {sorted(used - named)}")
    report.require(named <= used, f"genres without a film: {sorted(named - used)}")


def check_moods(moods, genres, films, report):
    """Checks that the moods are the nine and reach the common genres."""
    check_names(moods, "moods.json", {"slug", "en", "ru", "genres"}, report)
    slugs = [mood["slug"] for mood in moods]
    report.require(slugs == MOODS, f"moods.json has {slugs}")
    named = {genre["slug"] for genre in genres}
    reached = set()
    for mood in moods:
        name = f"moods.json: {mood['slug']}"
        unknown = set(mood["genres"]) - named
        report.require(not unknown, f"{name}: unknown genres {sorted(unknown)}")
        report.require(len(mood["genres"]) >= 2, f"{name}: one genre only")
        report.require(not repeated(mood["genres"]), f"{name}: a genre twice")
        reached |= set(mood["genres"])
    uses = collections.Counter(
        slug for film in films.values() for slug in film.get("genres", [])
    )
    common = {slug for slug, count in uses.items() if count >= COMMON_GENRE}
    report.require(common <= reached, f"no mood reaches {sorted(common - reached)}")


def check_mix(mix, films, is_genre, report):
    """Checks one mix."""
    name = f"mixes.json: {mix['slug']}"
    for language in ("en", "ru"):
        words = len(re.findall(r"[\w'’-]+", mix[language]))
        report.require(2 <= words <= 5, f"{name}: `{language}` has {words} words")
    report.require(len(mix["colors"]) == 3, f"{name}: {len(mix['colors'])} colours")
    for color in mix["colors"]:
        valid = HEX_COLOR.fullmatch(color)
        report.require(valid, f"{name}: colour {color}")
        readable = valid and contrast_with_white(color) >= WHITE_CONTRAST
        report.require(readable, f"{name}: white text is unreadable on {color}")
    report.require(not repeated(mix["colors"]), f"{name}: a colour twice")
    report.require(len(mix["films"]) in MIX_FILMS, f"{name}: {len(mix['films'])} films")
    report.require(not repeated(mix["films"]), f"{name}: a film twice")
    unknown = [film for film in mix["films"] if film not in films]
    report.require(not unknown, f"{name}: unknown films {unknown}")
    if is_genre:
        fitting = sum(
            mix["slug"] in films[film].get("genres", [])
            for film in mix["films"]
            if film in films
        )
        share = fitting / len(mix["films"])
        report.require(share >= GENRE_SHARE, f"{name}: {share:.0%} carry the genre")


def check_mixes(mixes, genres, films, report):
    """Checks the mixes."""
    fields = {"slug", "en", "ru", "colors", "films"}
    check_names(mixes, "mixes.json", fields, report)
    report.require(len(mixes) in MIX_COUNT, f"mixes.json has {len(mixes)} mixes")
    named = {genre["slug"] for genre in genres}
    for mix in mixes:
        check_mix(mix, films, mix["slug"] in named, report)
    of_genres = sum(mix["slug"] in named for mix in mixes)
    report.require(
        of_genres >= FEWEST_GENRE_MIXES, f"only {of_genres} mixes are of a genre"
    )


def read_json(path):
    """Reads one JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def main(arguments):
    """Checks the folder; gives the exit code."""
    folder = pathlib.Path(arguments[0] if arguments else __file__)
    folder = folder if folder.is_dir() else folder.resolve().parent
    report = Report()
    films = check_films(folder, report)
    genres = read_json(folder / "genres.json")
    moods = read_json(folder / "moods.json")
    mixes = read_json(folder / "mixes.json")
    check_genres(genres, films, report)
    check_moods(moods, genres, films, report)
    check_mixes(mixes, genres, films, report)
    for message in report.broken:
        print(message, file=sys.stderr)
    if not report.broken:
        print(
            f"{len(films)} films, {len(genres)} genres, "
            f"{len(moods)} moods, {len(mixes)} mixes: all rules hold"
        )
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
