//! Opening the bucket that the operator named.
//!
//! Invariant: on local disk every write is fsynced with its folder (object_store leaves that off by default, and a
//! power cut then takes acknowledged objects with it).

use std::path::PathBuf;
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use url::Url;

use super::VaultError;

/// An opened bucket.
pub struct ObjectsAt {
    pub objects: Arc<dyn ObjectStore>,
    /// Local disk only.
    pub folder: Option<PathBuf>,
}

/// Opens `file:///folder`, `memory:///`, `s3://bucket/prefix`, `az://container/prefix` or `gs://bucket/prefix`, with
/// the provider's own options (`aws_access_key_id`, `aws_endpoint`, …).
///
/// # Errors
/// [`VaultError::Url`] names what is wrong with the url or an option.
pub fn open_objects(url: &str, options: &[(String, String)]) -> Result<ObjectsAt, VaultError> {
    let parsed = Url::parse(url).map_err(|error| VaultError::Url(format!("{url}: {error}")))?;
    if parsed.scheme() == "file" {
        let folder = parsed.to_file_path().map_err(|()| VaultError::Url(format!("{url}: not an absolute path")))?;
        std::fs::create_dir_all(&folder).map_err(VaultError::Folder)?;
        let store = LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true);
        return Ok(ObjectsAt { objects: Arc::new(store), folder: Some(folder) });
    }
    let (store, prefix) = object_store::parse_url_opts(&parsed, options.iter().map(|(key, value)| (key, value)))
        .map_err(|error| VaultError::Url(error.to_string()))?;
    let objects: Arc<dyn ObjectStore> = if prefix.as_ref().is_empty() {
        Arc::from(store)
    } else {
        Arc::new(PrefixStore::new(Arc::<dyn ObjectStore>::from(store), prefix))
    };
    Ok(ObjectsAt { objects, folder: None })
}
