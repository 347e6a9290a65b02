//! Customers of the support organisation, each with the language they prefer.

use anyhow::Result;
use serde_json::json;

use super::{Seeded, id_of, insert, note};
use crate::work::Work;

struct Customer {
    nickname: &'static str,
    account: &'static str,
    first: &'static str,
    last: &'static str,
    email: &'static str,
    title: &'static str,
    language: &'static str,
}

const CUSTOMERS: [Customer; 6] = [
    Customer {
        nickname: "grace",
        account: "harbour",
        first: "Grace",
        last: "Whitfield",
        email: "grace.whitfield@harbour-finch.example",
        title: "Plant Manager",
        language: "en",
    },
    Customer {
        nickname: "erika",
        account: "alpenblick",
        first: "Erika",
        last: "Brandt",
        email: "erika.brandt@alpenblick.example",
        title: "Leiterin Instandhaltung",
        language: "de",
    },
    Customer {
        nickname: "camille",
        account: "garonne",
        first: "Camille",
        last: "Laurent",
        email: "camille.laurent@ateliers-garonne.example",
        title: "Responsable qualité",
        language: "fr",
    },
    Customer {
        nickname: "oliver",
        account: "harbour",
        first: "Oliver",
        last: "Finch",
        email: "oliver.finch@harbour-finch.example",
        title: "Director of Operations",
        language: "en",
    },
    Customer {
        nickname: "jonas",
        account: "alpenblick",
        first: "Jonas",
        last: "Weiß",
        email: "jonas.weiss@alpenblick.example",
        title: "Schichtleiter",
        language: "de",
    },
    Customer {
        nickname: "theo",
        account: "garonne",
        first: "Théo",
        last: "Marchand",
        email: "theo.marchand@ateliers-garonne.example",
        title: "Technicien de maintenance",
        language: "fr",
    },
];

pub fn plant(work: &mut Work, seeded: &mut Seeded) -> Result<()> {
    let accounts = [
        ("harbour", "Harbour & Finch Ltd", "Bristol", "United Kingdom", "Food & Beverage", 140),
        ("alpenblick", "Alpenblick Logistik GmbH", "München", "Germany", "Transportation", 620),
        ("garonne", "Ateliers Garonne SA", "Toulouse", "France", "Manufacturing", 310),
    ];
    for (nickname, name, city, country, industry, employees) in accounts {
        let body = json!({
            "Name": name,
            "BillingCity": city,
            "BillingCountry": country,
            "Industry": industry,
            "NumberOfEmployees": employees,
        });
        let id = insert(work, "Account", body)?;
        note(seeded, "accounts", nickname, id, json!({ "name": name }));
    }
    for customer in &CUSTOMERS {
        let body = json!({
            "AccountId": id_of(seeded, "accounts", customer.account)?.to_string(),
            "FirstName": customer.first,
            "LastName": customer.last,
            "Email": customer.email,
            "Title": customer.title,
            "Preferred_Language__c": customer.language,
        });
        let id = insert(work, "Contact", body)?;
        let name = format!("{} {}", customer.first, customer.last);
        let about = json!({ "name": name, "email": customer.email, "language": customer.language });
        note(seeded, "contacts", customer.nickname, id, about);
    }
    Ok(())
}
