"""What scripts/fuzz-api tells schemathesis: who asks, and what there is to ask for.

Requests are made by a user of their own, except those that end a session or an account: each of them
is made by a newcomer, so that one of them does not turn all others into refusals. About half of the
identifiers are replaced by those of things that exist, so that more than "not found" is tried.
"""

import functools
import itertools
import json
import os
import urllib.request
import uuid

import schemathesis

API = os.environ["FILMHUB_FUZZ_URL"] + "/api/v1"
PASSWORD = os.environ["FILMHUB_FUZZ_PASSWORD"]
FAREWELLS = {"changePassword", "deleteMe", "endSession", "endSessions", "signOut"}
ACCOUNTS = itertools.count()
REQUESTS = itertools.count()


def ask(path, body=None, token=None, method=None):
    """Asks the service for JSON."""
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(API + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def new_token():
    """Opens an account and signs in."""
    credentials = {"email": f"fuzz{next(ACCOUNTS)}@example.org", "password": PASSWORD}
    ask("/auth/register", {**credentials, "username": "Fuzz"})
    return ask("/auth/login", credentials)["token"]


@functools.cache
def token():
    """The token of the user who asks for most."""
    return new_token()


@functools.cache
def known():
    """Identifiers of things that exist, by the name of the parameter."""
    film = {"title": "Fuzz", "description": "Fuzz"}
    own = [ask("/films", film, token())["id"] for _ in range(3)]
    lists = [ask("/me/watchlists", {"title": "Fuzz"}, token())["id"] for _ in range(3)]
    ids = {
        "film_id": own + [film["id"] for film in ask("/films?limit=3")["items"]],
        "genre_id": [genre["id"] for genre in ask("/genres")[:5]],
        "mood_id": [mood["id"] for mood in ask("/moods")[:5]],
        "mix_id": [mix["id"] for mix in ask("/mix")[:5]],
        "watchlist": lists + ["liked", "watched", "wish"],
        "session_id": [session["id"] for session in ask("/me/sessions", token=token())],
    }
    return {**ids, "genres_ids": ids["genre_id"], "moods_ids": ids["mood_id"]}


@schemathesis.auth(refresh_interval=None)
class Token:
    """Shows a token in nine requests of ten."""

    def get(self, case, _context):
        """The token for one request."""
        is_farewell = case.operation.definition.raw.get("operationId") in FAREWELLS
        return new_token() if is_farewell else token()

    def set(self, case, data, _context):
        """Puts it where it belongs, over what was made up."""
        headers = dict(case.headers or {})
        headers["Authorization"] = f"Bearer {data}"
        if next(REQUESTS) % 10 == 9:
            del headers["Authorization"]
        case.headers = headers


def replaced(name, value):
    """The identifier, or that of a thing that exists: which one is told by the digits made up."""
    if isinstance(value, list):
        return [replaced(name, one) for one in value]
    ids = known().get(name)
    try:
        number = uuid.UUID(value).int
    except (AttributeError, TypeError, ValueError):
        return value
    return ids[number // 2 % len(ids)] if ids and number % 2 else value


def replace_all(values):
    """Replaces identifiers among parameters or members of a body."""
    if not isinstance(values, dict):
        return values
    return {name: replaced(name, value) for name, value in values.items()}


@schemathesis.hook
def map_path_parameters(_context, path_parameters):
    """Asks for things that exist."""
    return replace_all(path_parameters)


@schemathesis.hook
def map_query(_context, query):
    """Filters by things that exist."""
    return replace_all(query)


@schemathesis.hook
def map_body(_context, body):
    """Sends things that exist."""
    return replace_all(body)
