//! salesforce-client
