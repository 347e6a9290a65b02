//! Nothing but tests: what salesforce_core, a client with strict types, makes of the Org that the environment names.

#[cfg(test)]
mod judged;
