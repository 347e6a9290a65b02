//! What a permission set of ours grants: objects, fields and custom permissions.
//!
//! Read from the shipped XML, so a right that was forgotten there shows here as it would in a real Org.
//!
//! Format: Metadata API, PermissionSet.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::permission_objects::belongs_to_setup;
use super::xml::Element;
use super::{Schema, prefixed};

#[derive(Clone, Copy, Debug, Default)]
pub struct ObjectRights {
    pub create: bool,
    pub read: bool,
    pub edit: bool,
    pub delete: bool,
    pub view_all: bool,
    pub modify_all: bool,
}

impl ObjectRights {
    pub const READ: Self =
        Self { create: false, read: true, edit: false, delete: false, view_all: false, modify_all: false };
    pub const WORK: Self =
        Self { create: true, read: true, edit: true, delete: false, view_all: false, modify_all: false };
    pub const VIEW_ALL: Self =
        Self { create: false, read: true, edit: false, delete: false, view_all: true, modify_all: false };
    pub const EVERYTHING: Self =
        Self { create: true, read: true, edit: true, delete: true, view_all: true, modify_all: true };

    fn with(self, other: Self) -> Self {
        Self {
            create: self.create || other.create,
            read: self.read || other.read,
            edit: self.edit || other.edit,
            delete: self.delete || other.delete,
            view_all: self.view_all || other.view_all,
            modify_all: self.modify_all || other.modify_all,
        }
    }
}

/// Everything one user may do, summed over profile and permission sets. Keys are lower case.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    objects: BTreeMap<String, ObjectRights>,
    readable_fields: BTreeSet<String>,
    editable_fields: BTreeSet<String>,
    pub custom_permissions: BTreeSet<String>,
    /// Apex classes whose methods the user may call from a page.
    pub apex_classes: BTreeSet<String>,
    /// As in `ViewSetup`: rights that belong to no object.
    pub system: BTreeSet<String>,
    /// A system administrator: every object, every field, every record.
    pub everything: bool,
}

impl Grants {
    pub fn grant(&mut self, object: &str, rights: ObjectRights) {
        let held = self.objects.entry(object.to_lowercase()).or_default();
        *held = held.with(rights);
    }

    /// Without a permission set to read, a custom object is open with all its fields.
    pub fn grant_with_fields(&mut self, schema: &Schema, object: &str, rights: ObjectRights) {
        self.grant(object, rights);
        for field in schema.object(object).into_iter().flat_map(|object| &object.fields) {
            self.grant_field(object, &field.name);
        }
    }

    pub fn grant_field(&mut self, object: &str, field: &str) {
        let key = format!("{object}.{field}").to_lowercase();
        self.readable_fields.insert(key.clone());
        self.editable_fields.insert(key);
    }

    pub fn on(&self, object: &str) -> ObjectRights {
        if belongs_to_setup(object) {
            return if self.may("ViewSetup") { ObjectRights::READ } else { ObjectRights::default() };
        }
        if self.everything || self.may("ModifyAllData") {
            return ObjectRights::EVERYTHING;
        }
        let held = self.objects.get(&object.to_lowercase()).copied().unwrap_or_default();
        if self.may("ViewAllData") { held.with(ObjectRights::VIEW_ALL) } else { held }
    }

    /// Whether a system permission is held, by its API name.
    pub fn may(&self, permission: &str) -> bool {
        if self.everything { permission != "ApiUserOnly" } else { self.system.contains(permission) }
    }

    /// Every object with rights on it, in lower case.
    pub fn objects(&self) -> impl Iterator<Item = (&str, ObjectRights)> {
        self.objects.iter().map(|(object, rights)| (object.as_str(), *rights))
    }

    /// Another set's rights on top of these.
    pub fn add(&mut self, other: &Self) {
        for (object, rights) in &other.objects {
            self.grant(object, *rights);
        }
        self.readable_fields.extend(other.readable_fields.iter().cloned());
        self.editable_fields.extend(other.editable_fields.iter().cloned());
        self.custom_permissions.extend(other.custom_permissions.iter().cloned());
        self.apex_classes.extend(other.apex_classes.iter().cloned());
        self.system.extend(other.system.iter().cloned());
        self.everything |= other.everything;
    }

    pub fn reads_field(&self, object: &str, field: &str) -> bool {
        self.everything || self.readable_fields.contains(&format!("{object}.{field}").to_lowercase())
    }

    pub fn edits_field(&self, object: &str, field: &str) -> bool {
        self.everything || self.editable_fields.contains(&format!("{object}.{field}").to_lowercase())
    }

    /// Adds what `permissionsets/{name}.permissionset-meta.xml` grants; says whether that file exists.
    pub fn add_permission_set(&mut self, schema: &Schema, metadata: &Path, name: &str) -> Result<bool> {
        let path = metadata.join(format!("salesforce/permissionsets/{name}.permissionset-meta.xml"));
        if !path.is_file() {
            return Ok(false);
        }
        let root = Element::parse(&fs::read_to_string(&path)?).with_context(|| path.display().to_string())?;
        let namespace = &schema.namespace;
        for permission in root.all("objectPermissions") {
            let object = prefixed(namespace, permission.text_of("object").context("a permission without object")?);
            let target = schema.object(&object).with_context(|| format!("{name} grants {object}, which is missing"))?;
            let rights = ObjectRights {
                create: permission.flag("allowCreate"),
                read: permission.flag("allowRead"),
                edit: permission.flag("allowEdit"),
                delete: permission.flag("allowDelete"),
                view_all: permission.flag("viewAllRecords"),
                modify_all: permission.flag("modifyAllRecords"),
            };
            self.grant(&target.name, rights);
            if permission.flag("viewAllFields") {
                let readable = target.fields.iter().map(|field| format!("{object}.{}", field.name).to_lowercase());
                self.readable_fields.extend(readable);
            }
        }
        for permission in root.all("fieldPermissions") {
            let written = permission.text_of("field").context("a permission without field")?;
            let (object, field) = written.split_once('.').context("a field permission is Object.Field")?;
            let (object, field) = (prefixed(namespace, object), prefixed(namespace, field));
            let known = schema.object(&object).and_then(|object| object.field(&field));
            known.with_context(|| format!("{name} grants {object}.{field}, which is missing"))?;
            let key = format!("{object}.{field}").to_lowercase();
            if permission.flag("editable") {
                self.editable_fields.insert(key.clone());
            }
            if permission.flag("readable") {
                self.readable_fields.insert(key);
            }
        }
        for permission in root.all("customPermissions").filter(|permission| permission.flag("enabled")) {
            self.custom_permissions.extend(permission.text_of("name").map(str::to_owned));
        }
        for permission in root.all("userPermissions").filter(|permission| permission.flag("enabled")) {
            self.system.extend(permission.text_of("name").map(str::to_owned));
        }
        for access in root.all("classAccesses").filter(|access| access.flag("enabled")) {
            self.apex_classes.extend(access.text_of("apexClass").map(str::to_owned));
        }
        Ok(true)
    }
}
