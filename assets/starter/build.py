#!/usr/bin/env python3
"""Builds films.jsonl.gz, the films that a fresh installation starts with.

Usage:

    python3 build.py DESCRIBED.jsonl WORLD.jsonl [OUTPUT.gz]

DESCRIBED holds films with genres and a description, WORLD holds films with
facts alone; both have one JSON object per line, as README.md says. The output,
films.jsonl.gz beside this script by default, holds the same films in the same
order for the same input, and with the same zlib it is the same to the byte.
Nothing but the standard library is needed.

What happens to a film, in this order:

1. a film whose IMDb or Wikidata identifier was already seen is dropped;
2. mistakes known by hand are put right (the CORRECTIONS table);
3. leftovers of wiki markup are cleaned from the title and the description;
4. genres and countries get one name per thing;
5. cast entries that are no names are dropped, and a person gets one spelling.

A report goes to the standard error stream.
"""

import collections
import gzip
import json
import pathlib
import re
import sys
import unicodedata
import urllib.parse

SHORT_FILM_MINUTES = 45
SHORTEST_FEATURE_MINUTES = 3
LONGEST_FEATURE_MINUTES = 400

# Names found in the sources, in lower case, and our slug; None is no genre.
GENRES = {
    "action": "action",
    "adventure": "adventure",
    "animated": "animation",
    "biography": "biography",
    "comedy": "comedy",
    "crime": "crime",
    "dance": "dance",
    "disaster": "disaster",
    "documentary": "documentary",
    "drama": "drama",
    "erotic": "erotic",
    "family": "family",
    "fantasy": "fantasy",
    "found footage": "found-footage",
    "historical": "historical",
    "horror": "horror",
    "independent": None,
    "legal": "legal",
    "live action": None,
    "martial arts": "martial-arts",
    "musical": "musical",
    "mystery": "mystery",
    "noir": "noir",
    "performance": None,
    "political": "political",
    "romance": "romance",
    "satire": "satire",
    "science fiction": "science-fiction",
    "short": "short",
    "silent": "silent",
    "slasher": "slasher",
    "sport": "sports",
    "sports": "sports",
    "spy": "spy",
    "superhero": "superhero",
    "supernatural": "supernatural",
    "suspense": "thriller",
    "teen": "teen",
    "thriller": "thriller",
    "war": "war",
    "western": "western",
}

# Official names become everyday ones; states that are gone keep their own name
# where people know them by it. None is no country.
COUNTRIES = {
    "Americas": None,
    "British Hong Kong": "Hong Kong",
    "Federal Republic of Yugoslavia": "Yugoslavia",
    "German Reich": "Germany",
    "Kingdom of Italy": "Italy",
    "Palestinian territories": "Palestine",
    "People's Republic of China": "China",
    "Republic of Ireland": "Ireland",
    "Socialist Federal Republic of Yugoslavia": "Yugoslavia",
    "State of Palestine": "Palestine",
    "The Bahamas": "Bahamas",
    "United States of America": "United States",
}

# Values that are wrong in the sources, by IMDb identifier. None clears a field.
CORRECTIONS = {
    # The title and the page belong to another film with a similar name.
    "tt0077594": {"title": "Game of Death", "wikipedia_page": None},
    "tt0095800": {"title": "The Bear", "wikipedia_page": None},
    "tt0104558": {"title": "Police Story 3: Super Cop", "wikipedia_page": None},
    "tt0110246": {"title": "Kaspar Hauser", "wikipedia_page": None},
    "tt0111201": {"title": "Sirens", "wikipedia_page": None},
    "tt0112646": {"title": "Catwalk", "wikipedia_page": None},
    "tt0112907": {"title": "Drunks", "wikipedia_page": None},
    "tt0120401": {"title": "The Ugly", "wikipedia_page": None},
    "tt0120865": {"title": "This Is My Father", "wikipedia_page": None},
    "tt0139898": {"title": "The Boys", "wikipedia_page": None},
    "tt0140688": {"title": "Whatever", "wikipedia_page": None},
    "tt0168794": {"title": "The Five Senses", "wikipedia_page": None},
    "tt0181833": {"title": "The Source", "wikipedia_page": None},
    "tt0212974": {"title": "Groove", "wikipedia_page": None},
    "tt0347246": {
        "title": "Ghost in the Shell 2: Innocence",
        "wikipedia_page": None,
    },
    "tt4086032": {"title": "Frankenstein", "wikipedia_page": None},
    "tt4592572": {"title": "Santa's Little Helper", "wikipedia_page": None},
    # The page belongs to an older or a newer film of the same name; the page
    # of a film and that of a short it grew from are one.
    "tt0114007": {"wikipedia_page": None},
    "tt0117991": {"wikipedia_page": None},
    "tt0120222": {"wikipedia_page": None},
    "tt0120414": {"wikipedia_page": None},
    "tt0181733": {"wikipedia_page": None},
    "tt0409799": {"wikipedia_page": None},
    # The article moved to the end of the title.
    "tt0087231": {"title": "The Falcon and the Snowman"},
    "tt0089218": {"title": "The Goonies"},
    "tt0089461": {"title": "The Last Dragon"},
    "tt0089847": {"title": "The Protector"},
    # People who did not direct the film: its actors, writers, producers, those
    # who directed a dubbed version, and a prank.
    "tt0028510": {"directors": ["Mack V. Wright"]},
    "tt0037193": {"directors": ["David Butler", "Sidney Lanfield"]},
    "tt0037558": {"directors": ["David Lean"]},
    "tt0061107": {"directors": ["Alfred Hitchcock"]},
    "tt0081633": {"directors": ["Terry Gilliam"]},
    "tt0463854": {"directors": ["Juan Carlos Fresnadillo"]},
    "tt3040964": {"directors": ["Jon Favreau"]},
    # Feature films that are listed among documentaries.
    "tt0082783": {"genres": ["Comedy", "Drama"]},
    "tt0094924": {"genres": ["Drama"]},
    "tt0097336": {"genres": ["Drama", "Historical", "War"]},
    "tt0305396": {"genres": ["Adventure", "Comedy"]},
    "tt0462504": {"genres": ["Drama", "War"]},
    "tt1018765": {"genres": ["Comedy", "Drama"]},
    "tt2119532": {"genres": ["War", "Biography"]},
    # Genres that do not belong to the film, or are missing.
    "tt0116447": {"genres": ["Drama"]},
    "tt0248912": {"genres": ["Documentary"]},
    "tt0893382": {"genres": ["Documentary"]},
    "tt1185616": {"genres": ["Animated", "Documentary", "Drama", "War"]},
}

# Passages of descriptions that no general rule may touch.
DESCRIPTION_REPLACEMENTS = (
    (" [came in 3rd]", ""),
    ("her [former] husband", "her former husband"),
    ("Планетата на съкровищата (1982)", "Treasure Planet (1982)"),
)

# Cast entries that are no people, beside those that a pattern tells.
NOT_PEOPLE = {
    "Apartheid",
    "Big Brothers Big Sisters of America",
    "Brenton Butler case",
    "Columbine High School massacre",
    "GNU",
    "Hip hop music",
    "Holocaust",
    "Linux",
    "Scripps National Spelling Bee",
    "Skateboarding",
    "South Africa",
    "The",
    "The life of Jonathan Caouette",
    "Troll 2",
    "Truth and Reconciliation Commission",
}
NOT_A_NAME = re.compile(
    r"^[a-z](?!ill\.i\.am)"  # a name has a capital; will.i.am is the exception
    r"|:$"
    r"|\b(?:of|by|with)$"
    r"|^(?:Academy Award|Best (?:Supporting )?Act)"
    r"|^[^(]*\)$",
    re.ASCII,
)
# The entry after one of these is a person, but not of the cast.
OTHER_CREDIT = {"dir.:", "music by", "musical score by"}

# People whose names differ by an accent alone.
NAMESAKES = {"danielmartin"}


def tidy_space(text):
    """Makes one plain space of every run of white space."""
    return re.sub(r"[\s\u200b\ufeff]+", " ", text).strip()


def clean_fractions(text):
    """Writes the fractions that a wiki template spelt out as one sign."""
    for plain, sign in (("1⁄2", "½"), ("1⁄3", "⅓"), ("1⁄4", "¼"), ("3⁄4", "¾")):
        text = text.replace("+" + plain, sign).replace(plain, sign)
    return text


def clean_title(title):
    """Keeps a title as it is, but for style sheets that were pasted into it."""
    if ".mw-parser-output" in title:
        title = re.sub(r"\.mw-parser-output.*\}", "", title)
    return clean_fractions(tidy_space(title))


def clean_description(text):
    """Takes what is left of the wiki markup out of a description."""
    if not text or text.lstrip().startswith("{{"):
        return None
    for found, wanted in DESCRIPTION_REPLACEMENTS:
        text = text.replace(found, wanted)
    text = clean_fractions(tidy_space(text))
    text = re.sub(r"\s?\[(?:citation needed|sic|note \d+|\d+)\]", "", text)
    text = re.sub(r"\s*\((?:ISBN|IPA|pronounced|listen)\b[^()]*\)", "", text)
    text = re.sub(r"\(\s*[,;]\s*", "(", text)
    text = re.sub(r"\s*[,;]\s*\)", ")", text)
    text = re.sub(r"\s*\(\s*\)", "", text)
    text = re.sub(r"([(\[])\s+", r"\1", text)
    text = re.sub(r"\s+([)\],;:!?])", r"\1", text)
    text = re.sub(r"\s+\.(?![\d.])", ".", text)
    text = re.sub(r",(?:\s*,)+", ",", text)
    text = re.sub(r"(?<!\.)\.\.(?!\.)", ".", text)
    text = re.sub(r"([a-z]{2}\.)([A-Z][a-z])", r"\1 \2", text)
    text = re.sub(r"([a-z]{3})\((?=[a-z]{2})", r"\1 (", text)
    text = tidy_space(text)
    if text and text[-1] not in ".!?…\"”')":
        text += "."
    return text or None


def clean_page(page):
    """Gives the name of a Wikipedia page as its address spells it."""
    return urllib.parse.unquote(page).strip().replace(" ", "_") if page else None


def clean_genres(genres, runtime):
    """Turns the genres of the source into slugs, each of them once."""
    slugs = []
    for genre in genres or []:
        slug = GENRES[tidy_space(genre).lower()]
        # In the source "short" also stands for parts of an anthology.
        if slug == "short" and runtime and runtime > SHORT_FILM_MINUTES:
            continue
        if slug and slug not in slugs:
            slugs.append(slug)
    return slugs


def clean_countries(countries):
    """Gives the everyday names of the countries, each of them once."""
    named = (COUNTRIES.get(name, name) for name in map(tidy_space, countries))
    return list(dict.fromkeys(name for name in named if name))


def clean_name(name):
    """Tidies the spelling of a person's name."""
    name = tidy_space(name).lstrip(". ").replace("“", '"').replace("”", '"')
    name = re.sub(r"\s*\(\d{4}[^)]*\)$", "", name)
    return re.sub(r",? (Jr|Sr)\.?$", r" \1.", name)


def clean_directors(directors):
    """Gives each director once, and each of a pair alone."""
    names = []
    for name in map(clean_name, directors):
        first, joined, second = name.partition(" and ")
        if joined and " " not in first:
            first = f"{first} {second.split()[-1]}"
        names += [first, second] if joined else [name]
    return list(dict.fromkeys(names))


def clean_cast(cast):
    """Gives each person of the cast once, and nothing that is no name."""
    names = []
    skip_next = False
    for name in map(tidy_space, cast):
        if skip_next:
            skip_next = False
        elif name.lower() in OTHER_CREDIT:
            skip_next = True
        elif name not in NOT_PEOPLE and not NOT_A_NAME.search(name):
            names.append(clean_name(name))
    return list(dict.fromkeys(name for name in names if name))


def spelling_key(name):
    """Gives what the spellings of one name have in common."""
    plain = name.lower().translate(str.maketrans("łøđ", "lod"))
    plain = unicodedata.normalize("NFKD", plain)
    return "".join(sign for sign in plain if sign.isalnum())


def unify_spellings(films):
    """Gives each person the spelling that most films use; says how many."""
    spellings = collections.defaultdict(collections.Counter)
    for film in films:
        for name in film.get("directors", []) + film.get("cast", []):
            spellings[spelling_key(name)][name] += 1

    def weight(spelling):
        name, uses = spelling
        return uses, sum(ord(sign) > 127 for sign in name), name

    best = {}
    for key, found in spellings.items():
        if len(found) > 1 and key not in NAMESAKES:
            best.update(dict.fromkeys(found, max(found.items(), key=weight)[0]))
    for film in films:
        for field in ("directors", "cast"):
            if field in film:
                names = (best.get(name, name) for name in film[field])
                film[field] = list(dict.fromkeys(names))
    return sum(name != chosen for name, chosen in best.items())


def plausible_runtime(minutes):
    """Leaves out running times that can only be a slip."""
    if minutes and SHORTEST_FEATURE_MINUTES <= minutes <= LONGEST_FEATURE_MINUTES:
        return minutes
    return None


def build_film(source):
    """Makes the film that we keep of one line of a source."""
    source = source | CORRECTIONS.get(source["imdb_id"], {})
    runtime = plausible_runtime(source["runtime_min"])
    film = {
        "title": clean_title(source["title"]),
        "year": source["year"],
        "genres": clean_genres(source.get("genres"), runtime),
        "directors": clean_directors(source["directors"]),
        "cast": clean_cast(source["cast"]),
        "countries": clean_countries(source["countries"]),
        "runtime_min": runtime,
        "wikidata": source["wikidata_qid"],
        "imdb": source["imdb_id"],
        "wikipedia": clean_page(source["wikipedia_page"]),
        "description": clean_description(source["description"]),
    }
    return {field: value for field, value in film.items() if value}


def read_films(paths):
    """Reads the films of all sources; a later double of a film is dropped."""
    films = []
    doubles = []
    seen = set()
    for path in paths:
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            source = json.loads(line)
            keys = {source["imdb_id"], source["wikidata_qid"]}
            if keys & seen:
                doubles.append(source["title"])
            else:
                seen |= keys
                films.append(build_film(source))
    return films, doubles


def write_films(films, output):
    """Writes the films, oldest first, one per line."""
    films = sorted(films, key=lambda film: (film["year"], film["title"], film["imdb"]))
    lines = (
        json.dumps(film, ensure_ascii=False, separators=(",", ":")) + "\n"
        for film in films
    )
    # Neither a time nor a file name goes into the header: same films, same bytes.
    with output.open("wb") as raw, gzip.GzipFile(
        filename="", mode="wb", compresslevel=9, fileobj=raw, mtime=0
    ) as packed:
        packed.write("".join(lines).encode("utf-8"))


def main(arguments):
    """Builds the file and reports what was found."""
    if len(arguments) not in (2, 3):
        sys.exit(__doc__)
    output = pathlib.Path(__file__).with_name("films.jsonl.gz")
    if len(arguments) == 3:
        output = pathlib.Path(arguments[2])
    films, doubles = read_films(arguments[:2])
    respelt = unify_spellings(films)
    write_films(films, output)
    genres = collections.Counter(
        genre for film in films for genre in film.get("genres", [])
    )
    print(f"films: {len(films)}, doubles dropped: {doubles}", file=sys.stderr)
    described = sum("description" in film for film in films)
    print(f"with a description: {described}", file=sys.stderr)
    print(f"spellings of names given up: {respelt}", file=sys.stderr)
    print(f"size: {output.stat().st_size} bytes", file=sys.stderr)
    print(f"genres: {dict(genres.most_common())}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
