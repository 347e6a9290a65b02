//! What objects and fields the Org has: the standard ones it needs, plus what our own `salesforce/` folder declares.
//!
//! Names are looked up case-insensitively and answered in canonical case, as an Org does.
//! Invariants: key prefixes are unique; every reference names an object that exists.

use std::collections::BTreeMap;

use crate::lies::{self, Lie};

pub mod describe;
pub mod file_objects;
pub mod labels;
pub mod load_metadata;
pub mod permission_objects;
pub mod permission_set;
pub mod standard;
pub mod trusted_urls;
pub mod xml;

#[derive(Clone)]
pub struct Schema {
    /// By lower-cased name.
    objects: BTreeMap<String, ObjectType>,
    /// Empty, or the managed package's namespace without the underscores.
    pub namespace: String,
}

/// What kind of thing an object holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    Records,
    /// Publish only: rows are delivered, never stored.
    Event,
    /// Custom metadata: readable settings.
    Settings,
    /// Computed by the Org: `UserRecordAccess`.
    Computed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    Private,
    ReadOnly,
    ReadWrite,
    /// As visible as the record this field points to.
    WithParent(&'static str),
}

#[derive(Clone, Debug)]
pub struct ObjectType {
    pub name: String,
    pub label: String,
    pub label_plural: String,
    pub key_prefix: String,
    pub nature: Nature,
    pub sharing: Sharing,
    pub custom: bool,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FieldKind {
    Id,
    Reference,
    Text {
        max: usize,
    },
    LongText {
        max: usize,
    },
    Email,
    Phone,
    Url,
    Picklist {
        values: Vec<PicklistValue>,
        restricted: bool,
    },
    /// Several values of a picklist at once, joined by `;`.
    MultiPicklist {
        values: Vec<PicklistValue>,
        restricted: bool,
    },
    Flag,
    Int,
    Number {
        precision: u32,
        scale: u32,
    },
    Day,
    Moment,
    /// `FR-{000000}`: the text before the braces, and how many digits.
    AutoNumber {
        before: String,
        digits: usize,
    },
    Base64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PicklistValue {
    pub value: String,
    pub label: String,
    pub default: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writable {
    Always,
    OnCreate,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDelete {
    SetNull,
    Restrict,
    Cascade,
    /// The field tells where something was, and goes on telling it.
    Keep,
}

#[derive(Clone, Debug)]
pub struct Relationship {
    /// As written in a path: `Contact`, `Case__r`. Some references (`ParentId` of a feed) have none worth walking.
    pub name: Option<String>,
    pub to: Vec<String>,
    /// What a subquery of the parent calls the rows that refer to it: `Contacts`, `FileRequests__r`.
    pub children: Option<String>,
    pub on_delete: OnDelete,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub label: String,
    pub kind: FieldKind,
    pub required: bool,
    pub writable: Writable,
    pub filterable: bool,
    pub unique: bool,
    pub external_id: bool,
    pub case_sensitive: bool,
    pub custom: bool,
    pub relationship: Option<Relationship>,
}

impl Schema {
    pub fn new(namespace: &str) -> Self {
        let objects = standard::objects().into_iter().map(|object| (object.name.to_lowercase(), object)).collect();
        Self { objects, namespace: namespace.to_owned() }
    }

    pub fn add(&mut self, object: ObjectType) {
        if object.custom && object.nature == Nature::Records {
            file_objects::allow_files_on(self, &object.name);
        }
        self.objects.insert(object.name.to_lowercase(), object);
    }

    pub fn object_mut(&mut self, name: &str) -> Option<&mut ObjectType> {
        self.objects.get_mut(&name.to_lowercase())
    }

    pub fn object(&self, name: &str) -> Option<&ObjectType> {
        let object = self.objects.get(&name.to_lowercase());
        object.filter(|object| object.name == name || !lies::is_told(Lie::CaseSensitiveNames))
    }

    pub fn object_with_prefix(&self, prefix: &str) -> Option<&ObjectType> {
        self.objects.values().find(|object| object.key_prefix == prefix)
    }

    pub fn objects(&self) -> impl Iterator<Item = &ObjectType> {
        self.objects.values()
    }

    /// Our own API name as this Org knows it: `FileRequest__c` or `ns__FileRequest__c`.
    pub fn ours(&self, name: &str) -> String {
        prefixed(&self.namespace, name)
    }

    /// Every object's field that refers to `object`.
    pub fn references_to<'a>(&'a self, object: &'a str) -> impl Iterator<Item = (&'a ObjectType, &'a Field)> + 'a {
        self.objects.values().filter(|child| child.nature == Nature::Records).flat_map(move |child| {
            let refers = move |field: &&Field| {
                field.relationship.as_ref().is_some_and(|relationship| relationship.to.iter().any(|to| to == object))
            };
            child.fields.iter().filter(refers).map(move |field| (child, field))
        })
    }
}

/// Custom names gain the namespace; standard names keep theirs.
pub fn prefixed(namespace: &str, name: &str) -> String {
    let custom = name.ends_with("__c") || name.ends_with("__e") || name.ends_with("__mdt") || name.ends_with("__r");
    if namespace.is_empty() || !custom { name.to_owned() } else { format!("{namespace}__{name}") }
}

impl ObjectType {
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    pub fn field_with_relationship(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| {
            let walked = field.relationship.as_ref().and_then(|relationship| relationship.name.as_deref());
            walked.is_some_and(|walked| walked.eq_ignore_ascii_case(name))
        })
    }
}

impl Field {
    pub fn new(name: &str, label: &str, kind: FieldKind) -> Self {
        let filterable = !matches!(kind, FieldKind::LongText { .. } | FieldKind::Base64);
        let writable = if matches!(kind, FieldKind::AutoNumber { .. }) { Writable::Never } else { Writable::Always };
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            kind,
            required: false,
            writable,
            filterable,
            unique: false,
            external_id: false,
            case_sensitive: false,
            custom: false,
            relationship: None,
        }
    }

    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.writable = Writable::Never;
        self
    }

    #[must_use]
    pub fn on_create(mut self) -> Self {
        self.writable = Writable::OnCreate;
        self
    }

    #[must_use]
    pub fn custom(mut self) -> Self {
        self.custom = true;
        self
    }

    /// Whether an empty value is possible; decides how `!=` may be used in a filter.
    pub fn nillable(&self) -> bool {
        let always_filled = matches!(self.kind, FieldKind::Id | FieldKind::Flag | FieldKind::AutoNumber { .. });
        !(always_filled || self.required || ALWAYS_FILLED.contains(&self.name.as_str()))
    }

    pub fn default_value(&self) -> Option<&str> {
        let (FieldKind::Picklist { values, .. } | FieldKind::MultiPicklist { values, .. }) = &self.kind else {
            return None;
        };
        values.iter().find(|value| value.default).map(|value| value.value.as_str())
    }
}

const ALWAYS_FILLED: &[&str] =
    &["OwnerId", "CreatedById", "CreatedDate", "LastModifiedById", "LastModifiedDate", "SystemModstamp"];
