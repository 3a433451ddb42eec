"""Fills the product's database: films up to a number, users with their three lists full.

Everything is drawn from a fixed seed, so that two measurements work on the same data.
"""

import io
import json
import random
import unicodedata
import uuid

# What was put in before the measurement is older than what the measurement adds.
ADDED_BEFORE = "2020-01-01T00:00:00Z"
KINDS = ("liked", "wish", "watched")


def load(postgres, films, users, entries, seed, wide=None):
    """Loads everything; the starter catalogue must be there."""
    chance = random.Random(seed)
    made = add_films(postgres, films, chance, wide)
    add_users(postgres, users, entries, chance)
    postgres.sql("VACUUM ANALYZE; CHECKPOINT;")
    return made


def add_films(postgres, wanted, chance, wide):
    starter = [json.loads(line) for line in postgres.sql(
        "SELECT json_build_object('id', id, 'title', title, 'description', description, "
        "'year', release_year, 'country', country) FROM films ORDER BY id").splitlines()]
    missing = max(0, wanted - len(starter))
    titles = {film["title"] for film in starter}
    made = from_file(wide, titles, chance, missing) if wide else []
    made += from_others(starter, titles, chance, missing - len(made))
    rows = [
        (uuid.UUID(int=chance.getrandbits(128), version=4), film["title"],
         sorting_form(film["title"]), film["description"], "movie", film["country"], film["year"],
         film["year"] or 0, 1, ADDED_BEFORE, ADDED_BEFORE, chance.choice(starter)["id"])
        for film in made
    ]
    postgres.sql(
        "CREATE TEMPORARY TABLE made (LIKE films INCLUDING DEFAULTS, base uuid);\n"
        + copy("made", "id, title, sort_title, description, kind, country, release_year, sort_year, "
               "revision, created_at, updated_at, base", rows)
        + """
        INSERT INTO films (id, title, sort_title, description, kind, country, release_year, sort_year,
                           revision, created_at, updated_at)
            SELECT id, title, sort_title, description, kind, country, release_year, sort_year,
                   revision, created_at, updated_at FROM made;
        INSERT INTO film_genres (film_id, genre_id, position)
            SELECT m.id, g.genre_id, g.position FROM made m JOIN film_genres g ON g.film_id = m.base;
        INSERT INTO film_countries (film_id, position, name, folded)
            SELECT m.id, c.position, c.name, c.folded
            FROM made m JOIN film_countries c ON c.film_id = m.base;
        INSERT INTO film_people (film_id, role, position, person_id)
            SELECT m.id, p.role, p.position, p.person_id
            FROM made m JOIN film_people p ON p.film_id = m.base;
        INSERT INTO film_changes (film_id, changed_at) SELECT id, now() FROM made;
        """)
    return [film["title"] for film in made]


def from_file(path, titles, chance, count):
    """Films of a file in the format of the starter catalogue's source."""
    with open(path, encoding="utf-8") as lines:
        films = [json.loads(line) for line in lines]
    films = [film for film in films if film["title"] not in titles and film.get("description")]
    return [
        {
            "title": film["title"][:512],
            "description": film["description"][:5000],
            "year": film.get("year"),
            "country": (film.get("countries") or [None])[0],
        }
        for film in chance.sample(films, min(count, len(films)))
    ]


def from_others(starter, titles, chance, count):
    """Films with the first words of one title and the last of another, and the text of a third."""
    made, taken = [], set(titles)
    while len(made) < count:
        first, last, text = (chance.choice(starter) for _ in range(3))
        title = f"{first_words(first['title'])} {last_words(last['title'])}"[:512]
        if title not in taken:
            taken.add(title)
            made.append({**text, "title": title})
    return made


def first_words(title):
    words = title.split()
    return " ".join(words[: (len(words) + 1) // 2])


def last_words(title):
    words = title.split()
    return " ".join(words[len(words) // 2:])


def sorting_form(title):
    letters = unicodedata.normalize("NFKD", title)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter)).lower()
    for article in ("the ", "a ", "an "):
        if plain.startswith(article) and len(plain) > len(article):
            return plain[len(article):][:512]
    return plain[:512]


def user_id(number):
    return uuid.uuid5(uuid.NAMESPACE_OID, f"bench user {number}")


def session_id(number):
    return uuid.uuid5(uuid.NAMESPACE_OID, f"bench session {number}")


def add_users(postgres, count, entries, chance):
    films = postgres.sql("SELECT id FROM films ORDER BY id").split()
    users, sessions, lists, items = [], [], [], []
    for number in range(count):
        user = user_id(number)
        users.append((user, f"user{number}@example.org", f"User {number}", "user", ADDED_BEFORE, ADDED_BEFORE))
        sessions.append((session_id(number), user, "long_token", ADDED_BEFORE, ADDED_BEFORE, "2099-01-01T00:00:00Z"))
        for kind in KINDS:
            # The product derives the identifiers of standard lists in this way.
            watchlist = uuid.uuid5(user, kind)
            lists.append((watchlist, user, kind, kind, "#101820", "#203040", "#304860", ADDED_BEFORE))
            for minute, film in enumerate(chance.sample(films, entries)):
                at = f"2019-01-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00Z"
                items.append((watchlist, film, at))
    postgres.sql(
        copy("users", "id, email, username, role, created_at, updated_at", users)
        + copy("sessions", "id, user_id, kind, created_at, last_used_at, expires_at", sessions)
        + copy("watchlists", "id, user_id, title, kind, color1, color2, color3, created_at", lists)
        + copy("watchlist_items", "watchlist_id, film_id, added_at", items))


def forget_additions(postgres):
    """Brings the lists back to what was loaded."""
    postgres.sql(
        f"DELETE FROM watchlist_items WHERE added_at >= '{ADDED_BEFORE}'; "
        "VACUUM ANALYZE watchlist_items; CHECKPOINT;")


def copy(table, columns, rows):
    """A COPY command with its rows."""
    text = io.StringIO()
    text.write(f"COPY {table} ({columns}) FROM STDIN;\n")
    for row in rows:
        text.write("\t".join(map(field, row)) + "\n")
    text.write("\\.\n")
    return text.getvalue()


def field(value):
    if value is None:
        return "\\N"
    text = str(value)
    for sign, escaped in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(sign, escaped)
    return text
