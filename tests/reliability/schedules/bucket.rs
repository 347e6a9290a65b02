//! A bucket in memory that is a referee: a name is written once, an adopted object is never deleted; and that can hold
//! an operation up at any point, so that other things happen meanwhile, or so that the process dies there.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt as _,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::sync::oneshot;

/// Where an operation can be held up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    BeforePut,
    AfterPut,
    BeforeDelete,
    AfterDelete,
    /// Between two segments of a sealing pass.
    BetweenSegments,
}

/// Holds up the operation that comes to `at` once more after `skip` times.
#[derive(Debug)]
pub struct Hold {
    pub at: Point,
    pub skip: u64,
}

/// Dropped or sent to, it lets the operation go on.
pub type GoOn = oneshot::Sender<()>;

#[derive(Clone, Debug, Default)]
pub struct Bucket(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    objects: InMemory,
    ever_written: Mutex<HashSet<String>>,
    adopted: Mutex<HashSet<String>>,
    hold: Mutex<Option<Hold>>,
    held: Mutex<Option<GoOn>>,
}

impl Bucket {
    pub fn hold(&self, hold: Option<Hold>) {
        *self.0.hold.lock().unwrap() = hold;
    }

    /// The operation that was polled last is held up.
    pub fn take_held(&self) -> Option<GoOn> {
        self.0.held.lock().unwrap().take()
    }

    /// From now on a row points to it.
    pub fn adopt(&self, name: &str) {
        assert!(self.0.adopted.lock().unwrap().insert(name.to_owned()), "{name} was adopted twice");
    }

    pub fn let_go(&self, name: &str) {
        self.0.adopted.lock().unwrap().remove(name);
    }

    /// After a restore: what the rows of the backup point to.
    pub fn readopt(&self, names: impl Iterator<Item = String>) {
        *self.0.adopted.lock().unwrap() = names.collect();
    }

    pub async fn holds(&self, name: &str) -> bool {
        self.0.objects.head(&Path::from(name)).await.is_ok()
    }

    pub async fn read(&self, name: &str) -> Bytes {
        self.0.objects.get(&Path::from(name)).await.unwrap().bytes().await.unwrap()
    }

    /// Names that no row points to.
    pub async fn strays(&self) -> Vec<String> {
        let names: Vec<String> =
            self.0.objects.list(None).map(|object| object.unwrap().location.to_string()).collect().await;
        let adopted = self.0.adopted.lock().unwrap();
        names.into_iter().filter(|name| !adopted.contains(name)).collect()
    }

    pub async fn pass(&self, point: Point) {
        let go_on = {
            let mut hold = self.0.hold.lock().unwrap();
            match &mut *hold {
                Some(wanted) if wanted.at == point && wanted.skip > 0 => {
                    wanted.skip -= 1;
                    return;
                }
                Some(wanted) if wanted.at == point => *hold = None,
                _ => return,
            }
            let (sender, receiver) = oneshot::channel();
            *self.0.held.lock().unwrap() = Some(sender);
            receiver
        };
        let _ = go_on.await;
    }

    async fn remove(self, location: Result<Path>) -> Result<Path> {
        let location = location?;
        self.pass(Point::BeforeDelete).await;
        assert!(!self.0.adopted.lock().unwrap().contains(location.as_ref()), "{location} was deleted though adopted");
        self.0.objects.delete(&location).await?;
        self.pass(Point::AfterDelete).await;
        Ok(location)
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a bucket that is a referee")
    }
}

#[async_trait]
impl ObjectStore for Bucket {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.pass(Point::BeforePut).await;
        let is_new = self.0.ever_written.lock().unwrap().insert(location.to_string());
        assert!(is_new, "{location} was written twice");
        let done = self.0.objects.put_opts(location, payload, options).await?;
        self.pass(Point::AfterPut).await;
        Ok(done)
    }

    async fn put_multipart_opts(&self, location: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        panic!("{location} is too small for parts")
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.0.objects.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.0.objects.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let bucket = self.clone();
        locations.then(move |location| bucket.clone().remove(location)).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.objects.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.objects.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, _: CopyOptions) -> Result<()> {
        panic!("{from} was copied to {to}")
    }
}
