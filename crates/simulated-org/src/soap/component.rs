//! Which component a file of a package is: folder and suffix tell the type, the file's name tells its name.
//!
//! Format: Metadata API Developer Guide, "File-Based Calls"; the types a support package may hold.

use percent_encoding::percent_decode_str;

/// Type and full name, as `package.xml` names them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Component {
    pub kind: &'static str,
    pub name: String,
}

/// One folder, one type. An empty suffix: every folder below is one component.
const FOLDERS: [(&str, &str, &str); 29] = [
    ("applications", "CustomApplication", ".app"),
    ("approvalProcesses", "ApprovalProcess", ".approvalProcess"),
    ("aura", "AuraDefinitionBundle", ""),
    ("classes", "ApexClass", ".cls"),
    ("components", "ApexComponent", ".component"),
    ("cspTrustedSites", "CspTrustedSite", ".cspTrustedSite"),
    ("customMetadata", "CustomMetadata", ".md"),
    ("customPermissions", "CustomPermission", ".customPermission"),
    ("externalCredentials", "ExternalCredential", ".externalCredential"),
    ("flexipages", "FlexiPage", ".flexipage"),
    ("flows", "Flow", ".flow"),
    ("globalValueSets", "GlobalValueSet", ".globalValueSet"),
    ("groups", "Group", ".group"),
    ("labels", "CustomLabels", ".labels"),
    ("layouts", "Layout", ".layout"),
    ("lwc", "LightningComponentBundle", ""),
    ("namedCredentials", "NamedCredential", ".namedCredential"),
    ("objectTranslations", "CustomObjectTranslation", ".objectTranslation"),
    ("objects", "CustomObject", ".object"),
    ("pages", "ApexPage", ".page"),
    ("permissionsetgroups", "PermissionSetGroup", ".permissionsetgroup"),
    ("permissionsets", "PermissionSet", ".permissionset"),
    ("profiles", "Profile", ".profile"),
    ("queues", "Queue", ".queue"),
    ("quickActions", "QuickAction", ".quickAction"),
    ("remoteSiteSettings", "RemoteSiteSetting", ".remoteSite"),
    ("tabs", "CustomTab", ".tab"),
    ("translations", "Translations", ".translation"),
    ("triggers", "ApexTrigger", ".trigger"),
];

/// The parts of an object's or labels' file that are components of their own: element, type.
pub const CHILDREN: [(&str, &str); 10] = [
    ("businessProcesses", "BusinessProcess"),
    ("compactLayouts", "CompactLayout"),
    ("fieldSets", "FieldSet"),
    ("fields", "CustomField"),
    ("labels", "CustomLabel"),
    ("listViews", "ListView"),
    ("recordTypes", "RecordType"),
    ("sharingReasons", "SharingReason"),
    ("validationRules", "ValidationRule"),
    ("webLinks", "WebLink"),
];

/// What a path is, or why it is nothing. Files beside a component (`-meta.xml`) are that component.
pub fn of_path(path: &str) -> Result<Component, String> {
    let (folder, rest) =
        path.split_once('/').ok_or_else(|| format!("{path} lies outside every folder of a package"))?;
    let known = FOLDERS.iter().find(|(known, _, _)| *known == folder);
    let (_, kind, suffix) = *known.ok_or_else(|| format!("The simulated org knows no folder {folder} in a package"))?;
    let file = rest.strip_suffix("-meta.xml").unwrap_or(rest);
    let name = if suffix.is_empty() {
        rest.split_once('/').map(|(bundle, _)| bundle)
    } else {
        file.strip_suffix(suffix).filter(|name| !name.contains('/'))
    };
    let name = name.filter(|name| !name.is_empty()).ok_or_else(|| format!("{path} is no {kind}"))?;
    let name = percent_decode_str(name).decode_utf8().map_err(|_| format!("{path} is not UTF-8 once decoded"))?;
    Ok(Component { kind, name: name.into_owned() })
}

/// The type of that name, if the simulated org knows it.
pub fn kind_named(name: &str) -> Option<&'static str> {
    let parents = FOLDERS.iter().map(|(_, kind, _)| *kind);
    parents.chain(CHILDREN.iter().map(|(_, kind)| *kind)).find(|kind| *kind == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_its_component() {
        for (path, kind, name) in [
            ("classes/AgentToken.cls", "ApexClass", "AgentToken"),
            ("classes/AgentToken.cls-meta.xml", "ApexClass", "AgentToken"),
            ("lwc/errorPanel/errorPanel.js-meta.xml", "LightningComponentBundle", "errorPanel"),
            ("layouts/File__c-File %28old%29 Layout.layout", "Layout", "File__c-File (old) Layout"),
            ("customMetadata/Setting.Default.md", "CustomMetadata", "Setting.Default"),
        ] {
            assert_eq!(of_path(path), Ok(Component { kind, name: name.to_owned() }), "{path}");
        }
        for path in
            ["README.md", "nonsense/A.cls", "classes/A.txt", "classes/deep/A.cls", "lwc/loose.js", "objects/.object"]
        {
            assert!(of_path(path).is_err(), "{path}");
        }
    }
}
