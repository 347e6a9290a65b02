//! Posts in a record's feed.
//!
//! Format: <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_feeditem.htm>.
//! A post has no external id: write something recognisable into it, and look for that after an unknown outcome.

use serde_json::json;

use crate::{connection::OrgConnection, error::OrgError, record_id::RecordId};

/// What a post says.
#[derive(Clone, Debug)]
pub enum FeedPost {
    /// Words.
    Text {
        /// Plain text.
        body: String,
    },
    /// Words and an address.
    Link {
        /// Plain text.
        body: String,
        /// What the address is called.
        title: String,
        /// The address.
        url: String,
    },
}

impl OrgConnection {
    /// Posts to a record's feed; the object's feed tracking must be on.
    pub async fn post_to_feed(&self, record: &RecordId, post: &FeedPost) -> Result<RecordId, OrgError> {
        let fields = match post {
            FeedPost::Text { body } => json!({ "ParentId": record, "Type": "TextPost", "Body": body }),
            FeedPost::Link { body, title, url } => {
                json!({ "ParentId": record, "Type": "LinkPost", "Body": body, "Title": title, "LinkUrl": url })
            }
        };
        self.create("FeedItem", &fields).await
    }
}
