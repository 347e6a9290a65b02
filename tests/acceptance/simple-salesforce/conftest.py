"""The Org under judgement, as the environment describes it, seen through simple-salesforce."""

import os
import time
import uuid
from urllib.parse import urlsplit

import jwt
import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce

HTTPS = os.environ["ORG_HTTPS"].rstrip("/")
# The client builds its login address as https://{domain}.salesforce.com. What lives elsewhere gets a stand-in.
HOST = urlsplit(HTTPS).hostname
AT_HOME = HOST.endswith(".salesforce.com")
DOMAIN = HOST.removesuffix(".salesforce.com") if AT_HOME else "simorg.my"
# The login host that everybody shares is the audience of the client's own assertions.
LOGIN = urlsplit(os.environ["ORG_AUDIENCE"]).hostname.removesuffix(".salesforce.com") if AT_HOME else "login"
VERSION = os.environ.get("ORG_API_VERSION", "67.0")


class Redirected(HTTPAdapter):
    """Takes the client's login to the Org that is judged; the client itself stays as published."""

    def send(self, request, **options):
        url = urlsplit(request.url)
        request.url = f"{HTTPS}{url.path}" + (f"?{url.query}" if url.query else "")
        return super().send(request, **options)


def session():
    """Trusts the Org's certificate authority and nothing that the environment says about proxies."""
    made = requests.Session()
    made.trust_env = False
    made.verify = os.environ.get("ORG_CA", True)
    if not AT_HOME:
        for domain in (DOMAIN, LOGIN):
            made.mount(f"https://{domain}.salesforce.com", Redirected())
    return made


def by_client_credentials(secret=None):
    return Salesforce(
        consumer_key=os.environ["ORG_CLIENT_ID"],
        consumer_secret=secret or os.environ["ORG_CLIENT_SECRET"],
        domain=DOMAIN,
        session=session(),
        version=VERSION,
    )


def token_by_jwt():
    """An access token; the client's own JWT login is a test of its own."""
    claims = {
        "iss": os.environ["ORG_CLIENT_ID"],
        "sub": os.environ["ORG_USERNAME"],
        "aud": os.environ["ORG_AUDIENCE"],
        "exp": int(time.time()) + 180,
    }
    with open(os.environ["ORG_JWT_KEY_FILE"], encoding="ascii") as key:
        assertion = jwt.encode(claims, key.read(), algorithm="RS256")
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    answer = session().post(f"{HTTPS}/services/oauth2/token", data=form)
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


@pytest.fixture(scope="session")
def mark():
    return f"acc-{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="session")
def org(mark):
    connected = Salesforce(instance_url=HTTPS, session_id=token_by_jwt(), session=session(), version=VERSION)
    yield connected
    for name, field in (("Case", "Subject"), ("Contact", "LastName"), ("Account", "Name")):
        for found in connected.query_all_iter(f"SELECT Id FROM {name} WHERE {field} LIKE '{mark}%'"):
            getattr(connected, name).delete(found["Id"])
