//! User stories, one per file, each readable aloud.

#![expect(clippy::unwrap_used, reason = "what is missing fails the story, with its place")]

mod agent_loses_the_case;
mod agent_opens_a_file;
mod case_is_deleted;
mod case_is_merged;
mod connect_org;
mod connector_is_replaced;
mod consent_is_asked_for;
mod customer_finishes_twice;
mod customer_sends_a_file;
mod customer_sends_folders;
mod file_is_empty;
mod flow_asks_for_files;
mod link_is_copied;
mod mail_is_sent_again;
mod org_runs_short_of_calls;
mod referee_sees_everything;
mod request_expires;
mod request_is_revoked;
mod two_connectors_take_turns;
mod two_orgs_hold_identical_ids;
