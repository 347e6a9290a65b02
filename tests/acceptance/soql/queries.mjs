// Queries of the kind this product sends.

export const WELL_FORMED = [
    "SELECT Id FROM Case",
    "select id, subject from case where status = 'New' limit 5",
    "SELECT Id, Owner.Name, Contact.Account.Name FROM Case WHERE Contact.Account.Name = 'x' ORDER BY Id",
    "SELECT COUNT() FROM Case WHERE IsClosed = false",
    "SELECT Id FROM Case WHERE Subject LIKE '%a\\_b%' AND (Status = 'New' OR Status = 'Closed')",
    "SELECT Id FROM Case WHERE (NOT IsClosed = true) AND Priority IN ('High', 'Low')",
    "SELECT Id FROM Case WHERE CreatedDate > 2026-01-01T00:00:00Z AND CreatedDate <= 2026-12-31T23:59:59.999Z",
    "SELECT Id FROM Case WHERE CreatedDate = TODAY ORDER BY CreatedDate DESC NULLS LAST, Id LIMIT 10 OFFSET 5",
    "SELECT Id FROM Account WHERE NumberOfEmployees >= 10 AND NumberOfEmployees < 500",
    "SELECT Id FROM Case WHERE ContactId = null",
    "SELECT Id FROM Contact WHERE Email = 'it\\'s@example.test'",
    "SELECT Id, LinkUrl FROM FeedItem WHERE ParentId = '500Hs00000DchXnIAJ'"
];
