//! Reading a staged segment back: whole, verified, in memory (at most 8 MiB).

use envelope::{Header, Identity, Opener};
use object_store::ObjectStoreExt as _;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{ObjectName, Vault, VaultError};

impl Vault {
    /// The plaintext of a segment that is exactly the one its row describes.
    pub async fn read_segment(
        &self,
        name: &ObjectName,
        ciphertext_bytes: u64,
        header_mac: &[u8; 32],
        plaintext_sha256: &[u8; 32],
        staging: &Identity,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let sealed = self.objects.get(&name.path()).await?.bytes().await?;
        if sealed.len() as u64 != ciphertext_bytes {
            return Err(VaultError::NotThatObject("a segment has another length"));
        }
        let parsed = Header::parse(&sealed)?.ok_or(VaultError::NotThatObject("a segment has no whole header"))?;
        if !bool::from(parsed.header.mac().ct_eq(header_mac)) {
            return Err(VaultError::NotThatObject("a segment has another header"));
        }
        let mut opener = Opener::new(parsed.header.open(staging)?);
        let mut plaintext = Zeroizing::new(Vec::with_capacity(sealed.len()));
        opener.update(&sealed[parsed.header_len..], &mut plaintext)?;
        opener.finish(&mut plaintext)?;
        if !bool::from(Sha256::digest(&*plaintext).ct_eq(plaintext_sha256)) {
            return Err(VaultError::NotThatObject("a segment has another digest"));
        }
        Ok(plaintext)
    }

    /// Whether the object of a segment is there with the length its row says.
    pub async fn has_segment(&self, name: &ObjectName, ciphertext_bytes: u64) -> Result<bool, VaultError> {
        match self.objects.head(&name.path()).await {
            Ok(meta) => Ok(meta.size == ciphertext_bytes),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
