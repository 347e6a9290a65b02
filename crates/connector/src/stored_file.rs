//! From the row of a file to its plaintext: the file's own identity, and what the row says that the object must be.

use crate::sealing::{digest, identity_cell};
use crate::store::secure_files::SecureFileRow;
use crate::vault::{ObjectName, OpenedFile, StoredFile, Vault, VaultError};

/// Opens a file that is held.
///
/// # Errors
/// [`VaultError::NotThatObject`] also when the row's keys are destroyed or its values are not what we write.
pub async fn open_stored_file(vault: &Vault, file: &SecureFileRow) -> Result<OpenedFile, VaultError> {
    let unreadable = || VaultError::NotThatObject("the row cannot be read");
    let sealed = file.identity_sealed.as_deref().ok_or(VaultError::NotThatObject("its keys are destroyed"))?;
    let identity = vault.open_cell(&identity_cell(&file.id), sealed)?;
    let identity = std::str::from_utf8(&identity)
        .ok()
        .and_then(|text| envelope::Identity::parse(text).ok())
        .ok_or_else(unreadable)?;
    let bytes = |number: i64| u64::try_from(number).map_err(|_| unreadable());
    let stored = StoredFile {
        name: ObjectName::recorded(&file.object_name),
        ciphertext_bytes: bytes(file.ciphertext_bytes)?,
        header_bytes: bytes(file.header_bytes)?,
        header_mac: digest(&file.header_mac).map_err(|_| unreadable())?,
        size_bytes: bytes(file.size_bytes)?,
    };
    vault.open_file(&stored, &identity).await
}
