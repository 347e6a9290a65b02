//! Every scope of an Org, and what a consent page says it opens, in the order it says so.

const SCOPES: [(&str, &str); 11] = [
    ("id", "Access the identity URL service"),
    ("profile", "Access your profile information"),
    ("email", "Access your e-mail address"),
    ("address", "Access your address"),
    ("phone", "Access your phone number"),
    ("openid", "Access unique user identifiers"),
    ("api", "Manage user data via APIs"),
    ("web", "Manage user data via Web browsers"),
    ("full", "Full access"),
    ("refresh_token", "Perform requests at any time"),
    ("offline_access", "Perform requests at any time"),
];

pub fn names() -> impl Iterator<Item = &'static str> {
    SCOPES.iter().map(|(name, _)| *name)
}

pub fn sentences(granted: &[String]) -> Vec<&'static str> {
    let asked = SCOPES.iter().filter(|(name, _)| granted.iter().any(|scope| scope == name));
    asked.map(|(_, sentence)| *sentence).collect()
}
