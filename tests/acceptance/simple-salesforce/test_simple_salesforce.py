"""simple-salesforce judges logins over https, records, collections, queries and what each refusal becomes."""

import os

import pytest
from conftest import HTTPS, VERSION, by_client_credentials, domain, session, token_by_jwt
from simple_salesforce import (
    Salesforce,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)
from simple_salesforce.exceptions import SalesforceAuthenticationFailed


def test_client_credentials_by_http_basic_give_a_session():
    about = by_client_credentials().oauth2("userinfo")
    assert about["user_id"].startswith("005")
    assert about["organization_id"].startswith("00D")


@pytest.mark.skipif("SIM_ADMIN" not in os.environ, reason="the client signs for its own login domain")
def test_a_jwt_whose_expiry_is_text_is_accepted():
    connected = Salesforce(
        username=os.environ["ORG_USERNAME"],
        consumer_key=os.environ["ORG_CLIENT_ID"],
        privatekey_file=os.environ["ORG_JWT_KEY_FILE"],
        domain="login",
        session=login_session(),
        version=VERSION,
    )
    assert connected.limits()["DailyApiRequests"]["Max"] > 0


def login_session():
    """The same as everybody's login host, which is an audience that every Org accepts."""
    made = session()
    made.mount("https://login.salesforce.com", made.get_adapter("https://simorg.my.salesforce.com"))
    return made


def test_a_wrong_secret_is_refused():
    with pytest.raises(SalesforceAuthenticationFailed) as refused:
        by_client_credentials(secret="wrong")
    assert refused.value.code == "invalid_client"


def test_a_record_is_made_read_changed_and_removed(org, mark):
    made = org.Account.create({"Name": f"{mark} one"})
    assert made["success"] and made["errors"] == [] and len(made["id"]) == 18
    assert org.Account.get(made["id"])["Name"] == f"{mark} one"
    assert org.Account.update(made["id"], {"NumberOfEmployees": 7}) == 204
    assert org.Account.get(made["id"][:15])["NumberOfEmployees"] == 7
    assert org.Account.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        org.Account.get(made["id"])
    kept = org.query(f"SELECT Id, IsDeleted FROM Account WHERE Id = '{made['id']}'", include_deleted=True)
    assert kept["records"][0]["IsDeleted"] is True


def test_objects_describe_themselves(org):
    about = org.Contact.describe()
    assert about["keyPrefix"] == "003" and about["labelPlural"] == "Contacts"
    assert {"filterable", "nillable", "referenceTo", "soapType"} <= set(about["fields"][0])
    assert any(each["name"] == "Case" for each in org.describe()["sobjects"])
    assert org.Contact.metadata()["objectDescribe"]["name"] == "Contact"


def test_every_row_of_a_long_answer_comes_once(org, mark):
    rows = [{"attributes": {"type": "Account"}, "Name": f"{mark} row {number}"} for number in range(400)]
    for start in (0, 200):
        fates = org.restful("composite/sobjects", method="POST", json={"records": rows[start : start + 200]})
        assert all(fate["success"] for fate in fates)
    soql = f"SELECT Id, Name FROM Account WHERE Name LIKE '{mark} row %' ORDER BY Id"
    first = org.query(soql, headers={"Sforce-Query-Options": "batchSize=200"})
    assert (first["totalSize"], first["done"], len(first["records"])) == (400, False, 200)
    second = org.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    ids = {row["Id"] for row in first["records"] + second["records"]}
    assert second["done"] and len(ids) == 400
    assert len(list(org.query_all_iter(soql))) == 400


def test_a_composite_is_taken_back_whole(org, mark):
    def part(reference, fields):
        url = f"/services/data/v{VERSION}/sobjects/Account"
        return {"method": "POST", "url": url, "referenceId": reference, "body": fields}

    body = {"allOrNone": True, "compositeRequest": [part("good", {"Name": f"{mark} undone"}), part("bad", {})]}
    answers = org.restful("composite", method="POST", json=body)["compositeResponse"]
    assert [answer["httpStatusCode"] for answer in answers] == [400, 400]
    assert answers[0]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert org.query(f"SELECT Id FROM Account WHERE Name = '{mark} undone'")["totalSize"] == 0


def test_refusals_become_the_right_exceptions(org):
    with pytest.raises(SalesforceMalformedRequest) as refused:
        org.query("SELECT Id FROM Account WHERE")
    assert refused.value.content[0]["errorCode"] == "MALFORMED_QUERY"
    with pytest.raises(SalesforceMalformedRequest) as refused:
        org.Account.create({"Nonsense__c": 1})
    assert refused.value.content[0]["errorCode"] == "INVALID_FIELD"
    with pytest.raises(SalesforceResourceNotFound):
        org.Account.get("001000000000000AAA")


def test_a_dead_session_is_told_apart():
    token = token_by_jwt()
    session().post(f"{HTTPS}/services/oauth2/revoke", data={"token": token})
    dead = Salesforce(instance_url=HTTPS, session_id=token, session=session(), version=VERSION)
    with pytest.raises(SalesforceExpiredSession):
        dead.limits()


def test_each_call_costs_one_of_the_day(org):
    def used():
        org.limits()
        return org.api_usage["api-usage"].used

    before = used()
    assert used() == before + 1
