"""Signs in for the fuzz run: registers a user and shows their token with every request that takes one.

Requests may end the session they come with (signing out, deleting the account), so a new user is
made whenever the token is refused.
"""

import json
import os
import urllib.error
import urllib.request
import uuid

import schemathesis

URL = os.environ["FILMHUB_FUZZ_URL"]
PASSWORD = os.environ["FILMHUB_FUZZ_PASSWORD"]


def _call(method, path, body=None, token=None):
    request = urllib.request.Request(f"{URL}/api/v1{path}", method=method)
    data = None
    if body is not None:
        request.add_header("Content-Type", "application/json")
        data = json.dumps(body).encode()
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, data, timeout=30) as answer:
        return json.load(answer)


def _new_token():
    email = f"{uuid.uuid4().hex}@example.org"
    _call("POST", "/auth/register", {"email": email, "password": PASSWORD, "username": "Fuzz"})
    return _call("POST", "/auth/login", {"email": email, "password": PASSWORD})["token"]


def _is_accepted(token):
    try:
        _call("GET", "/me", token=token)
    except urllib.error.HTTPError:
        return False
    return True


@schemathesis.auth(refresh_interval=None)
class SignedIn:
    """Gives each request the token of a user who is still there."""

    token = None

    def get(self, case, context):
        if SignedIn.token is None or not _is_accepted(SignedIn.token):
            SignedIn.token = _new_token()
        return SignedIn.token

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"
