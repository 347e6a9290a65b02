//! Removing objects so that they stay removed: on local disk a deletion is durable only once its folder is.

use object_store::ObjectStoreExt as _;

use super::{ObjectName, Vault, VaultError};

impl Vault {
    /// Gone when this returns; an object that was never there counts as gone.
    pub async fn remove(&self, name: &ObjectName) -> Result<(), VaultError> {
        match self.objects.delete(&name.path()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(folder) = &self.folder {
            let parent = folder.join(name.as_str()).parent().map(std::path::Path::to_path_buf);
            if let Some(parent) = parent {
                match tokio::fs::File::open(&parent).await {
                    Ok(handle) => handle.sync_all().await.map_err(VaultError::Folder)?,
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => return Err(VaultError::Folder(error)),
                }
            }
        }
        Ok(())
    }
}

impl Vault {
    /// Whether the bucket answers at all.
    pub async fn probe(&self) -> Result<(), VaultError> {
        match self.objects.head(&object_store::path::Path::from("probe/ready")).await {
            Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
