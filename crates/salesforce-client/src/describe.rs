//! What an object is like for the user we are: which of its fields we see and may write.
//!
//! Format: <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm>.

use serde::Deserialize;

use crate::{
    answer::{self, Repeating},
    call::Call,
    connection::OrgConnection,
    error::OrgError,
};

/// An object, with the fields that we may see.
#[derive(Clone, Debug, Deserialize)]
pub struct Description {
    /// Our namespace taken off.
    pub name: String,
    /// We may make records.
    pub createable: bool,
    /// We may change records.
    pub updateable: bool,
    /// We may delete records.
    pub deletable: bool,
    /// Of the fields that we may see.
    pub fields: Vec<FieldDescription>,
}

/// An object in the list of all that we may see.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ObjectSummary {
    /// Our namespace taken off.
    pub name: String,
    /// We may make records.
    pub createable: bool,
    /// We may change records.
    pub updateable: bool,
    /// We may delete records.
    pub deletable: bool,
}

/// A field.
#[derive(Clone, Debug, Deserialize)]
pub struct FieldDescription {
    /// Our namespace taken off.
    pub name: String,
    /// May be given when a record is made.
    pub createable: bool,
    /// May be changed afterwards.
    pub updateable: bool,
}

#[derive(Deserialize)]
struct Objects {
    sobjects: Vec<ObjectSummary>,
}

impl OrgConnection {
    /// Every object that we have a right on.
    pub async fn objects(&self) -> Result<Vec<ObjectSummary>, OrgError> {
        let answer = self.send(&Call::get(format!("{}/sobjects", self.shared.data_path))).await?;
        let objects: Objects =
            serde_json::from_slice(&answer.body).map_err(|_| answer::unreadable(answer.status, Repeating::Harmless))?;
        let namespace = &self.shared.namespace;
        let own = |object: ObjectSummary| ObjectSummary { name: namespace.strip(&object.name).to_owned(), ..object };
        Ok(objects.sobjects.into_iter().map(own).collect())
    }

    /// One of our names as this Org spells it: for values that are names, which nothing else translates.
    pub fn api_name(&self, own: &str) -> String {
        self.shared.namespace.apply(own)
    }

    /// `None` when the Org has no such object, or does not let us see it: it makes no difference between the two.
    pub async fn describe(&self, object: &str) -> Result<Option<Description>, OrgError> {
        let answer = match self.send(&Call::get(format!("{}/describe", self.object_path(object)))).await {
            Ok(answer) => answer,
            Err(OrgError::FixRequest { code, .. }) if code == "NOT_FOUND" || code == "INVALID_TYPE" => return Ok(None),
            Err(OrgError::Gone { .. }) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let mut description: Description =
            serde_json::from_slice(&answer.body).map_err(|_| answer::unreadable(answer.status, Repeating::Harmless))?;
        let namespace = &self.shared.namespace;
        description.name = namespace.strip(&description.name).to_owned();
        for field in &mut description.fields {
            field.name = namespace.strip(&field.name).to_owned();
        }
        Ok(Some(description))
    }
}
