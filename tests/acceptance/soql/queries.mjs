// Queries of the kind this product sends, and what becomes of them when words are lost, doubled, swapped or replaced.

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
    "SELECT Id, LinkUrl FROM FeedItem WHERE ParentId = '500Hs00000DchXnIAJ'",
    "SELECT Id, (SELECT Id, LastName FROM Contacts WHERE Email != null ORDER BY LastName LIMIT 3) FROM Account",
    "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Case WHERE IsClosed = false) AND (NOT Name LIKE 'x%')",
    "SELECT Status, COUNT(Id) many FROM Case GROUP BY Status HAVING COUNT(Id) > 2 ORDER BY COUNT(Id) DESC",
    "SELECT c.Id, c.Account.Name FROM Case c WHERE c.Subject <> 'a' AND c.Priority NOT IN ('Low')",
    "SELECT FIELDS(STANDARD) FROM Case LIMIT 200 OFFSET 0",
    "SELECT Id FROM Case USING SCOPE mine WHERE CreatedDate = LAST_N_DAYS:7 FOR VIEW"
];

const CLAUSES = "SELECT FROM WHERE GROUP BY HAVING COUNT ORDER ASC LIMIT OFFSET FOR";
const WORDS = `${CLAUSES} AND OR NOT IN LIKE ( ) , = <> 1 'x' null true Id`.split(" ");

/** The same `count` spoiled queries at every run. */
export function mutations(count) {
    const random = seeded(20_261_121);
    return Array.from({ length: count }, () => mutated(WELL_FORMED[random(WELL_FORMED.length)], random));
}

function mutated(query, random) {
    const words = query.match(/'(?:[^'\\]|\\.)*'|[A-Za-z_][\w.]*|[\w:.-]+|[<>!]=|<>|\S/g);
    const place = random(words.length);
    const change = [
        () => words.splice(place, 1),
        () => words.splice(place, 0, words[place]),
        () => words.splice(place, 1, WORDS[random(WORDS.length)]),
        () => words.splice(place, 0, WORDS[random(WORDS.length)]),
        () => words.splice(place, 2, words[place + 1] ?? "", words[place])
    ];
    change[random(change.length)]();
    return words.join(" ").trim();
}

/** A linear congruential generator: small, and the same on every machine. */
function seeded(state) {
    return (below) => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
    };
}
