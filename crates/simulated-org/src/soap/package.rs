//! Holds a package against its `package.xml`: what is named there is in the zip, and the other way round.
//!
//! Format: Metadata API Developer Guide, "Sample package.xml Manifest Files".

use std::collections::{BTreeMap, BTreeSet};

use super::component::{self, CHILDREN, Component};
use super::zip_file::Members;
use crate::schema::xml::Element;

/// What a deploy found out about a package.
#[derive(Debug, Default)]
pub struct Package {
    /// Every component that came, and the file it came in.
    pub components: BTreeMap<Component, String>,
    /// The files, without the folder that may stand above all of them.
    pub files: Members,
    pub failures: Vec<Failure>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub kind: String,
    pub name: String,
    pub file: String,
    pub problem: String,
}

impl Failure {
    pub fn new(kind: &str, name: &str, file: &str, problem: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), name: name.to_owned(), file: file.to_owned(), problem: problem.into() }
    }
}

/// Reads and checks a package. All that is wrong is told at once, each in a sentence.
pub fn check(members: Members) -> Package {
    let mut package = Package { files: without_top(members), ..Package::default() };
    let named = match package.files.get("package.xml").map(|text| read_manifest(text)) {
        Some(Ok(named)) => named,
        Some(Err(problem)) => {
            package.failures.push(Failure::new("", "package.xml", "package.xml", problem));
            return package;
        }
        None => {
            package.failures.push(Failure::new("", "package.xml", "package.xml", "No package.xml found"));
            return package;
        }
    };
    collect(&mut package);
    compare(&mut package, &named);
    package
}

/// A zip may hold the package itself or one folder with it.
fn without_top(members: Members) -> Members {
    if members.contains_key("package.xml") {
        return members;
    }
    let tops: BTreeSet<_> =
        members.keys().filter_map(|path| path.split_once('/')).map(|(top, _)| top.to_owned()).collect();
    let Some(top) = tops.first().filter(|_| tops.len() == 1).map(|top| format!("{top}/")) else { return members };
    if !members.contains_key(&format!("{top}package.xml")) {
        return members;
    }
    members.into_iter().filter_map(|(path, bytes)| Some((path.strip_prefix(&top)?.to_owned(), bytes))).collect()
}

/// Members by type; `*` stands for every one.
type Named = BTreeMap<&'static str, BTreeSet<String>>;

fn read_manifest(text: &[u8]) -> Result<Named, String> {
    let text = std::str::from_utf8(text).map_err(|_| "package.xml is not UTF-8".to_owned())?;
    let root = Element::parse(text).map_err(|error| format!("package.xml is not XML: {error:#}"))?;
    if root.name != "Package" {
        return Err(format!("package.xml holds a {}, not a Package", root.name));
    }
    root.text_of("version").ok_or("package.xml names no version")?;
    let mut named = Named::new();
    for types in root.all("types") {
        let name = types.text_of("name").ok_or("package.xml has types without a name")?;
        let kind = component::kind_named(name)
            .ok_or_else(|| format!("Unknown type name '{name}' specified in package.xml"))?;
        named.entry(kind).or_default().extend(types.all("members").map(|member| member.text.clone()));
    }
    Ok(named)
}

fn collect(package: &mut Package) {
    for (path, bytes) in &package.files {
        if path == "package.xml" {
            continue;
        }
        let component = match component::of_path(path) {
            Ok(component) => component,
            Err(problem) => {
                package.failures.push(Failure::new("", path, path, problem));
                continue;
            }
        };
        if matches!(component.kind, "CustomObject" | "CustomLabels") {
            match children(&component, bytes) {
                Ok(children) => package.components.extend(children.into_iter().map(|child| (child, path.clone()))),
                Err(problem) => package.failures.push(Failure::new(component.kind, &component.name, path, problem)),
            }
        }
        let needs_meta = matches!(component.kind, "ApexClass" | "ApexTrigger") && !path.ends_with("-meta.xml");
        if needs_meta && !package.files.contains_key(&format!("{path}-meta.xml")) {
            let problem = format!("{path} comes without its -meta.xml file");
            package.failures.push(Failure::new(component.kind, &component.name, path, problem));
        }
        package.components.entry(component).or_insert_with(|| path.clone());
    }
}

fn children(of: &Component, bytes: &[u8]) -> Result<Vec<Component>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "The file is not UTF-8".to_owned())?;
    let root = Element::parse(text).map_err(|error| format!("The file is not XML: {error:#}"))?;
    let mut found = Vec::new();
    for (element, kind) in CHILDREN {
        for child in root.all(element) {
            let name = child.text_of("fullName").ok_or_else(|| format!("A {kind} has no fullName"))?;
            let name = if kind == "CustomLabel" { name.to_owned() } else { format!("{}.{name}", of.name) };
            found.push(Component { kind, name });
        }
    }
    Ok(found)
}

fn compare(package: &mut Package, named: &Named) {
    let mut failures = Vec::new();
    for (kind, names) in named {
        for name in names.iter().filter(|name| *name != "*") {
            if !package.components.contains_key(&Component { kind, name: name.clone() }) {
                let problem = format!(
                    "An object '{name}' of type {kind} was named in package.xml, but was not found in zipped directory"
                );
                failures.push(Failure::new(kind, name, "package.xml", problem));
            }
        }
    }
    let is_named =
        |kind: &str, name: &str| named.get(kind).is_some_and(|names| names.contains(name) || names.contains("*"));
    for (component, file) in &package.components {
        let Component { kind, name } = component;
        let with_parent = match *kind {
            "CustomLabel" => is_named("CustomLabels", "CustomLabels"),
            _ if is_child(kind) => name.split_once('.').is_some_and(|(object, _)| is_named("CustomObject", object)),
            _ => false,
        };
        // A file that only carries named children needs no name itself.
        let by_children = matches!(*kind, "CustomObject" | "CustomLabels")
            && package
                .components
                .iter()
                .any(|(child, of)| of == file && is_child(child.kind) && is_named(child.kind, &child.name));
        if !is_named(kind, name) && !with_parent && !by_children {
            failures.push(Failure::new(kind, name, file, "Not in package.xml"));
        }
    }
    package.failures.append(&mut failures);
}

fn is_child(kind: &str) -> bool {
    CHILDREN.iter().any(|(_, child)| *child == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(files: &[(&str, &str)]) -> Vec<String> {
        let members = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        let failures = check(members).failures;
        failures.iter().map(|failure| format!("{} {}: {}", failure.kind, failure.name, failure.problem)).collect()
    }

    fn manifest(types: &str) -> String {
        format!("<Package xmlns=\"http://soap.sforce.com/2006/04/metadata\">{types}<version>67.0</version></Package>")
    }

    const OBJECT: &str = "<CustomObject><label>A</label><fields><fullName>B__c</fullName></fields></CustomObject>";

    #[test]
    fn manifest_and_zip_agree_or_each_difference_is_told() {
        let object = manifest("<types><members>A__c</members><name>CustomObject</name></types>");
        assert!(told(&[("package.xml", &object), ("objects/A__c.object", OBJECT)]).is_empty());
        let field = manifest("<types><members>A__c.B__c</members><name>CustomField</name></types>");
        assert!(told(&[("top/package.xml", &field), ("top/objects/A__c.object", OBJECT)]).is_empty());
        let every = manifest("<types><members>*</members><name>CustomObject</name></types>");
        assert!(told(&[("package.xml", &every), ("objects/A__c.object", OBJECT)]).is_empty());
        let missing = told(&[("package.xml", &object)]);
        assert_eq!(
            missing,
            [
                "CustomObject A__c: An object 'A__c' of type CustomObject was named in package.xml, but was not found in zipped directory"
            ]
        );
        let nothing = manifest("");
        let extra = told(&[
            ("package.xml", &nothing),
            ("objects/A__c.object", OBJECT),
            ("classes/C.cls", ""),
            ("classes/C.cls-meta.xml", ""),
        ]);
        assert_eq!(
            extra,
            [
                "ApexClass C: Not in package.xml",
                "CustomField A__c.B__c: Not in package.xml",
                "CustomObject A__c: Not in package.xml"
            ]
        );
        assert_eq!(told(&[("classes/C.cls", "")]), [" package.xml: No package.xml found"]);
        let unknown = manifest("<types><members>A</members><name>Nonsense</name></types>");
        assert!(told(&[("package.xml", &unknown)])[0].contains("Unknown type name 'Nonsense'"));
    }
}
