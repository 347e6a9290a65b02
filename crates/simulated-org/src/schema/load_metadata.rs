//! Reads objects, fields, platform events and settings types from SFDX source format, as a deploy would.
//!
//! Format: Metadata API, CustomObject and CustomField, decomposed (`objects/X/X.object-meta.xml`, `objects/X/fields/`).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use super::standard::system_fields;
use super::xml::Element;
use super::{Field, FieldKind, Nature, ObjectType, OnDelete, PicklistValue, Relationship, Schema, Sharing, prefixed};

/// Adds every object below `<metadata>/salesforce/objects`. A missing folder adds nothing.
pub fn load(schema: &mut Schema, metadata: &Path) -> Result<()> {
    let folder = metadata.join("salesforce/objects");
    let mut counts = counts(schema);
    for path in sorted_entries(&folder)? {
        let name = file_name(&path)?;
        load_object(schema, &path, &name, &mut counts).with_context(|| format!("object {name}"))?;
    }
    check_references(schema)
}

/// One custom metadata record, its values still as text.
pub struct SettingsRecord {
    pub object: String,
    pub name: String,
    pub values: Vec<(String, String)>,
}

/// Every record of our settings types: `CasegateSetting.Default.md-meta.xml` becomes one row of text values.
pub fn settings(schema: &Schema, metadata: &Path) -> Result<Vec<SettingsRecord>> {
    let mut records = Vec::new();
    for path in sorted_entries(&metadata.join("salesforce/customMetadata"))? {
        let name = file_name(&path)?;
        let mut parts = name.split('.');
        let (Some(object), Some(record)) = (parts.next(), parts.next()) else { bail!("{name} is no settings record") };
        let root = Element::parse(&fs::read_to_string(&path)?).with_context(|| name.clone())?;
        let object = schema.ours(&format!("{object}__mdt"));
        ensure!(schema.object(&object).is_some(), "{name} belongs to no settings type");
        let value = |values: &Element| {
            let field = values.text_of("field")?;
            Some((schema.ours(field), values.text_of("value").unwrap_or_default().to_owned()))
        };
        let values = root.all("values").filter_map(value).collect();
        records.push(SettingsRecord { object, name: record.to_owned(), values });
    }
    Ok(records)
}

fn load_object(schema: &mut Schema, path: &Path, name: &str, counts: &mut [u32; 3]) -> Result<()> {
    let api_name = prefixed(&schema.namespace, name);
    let definition = path.join(format!("{name}.object-meta.xml"));
    let mut object = if let Some(standard) = schema.object(&api_name) {
        standard.clone()
    } else {
        let root = Element::parse(&fs::read_to_string(&definition).context("no object-meta.xml")?)?;
        new_object(&root, &api_name, counts)?
    };
    for field in sorted_entries(&path.join("fields"))? {
        let root = Element::parse(&fs::read_to_string(&field)?).with_context(|| field.display().to_string())?;
        let read = read_field(&root, &schema.namespace).with_context(|| field.display().to_string())?;
        // A field deployed again replaces itself.
        object.fields.retain(|known| known.name != read.name);
        object.fields.push(read);
    }
    schema.add(object);
    Ok(())
}

/// How many custom objects, events and settings types there are: the next of each counts on from here.
fn counts(schema: &Schema) -> [u32; 3] {
    let mut counts = [0; 3];
    for object in schema.objects().filter(|object| object.custom) {
        match object.nature {
            Nature::Records => counts[0] += 1,
            Nature::Event => counts[1] += 1,
            Nature::Settings => counts[2] += 1,
            Nature::Computed => {}
        }
    }
    counts
}

fn new_object(root: &Element, name: &str, counts: &mut [u32; 3]) -> Result<ObjectType> {
    let (nature, letter, slot) = match name.rsplit("__").next() {
        Some("c") => (Nature::Records, 'a', 0),
        Some("e") => (Nature::Event, 'e', 1),
        Some("mdt") => (Nature::Settings, 'm', 2),
        _ => bail!("{name} is neither a custom object, a platform event nor a settings type"),
    };
    let sharing = match root.text_of("sharingModel") {
        Some("Private") | None => Sharing::Private,
        Some("Read") => Sharing::ReadOnly,
        Some("ReadWrite") => Sharing::ReadWrite,
        Some(other) => bail!("sharing model {other} is not simulated"),
    };
    let mut fields = system_fields(nature);
    if nature == Nature::Records {
        fields.push(name_field(root.child("nameField").context("no nameField")?)?);
    }
    let key_prefix = format!("{letter}{:02}", counts[slot]);
    counts[slot] += 1;
    let label = root.text_of("label").context("no label")?.to_owned();
    let label_plural = root.text_of("pluralLabel").unwrap_or(&label).to_owned();
    Ok(ObjectType { name: name.to_owned(), label, label_plural, key_prefix, nature, sharing, custom: true, fields })
}

fn name_field(root: &Element) -> Result<Field> {
    let label = root.text_of("label").context("the name field has no label")?;
    Ok(match root.text_of("type") {
        Some("AutoNumber") => {
            let format = root.text_of("displayFormat").unwrap_or("{0}");
            let (before, rest) = format.split_once('{').context("displayFormat without braces")?;
            let digits = rest.strip_suffix('}').context("displayFormat does not end with its number")?.len();
            Field::new("Name", label, FieldKind::AutoNumber { before: before.to_owned(), digits })
        }
        Some("Text") => Field::new("Name", label, FieldKind::Text { max: 80 }).required(),
        other => bail!("name field type {other:?}"),
    })
}

fn read_field(root: &Element, namespace: &str) -> Result<Field> {
    let own_name = root.text_of("fullName").context("no fullName")?;
    let name = prefixed(namespace, own_name);
    let length = || root.number::<usize>("length").context("no length");
    let kind = match root.text_of("type").context("no type")? {
        "Text" => FieldKind::Text { max: length()? },
        "TextArea" => FieldKind::Text { max: 255 },
        "LongTextArea" | "Html" => FieldKind::LongText { max: length()? },
        "Email" => FieldKind::Email,
        "Phone" => FieldKind::Phone,
        "Url" => FieldKind::Url,
        "Checkbox" => FieldKind::Flag,
        "Number" => FieldKind::Number {
            precision: root.number("precision").context("no precision")?,
            scale: root.number("scale").context("no scale")?,
        },
        "Date" => FieldKind::Day,
        "DateTime" => FieldKind::Moment,
        "Picklist" => {
            let (values, restricted) = picklist(root)?;
            FieldKind::Picklist { values, restricted }
        }
        "MultiselectPicklist" => {
            let (values, restricted) = picklist(root)?;
            FieldKind::MultiPicklist { values, restricted }
        }
        "Lookup" => FieldKind::Reference,
        other => bail!("field type {other} is not simulated"),
    };
    let mut field = Field::new(&name, root.text_of("label").context("no label")?, kind).custom();
    field.required = root.flag("required");
    field.unique = root.flag("unique");
    field.external_id = root.flag("externalId");
    field.case_sensitive = root.flag("caseSensitive");
    if field.kind == FieldKind::Reference {
        let on_delete = match root.text_of("deleteConstraint") {
            Some("SetNull") | None => OnDelete::SetNull,
            Some("Restrict") => OnDelete::Restrict,
            Some("Cascade") => OnDelete::Cascade,
            Some(other) => bail!("delete constraint {other}"),
        };
        let walked = own_name.strip_suffix("__c").context("a lookup's name ends with __c")?;
        field.relationship = Some(Relationship {
            name: Some(prefixed(namespace, &format!("{walked}__r"))),
            to: vec![prefixed(namespace, root.text_of("referenceTo").context("no referenceTo")?)],
            children: root.text_of("relationshipName").map(|name| prefixed(namespace, &format!("{name}__r"))),
            on_delete,
        });
    }
    Ok(field)
}

fn picklist(root: &Element) -> Result<(Vec<PicklistValue>, bool)> {
    let set = root.child("valueSet").context("no valueSet")?;
    let definition = set.child("valueSetDefinition").context("global value sets are not simulated")?;
    let values = definition.all("value").map(|value| {
        let name = value.text_of("fullName").context("a value without fullName")?;
        let label = value.text_of("label").unwrap_or(name).to_owned();
        Ok(PicklistValue { value: name.to_owned(), label, default: value.flag("default") })
    });
    Ok((values.collect::<Result<_>>()?, set.flag("restricted")))
}

fn check_references(schema: &Schema) -> Result<()> {
    for object in schema.objects() {
        for relationship in object.fields.iter().filter_map(|field| field.relationship.as_ref()) {
            for target in &relationship.to {
                ensure!(schema.object(target).is_some(), "{} refers to {target}, which does not exist", object.name);
            }
        }
    }
    Ok(())
}

/// Sorted, so that key prefixes and record ids come out the same on every machine.
pub fn sorted_entries(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> Result<String> {
    Ok(path.file_name().and_then(|name| name.to_str()).context("a file name that is not UTF-8")?.to_owned())
}
