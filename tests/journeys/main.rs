//! User stories, one per file, each readable aloud.

mod customer_sends_a_file;
