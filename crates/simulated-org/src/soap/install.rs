//! Makes a checked package part of the Org: objects, fields, events, permission sets, settings, labels.
//!
//! The files are laid out as SFDX source and read by the loaders that read ours at the start, so both ways give one Org.
//! What is deployed stays: a later deploy adds and replaces, and removes nothing.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use quick_xml::escape::escape;
use tempfile::TempDir;

use super::package::{Failure, Package};
use crate::rights::write_rows;
use crate::schema::labels::Labels;
use crate::schema::load_metadata::{self, sorted_entries};
use crate::schema::xml::Element;
use crate::seed::{people, settings};
use crate::work::Work;

/// What the Org understands of a package; the rest is taken and not looked at.
const UNDERSTOOD: [&str; 5] = ["objects", "permissionsets", "customMetadata", "labels", "translations"];

pub fn install(work: &mut Work, package: &Package, check_only: bool) -> Result<(), Failure> {
    let told = |kind: &str| {
        let kind = kind.to_owned();
        move |error: anyhow::Error| Failure::new(&kind, "", "", format!("{error:#}"))
    };
    let org = work.org;
    let folder = lay_out(work, package).map_err(told("CustomObject"))?;
    let mut schema = (*org.schema).clone();
    load_metadata::load(&mut schema, folder.path()).map_err(told("CustomObject"))?;
    let rights = people::rights(&schema, Some(folder.path()), org.options.fresh).map_err(told("PermissionSet"))?;
    let labels = Labels::load(folder.path()).map_err(told("CustomLabels"))?;
    let records = load_metadata::settings(&schema, folder.path()).map_err(told("CustomMetadata"))?;
    if check_only {
        return Ok(());
    }
    work.world.rows.index_by(&schema);
    work.world.metadata_changed_at = work.now;
    org.schema.replace(schema);
    org.rights.replace(org.rights.redeployed(rights));
    write_rows(work);
    org.labels.replace(labels);
    org.deployed.replace(Some(folder));
    for record in records {
        settings::keep(work, record).map_err(told("CustomMetadata"))?;
    }
    Ok(())
}

/// What was there before, and over it what came.
fn lay_out(work: &Work, package: &Package) -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let target = folder.path().join("salesforce");
    let options = &work.org.options;
    let before = work.org.deployed.as_ref().map(TempDir::path);
    let before = before.or_else(|| options.metadata.as_deref().filter(|_| !options.fresh));
    for name in UNDERSTOOD {
        if let Some(before) = before {
            copy(&before.join("salesforce").join(name), &target.join(name))?;
        }
    }
    for (path, bytes) in &package.files {
        let Some((kind, rest)) = path.split_once('/') else { continue };
        if !UNDERSTOOD.contains(&kind) {
            continue;
        }
        if let Some(object) = rest.strip_suffix(".object").filter(|_| kind == "objects") {
            lay_out_object(&target.join(kind).join(object), object, bytes).with_context(|| path.clone())?;
        } else {
            write(&target.join(kind).join(format!("{rest}-meta.xml")), bytes)?;
        }
    }
    Ok(folder)
}

/// In source format every field is a file of its own.
fn lay_out_object(folder: &Path, object: &str, bytes: &[u8]) -> Result<()> {
    let root = Element::parse(std::str::from_utf8(bytes)?)?;
    write(&folder.join(format!("{object}.object-meta.xml")), bytes)?;
    for field in root.all("fields") {
        let name = field.text_of("fullName").context("a field without fullName")?;
        let mut text = String::new();
        show(&Element { name: "CustomField".to_owned(), ..field.clone() }, &mut text);
        write(&folder.join("fields").join(format!("{name}.field-meta.xml")), text.as_bytes())?;
    }
    Ok(())
}

fn show(element: &Element, into: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(into, "<{}>{}", element.name, escape(&element.text));
    for child in &element.children {
        show(child, into);
    }
    let _ = write!(into, "</{}>", element.name);
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().context("a file below the folder")?;
    fs::create_dir_all(folder)?;
    fs::write(path, bytes).with_context(|| path.display().to_string())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in sorted_entries(from)? {
        let name = entry.file_name().context("an entry has a name")?;
        if entry.is_dir() {
            copy(&entry, &to.join(name))?;
        } else {
            write(&to.join(name), &fs::read(&entry)?)?;
        }
    }
    Ok(())
}
