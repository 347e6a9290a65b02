"""simple-salesforce judges logins over https, records, collections, queries and what each refusal becomes."""

import os

import pytest
from conftest import LOGIN, VERSION, by_client_credentials, session
from simple_salesforce import Salesforce, SalesforceResourceNotFound
from simple_salesforce.exceptions import SalesforceAuthenticationFailed


def test_client_credentials_by_http_basic_give_a_session():
    about = by_client_credentials().oauth2("userinfo")
    assert about["user_id"].startswith("005")
    assert about["organization_id"].startswith("00D")


def test_a_jwt_whose_expiry_is_text_is_accepted():
    connected = Salesforce(
        username=os.environ["ORG_USERNAME"],
        consumer_key=os.environ["ORG_CLIENT_ID"],
        privatekey_file=os.environ["ORG_JWT_KEY_FILE"],
        domain=LOGIN,
        session=session(),
        version=VERSION,
    )
    assert connected.limits()["DailyApiRequests"]["Max"] > 0


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


def test_an_external_id_makes_a_record_and_then_changes_it(org, mark):
    path = f"ExternalId__c/{mark}.1"
    made = org.FileRequest__c.upsert(path, {"State__c": "Requested"}, raw_response=True)
    changed = org.FileRequest__c.upsert(path, {"State__c": "Sent"}, raw_response=True)
    assert (made.status_code, made.json()["created"]) == (201, True)
    assert (changed.status_code, changed.json()["created"]) == (200, False)
    found = org.FileRequest__c.get_by_custom_id("ExternalId__c", f"{mark}.1")
    assert (found["Id"], found["State__c"]) == (made.json()["id"], "Sent")
    org.FileRequest__c.delete(found["Id"])


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


def test_each_call_costs_one_of_the_day(org):
    def used():
        org.limits()
        return org.api_usage["api-usage"].used

    before = used()
    assert used() == before + 1
