//! House rules as tests: what a reviewer would otherwise have to say again and again.

mod bundles;
mod ledger;
mod markup;
mod places;
mod rust_files;
mod rust_strings;
mod sources;
mod star;
mod walls;
