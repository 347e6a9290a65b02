//! `[objects]`: where sealed bytes are kept: a disk, S3 or what speaks like it, Azure, Google.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::Url;

use super::{ConfigError, Secret, in_folder, origin::is_loopback};

#[derive(Clone, Debug)]
pub struct ObjectsConfig {
    /// As configured; holds no credential.
    pub url: String,
    pub place: ObjectPlace,
}

/// `prefix` has no slash at either end and may be empty.
#[derive(Clone, Debug)]
pub enum ObjectPlace {
    Disk {
        root: PathBuf,
    },
    S3 {
        bucket: String,
        prefix: String,
        region: String,
        /// `None`: Amazon's own.
        endpoint: Option<Url>,
        /// The bucket in the path instead of in the host name; most S3 look-alikes need it.
        path_style: bool,
        /// `None`: the machine's role (instance profile, web identity).
        credentials: Option<S3Credentials>,
    },
    Azure {
        account: String,
        container: String,
        prefix: String,
        endpoint: Option<Url>,
        /// `None`: the machine's managed identity.
        access_key: Option<Secret>,
    },
    Google {
        bucket: String,
        prefix: String,
        /// JSON; `None`: the machine's service account.
        service_account: Option<Secret>,
    },
}

#[derive(Clone, Debug)]
pub struct S3Credentials {
    pub access_key_id: String,
    pub secret_access_key: Secret,
}

impl ObjectsConfig {
    /// The folder whose free space counts, when we are the ones filling a disk.
    pub fn disk_root(&self) -> Option<&Path> {
        match &self.place {
            ObjectPlace::Disk { root } => Some(root),
            _ => None,
        }
    }

    /// In the names that `object_store` gives its options. Holds secrets.
    pub fn options(&self) -> Vec<(String, String)> {
        let mut options = Vec::new();
        let mut add = |name: &str, value: &str| options.push((name.to_owned(), value.to_owned()));
        match &self.place {
            ObjectPlace::Disk { .. } => {}
            ObjectPlace::S3 { region, endpoint, path_style, credentials, .. } => {
                add("aws_region", region);
                add("aws_virtual_hosted_style_request", if *path_style { "false" } else { "true" });
                if let Some(endpoint) = endpoint {
                    add("aws_endpoint", endpoint.as_str().trim_end_matches('/'));
                    add("allow_http", if endpoint.scheme() == "http" { "true" } else { "false" });
                }
                if let Some(credentials) = credentials {
                    add("aws_access_key_id", &credentials.access_key_id);
                    add("aws_secret_access_key", credentials.secret_access_key.reveal());
                }
            }
            ObjectPlace::Azure { account, endpoint, access_key, .. } => {
                add("azure_storage_account_name", account);
                if let Some(endpoint) = endpoint {
                    add("azure_storage_endpoint", endpoint.as_str().trim_end_matches('/'));
                    add("allow_http", if endpoint.scheme() == "http" { "true" } else { "false" });
                }
                if let Some(key) = access_key {
                    add("azure_storage_account_key", key.reveal());
                }
            }
            ObjectPlace::Google { service_account, .. } => {
                if let Some(key) = service_account {
                    add("google_service_account_key", key.reveal());
                }
            }
        }
        options
    }

    pub(crate) fn secret_files(&self) -> Option<&Path> {
        match &self.place {
            ObjectPlace::Disk { .. } => None,
            ObjectPlace::S3 { credentials, .. } => credentials.as_ref()?.secret_access_key.file(),
            ObjectPlace::Azure { access_key, .. } => access_key.as_ref()?.file(),
            ObjectPlace::Google { service_account, .. } => service_account.as_ref()?.file(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawObjects {
    url: String,
    endpoint: Option<String>,
    region: Option<String>,
    path_style: Option<bool>,
    access_key_id: Option<String>,
    secret_access_key: Option<String>,
    secret_access_key_file: Option<PathBuf>,
    account: Option<String>,
    access_key: Option<String>,
    access_key_file: Option<PathBuf>,
    service_account_file: Option<PathBuf>,
}

impl RawObjects {
    pub(super) fn read(self, folder: &Path) -> Result<ObjectsConfig, ConfigError> {
        let url = Url::parse(&self.url).map_err(|_| {
            ConfigError::wrong("objects.url", "write it like file:///var/lib/casegate/objects or s3://bucket/prefix")
        })?;
        let place = match url.scheme() {
            "file" => self.disk(&url)?,
            "s3" => self.s3(&url, folder)?,
            "az" => self.azure(&url, folder)?,
            "gs" => self.google(&url, folder)?,
            _ => {
                return Err(ConfigError::wrong("objects.url", "it must begin with file://, s3://, az:// or gs://"));
            }
        };
        Ok(ObjectsConfig { url: url.to_string(), place })
    }

    fn disk(self, url: &Url) -> Result<ObjectPlace, ConfigError> {
        self.refuse_keys_of_others(&[])?;
        let root = url.to_file_path().map_err(|()| {
            ConfigError::wrong(
                "objects.url",
                "give an absolute path, with three slashes: file:///var/lib/casegate/objects",
            )
        })?;
        Ok(ObjectPlace::Disk { root })
    }

    fn s3(mut self, url: &Url, folder: &Path) -> Result<ObjectPlace, ConfigError> {
        self.refuse_keys_of_others(&[
            "endpoint",
            "region",
            "path_style",
            "access_key_id",
            "secret_access_key",
            "secret_access_key_file",
        ])?;
        let (bucket, prefix) = bucket_and_prefix(url)?;
        let endpoint = endpoint(self.endpoint.as_deref())?;
        let secret = Secret::optional(
            "objects.secret_access_key",
            self.secret_access_key.take(),
            self.secret_access_key_file.as_deref(),
            folder,
        )?;
        let credentials = match (self.access_key_id, secret) {
            (Some(access_key_id), Some(secret_access_key)) => Some(S3Credentials { access_key_id, secret_access_key }),
            (None, None) => None,
            (Some(_), None) => return Err(ConfigError::wrong("objects.secret_access_key", "it is missing")),
            (None, Some(_)) => return Err(ConfigError::wrong("objects.access_key_id", "it is missing")),
        };
        Ok(ObjectPlace::S3 {
            bucket,
            prefix,
            region: self.region.unwrap_or_else(|| "us-east-1".to_owned()),
            path_style: self.path_style.unwrap_or(endpoint.is_some()),
            endpoint,
            credentials,
        })
    }

    fn azure(mut self, url: &Url, folder: &Path) -> Result<ObjectPlace, ConfigError> {
        self.refuse_keys_of_others(&["endpoint", "account", "access_key", "access_key_file"])?;
        let (container, prefix) = bucket_and_prefix(url)?;
        let access_key =
            Secret::optional("objects.access_key", self.access_key.take(), self.access_key_file.as_deref(), folder)?;
        Ok(ObjectPlace::Azure {
            account: self.account.ok_or_else(|| ConfigError::wrong("objects.account", "it is missing"))?,
            container,
            prefix,
            endpoint: endpoint(self.endpoint.as_deref())?,
            access_key,
        })
    }

    fn google(self, url: &Url, folder: &Path) -> Result<ObjectPlace, ConfigError> {
        self.refuse_keys_of_others(&["service_account_file"])?;
        let (bucket, prefix) = bucket_and_prefix(url)?;
        let service_account = self
            .service_account_file
            .map(|file| Secret::from_file("objects.service_account_file", folder, &in_folder(folder, &file)))
            .transpose()?;
        Ok(ObjectPlace::Google { bucket, prefix, service_account })
    }

    /// A key that the chosen kind of store never reads is a misunderstanding: better said than ignored.
    fn refuse_keys_of_others(&self, ours: &[&str]) -> Result<(), ConfigError> {
        let given = [
            ("endpoint", self.endpoint.is_some()),
            ("region", self.region.is_some()),
            ("path_style", self.path_style.is_some()),
            ("access_key_id", self.access_key_id.is_some()),
            ("secret_access_key", self.secret_access_key.is_some()),
            ("secret_access_key_file", self.secret_access_key_file.is_some()),
            ("account", self.account.is_some()),
            ("access_key", self.access_key.is_some()),
            ("access_key_file", self.access_key_file.is_some()),
            ("service_account_file", self.service_account_file.is_some()),
        ];
        match given.iter().find(|(key, given)| *given && !ours.contains(key)) {
            Some((key, _)) => {
                Err(ConfigError::wrong(format!("objects.{key}"), format!("it means nothing for {}", self.url)))
            }
            None => Ok(()),
        }
    }
}

fn bucket_and_prefix(url: &Url) -> Result<(String, String), ConfigError> {
    let bucket = url.host_str().filter(|host| !host.is_empty());
    let bucket = bucket.ok_or_else(|| ConfigError::wrong("objects.url", "the bucket is missing after ://"))?;
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return Err(ConfigError::wrong(
            "objects.url",
            "only bucket and prefix belong here; credentials have their own keys",
        ));
    }
    Ok((bucket.to_owned(), url.path().trim_matches('/').to_owned()))
}

fn endpoint(text: Option<&str>) -> Result<Option<Url>, ConfigError> {
    let Some(text) = text else { return Ok(None) };
    let url = Url::parse(text).map_err(|_| ConfigError::wrong("objects.endpoint", "it is no URL"))?;
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
        return Err(ConfigError::wrong(
            "objects.endpoint",
            "it must begin with https:// (http:// only for this machine itself)",
        ));
    }
    Ok(Some(url))
}
