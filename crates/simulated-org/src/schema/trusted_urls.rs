//! Trusted URLs: whom Lightning pages may call, as an object.
//!
//! Format: Object Reference, "CspTrustedSite".

use super::FieldKind::{Flag, Url};
use super::standard::{choices, object, restricted, text, with_id_and_audit};
use super::{Field, ObjectType, Sharing};

pub const TRUSTED_URL: &str = "CspTrustedSite";

pub fn objects() -> Vec<ObjectType> {
    let contexts = choices(&["All", "Communities", "FieldServiceMobileExtension", "LEX", "VisualForce"], Some("All"));
    let fields = vec![
        text("DeveloperName", "Trusted URL Name", 80).required(),
        text("MasterLabel", "Master Label", 80),
        Field::new("EndpointUrl", "URL", Url).required(),
        text("Description", "Description", 255),
        Field::new("IsActive", "Active", Flag),
        Field::new("Context", "CSP Context", restricted(contexts)),
        Field::new("IsApplicableToConnectSrc", "connect-src (scripts)", Flag),
        Field::new("IsApplicableToFrameSrc", "frame-src (iframe content)", Flag),
        Field::new("IsApplicableToImgSrc", "img-src (images)", Flag),
    ];
    vec![object(TRUSTED_URL, "Trusted URL", "Trusted URLs", "08y", Sharing::ReadOnly, with_id_and_audit(fields))]
}
