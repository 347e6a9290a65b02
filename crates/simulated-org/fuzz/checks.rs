//! What must hold for the SOQL parser on any text at all. The fuzz target and an ordinary test run this same function.
//!
//! Invariants: no text panics or exhausts the stack; what is refused says where and why.

use simulated_org::soql::parser::parse;

pub fn soql(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match parse(text) {
        Ok(query) => {
            assert!(!query.items.is_empty() && query.offset <= 2_000);
            // Case and white space around a query mean nothing.
            assert_eq!(parse(&format!(" {text}\n")).map(|again| again.items.len()), Ok(query.items.len()));
        }
        Err(refused) => {
            assert!(refused.status == 400 && !refused.message.is_empty());
            let placed = refused.message.contains("ERROR at Row:");
            assert!(placed || refused.code == "NUMBER_OUTSIDE_VALID_RANGE" || text.len() > 100_000, "{refused:?}");
        }
    }
}
