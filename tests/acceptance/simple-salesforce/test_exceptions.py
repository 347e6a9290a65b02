"""simple-salesforce makes an exception of every refusal: which one, and what it carries."""

import io
import os
import zipfile

import pytest
import requests
from conftest import HTTPS, VERSION, session, token_by_jwt
from simple_salesforce import (
    Salesforce,
    SalesforceExpiredSession,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

needs_simulator = pytest.mark.skipif("SIM_ADMIN" not in os.environ, reason="needs the simulator's admin port")

# Nothing in our package has an external id that two records may share.
OBJECT = """<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
<label>Spare part</label><pluralLabel>Spare parts</pluralLabel>
<deploymentStatus>Deployed</deploymentStatus><sharingModel>ReadWrite</sharingModel>
<nameField><label>Name</label><type>Text</type></nameField>
<fields><fullName>Code__c</fullName><label>Code</label><type>Text</type><length>20</length>
<externalId>true</externalId><unique>false</unique></fields>
</CustomObject>"""
MANIFEST = f"""<Package xmlns="http://soap.sforce.com/2006/04/metadata">
<types><members>SparePart__c</members><name>CustomObject</name></types><version>{VERSION}</version></Package>"""


def test_400_is_a_malformed_request(org):
    with pytest.raises(SalesforceMalformedRequest) as refused:
        org.query("SELECT Id FROM Account WHERE")
    assert code_of(refused) == "MALFORMED_QUERY"
    with pytest.raises(SalesforceMalformedRequest) as refused:
        org.Account.create({"Nonsense__c": 1})
    assert code_of(refused) == "INVALID_FIELD"


def test_401_is_an_expired_session():
    token = token_by_jwt()
    session().post(f"{HTTPS}/services/oauth2/revoke", data={"token": token})
    dead = Salesforce(instance_url=HTTPS, session_id=token, session=session(), version=VERSION)
    with pytest.raises(SalesforceExpiredSession) as refused:
        dead.limits()
    assert code_of(refused) == "INVALID_SESSION_ID"


def test_404_is_a_resource_that_was_not_found(org):
    with pytest.raises(SalesforceResourceNotFound) as refused:
        org.Account.get("001000000000000AAA")
    assert code_of(refused) == "NOT_FOUND"


def test_405_is_a_general_error(org):
    with pytest.raises(SalesforceGeneralError) as refused:
        org.restful("actions/standard/emailSimple", method="DELETE")
    assert (refused.value.status, code_of(refused)) == (405, "METHOD_NOT_ALLOWED")


@needs_simulator
def test_403_is_a_refused_request(org):
    allowance = f"{os.environ['SIM_ADMIN']}/__sim/allowance"
    before = requests.post(allowance, json={}, timeout=10).json()
    requests.post(allowance, json={"used": before["max"]}, timeout=10)
    try:
        with pytest.raises(SalesforceRefusedRequest) as refused:
            org.limits()
        assert code_of(refused) == "REQUEST_LIMIT_EXCEEDED"
    finally:
        requests.post(allowance, json={"used": before["used"]}, timeout=10)


@needs_simulator
def test_300_is_more_than_one_record(org):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("package.xml", MANIFEST)
        package.writestr("objects/SparePart__c.object", OBJECT)
    packed.seek(0)
    # A connection that has deployed goes on saying text/xml of its JSON: this one does nothing else.
    deploying = Salesforce(instance_url=HTTPS, session_id=token_by_jwt(), session=session(), version=VERSION)
    deployed = deploying.deploy(packed, sandbox=False)
    assert deploying.checkDeployStatus(deployed["asyncId"])["state"] == "Succeeded"
    made = [org.SparePart__c.create({"Name": name, "Code__c": "A-1"})["id"] for name in ("left", "right")]
    for ask in (
        lambda: org.SparePart__c.get_by_custom_id("Code__c", "A-1"),
        lambda: org.SparePart__c.upsert("Code__c/A-1", {"Name": "which"}),
    ):
        with pytest.raises(SalesforceMoreThanOneRecord) as refused:
            ask()
        assert sorted(url.rsplit("/", 1)[1] for url in refused.value.content) == sorted(made)


def code_of(refused):
    return refused.value.content[0]["errorCode"]
