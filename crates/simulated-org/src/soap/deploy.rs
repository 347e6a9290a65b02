//! `deploy`: takes the zip, checks it against its manifest, installs what the Org understands, and remembers the result.
//!
//! A real Org does this in the background; here the work is done when the answer says *Queued*. It always rolls back as
//! a whole, whatever `rollbackOnError` says.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::component::Component;
use super::envelope::{Fault, element};
use super::package::{self, Failure, Package};
use super::{install, zip_file};
use crate::files::content::Content;
use crate::org::Org;
use crate::record_id::RecordId;
use crate::schema::xml::Element;

/// One deploy and what became of it.
pub struct Deploy {
    pub id: RecordId,
    pub user: RecordId,
    pub at: i64,
    pub check_only: bool,
    /// The zip as it came.
    pub zip: Arc<Content>,
    /// Every component with its file, and whether the Org had it before.
    pub components: Vec<(Component, String, bool)>,
    pub failures: Vec<Failure>,
}

const OPTIONS: [&str; 11] = [
    "allowMissingFiles",
    "autoUpdatePackage",
    "checkOnly",
    "ignoreWarnings",
    "performRetrieve",
    "purgeOnDelete",
    "rollbackOnError",
    "runAllTests",
    "runTests",
    "singlePackage",
    "testLevel",
];

pub fn deploy(org: &Org, user: RecordId, operation: &Element) -> Result<String, Fault> {
    let text = operation.text_of("ZipFile").ok_or_else(|| Fault::client("deploy needs a ZipFile"))?;
    let bytes = STANDARD.decode(text.split_whitespace().collect::<String>());
    let bytes = bytes.map_err(|_| Fault::client("The ZipFile is not base64"))?;
    let options = operation.child("DeployOptions");
    let unknown =
        options.and_then(|options| options.children.iter().find(|option| !OPTIONS.contains(&option.name.as_str())));
    if let Some(unknown) = unknown {
        return Err(Fault::client(format!("Element {} invalid at this location", unknown.name)));
    }
    let check_only = options.is_some_and(|options| options.flag("checkOnly"));
    let zip = Content::of(&bytes).map_err(|_| Fault::new("UNKNOWN_EXCEPTION", "The zip file could not be kept"))?;
    let package = match zip_file::read(&bytes, zip_file::ZipLimits::default()) {
        Ok(members) => package::check(members),
        Err(problem) => Package { failures: vec![Failure::new("", "", "", problem)], ..Package::default() },
    };
    let id = org.work(user, |work| {
        let mut failures = package.failures.clone();
        if failures.is_empty() {
            failures.extend(install::install(work, &package, check_only).err());
        }
        let earlier = work.world.deploys.iter().filter(|deploy| deploy.failures.is_empty() && !deploy.check_only);
        let known: BTreeSet<_> =
            earlier.flat_map(|deploy| &deploy.components).map(|(component, ..)| component).collect();
        let components = package.components.into_iter();
        let components = components.map(|(component, file)| (known.contains(&component), component, file));
        let components = components.map(|(known, component, file)| (component, file, known)).collect();
        let id = work.world.rows.next_id("0Af");
        let deploy = Deploy { id, user, at: work.now, check_only, zip: Arc::new(zip), components, failures };
        work.world.deploys.push(deploy);
        id
    });
    let mut result = String::from("<deployResponse><result>");
    element(&mut result, "done", false);
    element(&mut result, "id", id);
    element(&mut result, "state", "Queued");
    Ok(result + "</result></deployResponse>")
}
