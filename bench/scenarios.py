"""What is asked of both servers, and what is hoped for."""

import base64
import dataclasses
import hashlib
import hmac
import json
import pathlib
import random
import re
import time
import typing

from load_data import session_id, user_id
from processes import quoted

PREFIX = "/api/v1"


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    about: str
    # The least part of the least server's requests per second, at the concurrency of the goals.
    goal: float
    # Makes (token, path) pairs of the data.
    requests: typing.Callable = None
    # Whether both servers must give the same at all.
    is_same: bool = True

    @property
    def writes(self):
        return self.requests is None


class Data:
    """Tokens, films and titles to make requests of."""

    def __init__(self, postgres, secret, users, seed, is_anonymous=False):
        self.seed = seed
        self.tokens = [mint(secret, user_id(number), session_id(number)) for number in range(users)]
        # For what is shown to everybody.
        self.visitors = ["-"] if is_anonymous else self.tokens
        self.films = postgres.sql("SELECT id FROM films ORDER BY id").split()
        # Titles that nobody made up: those of the starter catalogue.
        self.titles = postgres.sql(
            "SELECT f.title FROM films f JOIN film_external_ids e ON e.film_id = f.id "
            "WHERE e.source = 'imdb' ORDER BY f.id").splitlines()

    def chance(self):
        return random.Random(self.seed)


def mint(secret, user, session):
    """A token as the product's own sign-in makes it."""
    def part(content):
        return base64.urlsafe_b64encode(content).rstrip(b"=")

    now = int(time.time())
    header = part(b'{"typ":"JWT","alg":"HS256"}')
    claims = part(json.dumps({"iss": "filmhub", "aud": "filmhub", "sub": str(user), "sid": str(session),
                              "iat": now, "exp": now + 86_400}, separators=(",", ":")).encode())
    message = header + b"." + claims
    signature = part(hmac.new(secret.encode(), message, hashlib.sha256).digest())
    return (message + b"." + signature).decode()


def film_requests(data):
    chance = data.chance()
    return [(chance.choice(data.visitors), f"/films/{chance.choice(data.films)}") for _ in range(20_000)]


def liked_requests(data):
    tokens = list(data.tokens)
    data.chance().shuffle(tokens)
    return [(token, "/me/watchlists/liked/items") for token in tokens]


def everybodys(path):
    return lambda data: [(token, path) for token in data.visitors]


def searches(data, asked):
    chance = data.chance()
    return [(chance.choice(data.visitors), f"/films/search?title={quoted(title)}") for title in asked(chance)]


def title_requests(data):
    return searches(data, lambda chance: [title.lower() for title in chance.sample(data.titles, 2_000)])


def word_requests(data):
    """One word of a title; a word that is in many titles comes often."""
    words = [re.findall(r"[^\W\d_]{4,}", title.lower()) for title in data.titles]
    words = [of_title for of_title in words if of_title]
    return searches(data, lambda chance: [chance.choice(chance.choice(words)) for _ in range(2_000)])


SCENARIOS = [
    Scenario("film", "film by id with flags", 0.8, film_requests),
    Scenario("liked", "liked list of 100 films with flags", 1.0, liked_requests),
    Scenario("genres", "genres", 5.0, everybodys("/genres")),
    Scenario("moods", "moods", 5.0, everybodys("/moods")),
    Scenario("mix", "mixes", 5.0, everybodys("/mix")),
    Scenario("search", "search by a whole title, lower case", 1.0, title_requests, is_same=False),
    Scenario("word", "search by one word of a title", 1.0, word_requests, is_same=False),
    Scenario("add", "add to the liked list", 0.8),
]


class RequestFiles:
    """The requests in files for the load generator."""

    def __init__(self, folder, data):
        self.folder, self.data = pathlib.Path(folder), data
        self.runs = 0

    def arguments(self, scenario):
        """What the load generator's script is told for one run."""
        file = self.folder / f"{scenario.name}.requests"
        if not file.exists():
            file.write_text(self._content(scenario), encoding="utf-8")
        if not scenario.writes:
            return ["take", file]
        # Each run adds other films.
        self.runs += 1
        return ["add", file, self.data.seed + self.runs]

    def _content(self, scenario):
        if scenario.writes:
            return "\n".join([*self.data.tokens, "", *self.data.films]) + "\n"
        return "".join(f"{token}\t{path}\n" for token, path in scenario.requests(self.data))


def compare(scenario, data, product, limit, count=25):
    """Names the first request that the two servers answer differently, or gives None."""
    if scenario.writes:
        path = f"{PREFIX}/me/watchlists/liked/items/add"
        body = json.dumps({"film_id": data.films[0]})
        answers = [server.ask("PUT", path, data.tokens[0], body) for server in (product, limit)]
        return None if [status for status, _ in answers] == [204, 204] else f"PUT {path}: {answers}"
    for token, path in scenario.requests(data)[:count]:
        (status, ours), (least_status, least) = (
            server.ask("GET", PREFIX + path, token) for server in (product, limit))
        if status != 200 or least_status != 200:
            return f"{path}: {status} and {least_status}"
        if scenario.is_same and not is_covered(least, ours):
            return f"{path}: {str(ours)[:300]} and {str(least)[:300]}"
    return None


def is_covered(least, ours):
    """Whether an answer holds all that the least server's holds; it may hold more."""
    if isinstance(least, dict):
        return isinstance(ours, dict) and all(
            name in ours and is_covered(value, ours[name]) for name, value in least.items())
    if isinstance(least, list):
        return isinstance(ours, list) and len(least) == len(ours) and all(map(is_covered, least, ours))
    return least == ours


def found_titles(data, server, count=200):
    """In how many of so many searches by a whole title a film of that title is in the answer."""
    found = 0
    for token, path in title_requests(data)[:count]:
        _, films = server.ask("GET", PREFIX + path, token)
        asked = path.split("title=", 1)[1]
        found += any(quoted(film["title"].lower()) == asked for film in films)
    return found
