//! House rules as tests: what a reviewer would otherwise have to say again and again.

mod bundles;
mod markup;
mod places;
mod rust_files;
mod sources;
mod star;
mod walls;
