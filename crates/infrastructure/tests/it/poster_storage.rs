//! What every poster store promises, held against a folder and an S3 server; and what happens when
//! it is down.
use application::catalogue::ports::{PosterStore, PosterStoreError};
use async_trait::async_trait;
use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Config, Credentials, Region},
    operation::get_object::GetObjectOutput,
};
use bytes::Bytes;
use domain::{
    catalogue::{PictureFormat, PosterImage, PosterKey},
    shared::Id,
};
use infrastructure::catalogue::{DiskPosterStore, S3Config, S3PosterStore};
use std::{
    fmt::Debug,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use test_servers::{MuteServer, Reply, S3Server, ScriptedServer};
use uuid::Uuid;

/// A store under test, and a way to its posters that leads around it.
#[async_trait]
trait Tested: Send + Sync {
    fn store(&self) -> &dyn PosterStore;
    async fn fetch(&self, key: &PosterKey) -> Option<Bytes>;
    /// How many posters there are.
    fn count(&self) -> usize;
}

struct TestedDisk {
    folder: TempDir,
    store: DiskPosterStore,
}

fn disk() -> TestedDisk {
    let folder = tempfile::tempdir().unwrap();
    let store = DiskPosterStore::open(folder.path().join("files")).unwrap();
    TestedDisk { folder, store }
}

impl TestedDisk {
    fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }
}

#[async_trait]
impl Tested for TestedDisk {
    fn store(&self) -> &dyn PosterStore {
        &self.store
    }

    async fn fetch(&self, key: &PosterKey) -> Option<Bytes> {
        fs::read(self.files().join(key.as_str()))
            .ok()
            .map(Into::into)
    }

    fn count(&self) -> usize {
        count_files(&self.files().join("posters"))
    }
}

struct TestedS3 {
    server: S3Server,
    store: S3PosterStore,
}

fn s3() -> TestedS3 {
    let server = S3Server::start();
    let store = S3PosterStore::connect(&config(&server));
    TestedS3 { server, store }
}

fn config(server: &S3Server) -> S3Config {
    S3Config {
        endpoint: Some(server.endpoint().parse().unwrap()),
        region: "us-east-1".into(),
        bucket: server.bucket().into(),
        key_id: server.access_key().into(),
        secret: server.secret_key().to_owned().into(),
    }
}

impl TestedS3 {
    async fn get(&self, key: &PosterKey) -> Option<GetObjectOutput> {
        let (name, secret) = (self.server.access_key(), self.server.secret_key());
        let client = Client::from_conf(
            Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("us-east-1"))
                .credentials_provider(Credentials::new(name, secret, None, None, "test"))
                .force_path_style(true)
                .endpoint_url(self.server.endpoint())
                .build(),
        );
        let request = client.get_object().bucket(self.server.bucket());
        match request.key(key.as_str()).send().await {
            Ok(object) => Some(object),
            Err(failure) => {
                assert!(failure.into_service_error().is_no_such_key());
                None
            }
        }
    }
}

#[async_trait]
impl Tested for TestedS3 {
    fn store(&self) -> &dyn PosterStore {
        &self.store
    }

    async fn fetch(&self, key: &PosterKey) -> Option<Bytes> {
        let body = self.get(key).await?.body;
        Some(body.collect().await.unwrap().into_bytes())
    }

    fn count(&self) -> usize {
        count_files(&self.server.bucket_folder())
    }
}

fn count_files(folder: &Path) -> usize {
    let Ok(entries) = folder.read_dir() else {
        return 0;
    };
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { count_files(&path) } else { 1 })
        .sum()
}

fn key(film: u128, content: u8) -> PosterKey {
    let film = Id::from_uuid(Uuid::from_u128(film));
    PosterKey::new(film, &[content; 32], PictureFormat::WebP)
}

const PICTURE: Bytes = Bytes::from_static(b"the bytes of a picture");

macro_rules! poster_store_contract {
    ($($case:ident),+ $(,)?) => {
        mod a_folder { $(#[tokio::test] async fn $case() { super::$case(&super::disk()).await })+ }
        mod an_s3_server { $(#[tokio::test] async fn $case() { super::$case(&super::s3()).await })+ }
    };
}

poster_store_contract!(
    what_is_put_can_be_fetched,
    putting_twice_is_the_same_as_once,
    a_large_poster_comes_back_whole,
    posters_of_a_film_and_of_other_films_are_kept_apart,
    what_is_removed_is_gone,
    removing_what_is_not_there_is_no_error,
    what_was_removed_can_be_put_again,
    posters_put_at_the_same_time_are_all_there,
    it_says_that_it_works,
    images_are_kept_beside_their_poster_and_go_with_it,
    no_image_is_kept_of_a_poster_that_is_gone,
    an_image_and_the_end_of_its_poster_at_the_same_time_leave_nothing,
);

async fn what_is_put_can_be_fetched(tested: &dyn Tested) {
    let (store, key) = (tested.store(), key(1, 1));
    assert_eq!(tested.fetch(&key).await, None);
    store.put(&key, PICTURE).await.unwrap();
    assert_eq!(tested.fetch(&key).await, Some(PICTURE));
}

async fn putting_twice_is_the_same_as_once(tested: &dyn Tested) {
    let (store, key) = (tested.store(), key(1, 1));
    store.put(&key, PICTURE).await.unwrap();
    let once = tested.count();
    store.put(&key, PICTURE).await.unwrap();
    assert_eq!(tested.fetch(&key).await, Some(PICTURE));
    assert_eq!(tested.count(), once);
}

async fn a_large_poster_comes_back_whole(tested: &dyn Tested) {
    let large: Bytes = (0..=255).cycle().take(10 * 1024 * 1024).collect();
    tested.store().put(&key(1, 1), large.clone()).await.unwrap();
    let fetched = tested.fetch(&key(1, 1)).await;
    assert!(fetched == Some(large), "the bytes differ");
}

async fn posters_of_a_film_and_of_other_films_are_kept_apart(tested: &dyn Tested) {
    let keys = [key(1, 1), key(1, 2), key(2, 1)];
    let store = tested.store();
    for (key, bytes) in keys.iter().zip([&b"a"[..], b"b", b"c"]) {
        store.put(key, Bytes::from_static(bytes)).await.unwrap();
    }
    store.remove(&keys[0]).await.unwrap();
    assert_eq!(tested.fetch(&keys[0]).await, None);
    assert_eq!(tested.fetch(&keys[1]).await, Some(Bytes::from_static(b"b")));
    assert_eq!(tested.fetch(&keys[2]).await, Some(Bytes::from_static(b"c")));
}

async fn what_is_removed_is_gone(tested: &dyn Tested) {
    let (store, key) = (tested.store(), key(1, 1));
    store.put(&key, PICTURE).await.unwrap();
    store.remove(&key).await.unwrap();
    assert_eq!(tested.fetch(&key).await, None);
}

async fn removing_what_is_not_there_is_no_error(tested: &dyn Tested) {
    let (store, key) = (tested.store(), key(1, 1));
    store.remove(&key).await.unwrap();
    store.put(&key, PICTURE).await.unwrap();
    store.remove(&key).await.unwrap();
    store.remove(&key).await.unwrap();
}

async fn what_was_removed_can_be_put_again(tested: &dyn Tested) {
    let (store, key) = (tested.store(), key(1, 1));
    store.put(&key, PICTURE).await.unwrap();
    store.remove(&key).await.unwrap();
    store.put(&key, PICTURE).await.unwrap();
    assert_eq!(tested.fetch(&key).await, Some(PICTURE));
}

async fn posters_put_at_the_same_time_are_all_there(tested: &dyn Tested) {
    let keys: Vec<PosterKey> = (0..16)
        .map(|n| key(n / 4, u8::try_from(n).unwrap() / 2))
        .collect();
    let puts = keys.iter().map(|key| tested.store().put(key, PICTURE));
    for put in futures_util::future::join_all(puts).await {
        put.unwrap();
    }
    for key in &keys {
        assert_eq!(tested.fetch(key).await, Some(PICTURE));
    }
}

async fn images_are_kept_beside_their_poster_and_go_with_it(tested: &dyn Tested) {
    let (store, mine, others) = (tested.store(), key(1, 1), key(1, 2));
    for poster in [&mine, &others] {
        assert_eq!(store.fetch(poster).await.unwrap(), None);
        store.put(poster, PICTURE).await.unwrap();
        assert_eq!(store.fetch(poster).await.unwrap(), Some(PICTURE));
        for image in PosterImage::all_of(poster) {
            assert_eq!(store.fetch_image(&image).await.unwrap(), None);
            let bytes = Bytes::from(image.to_string());
            store.put_image(&image, bytes.clone()).await.unwrap();
            assert_eq!(store.fetch_image(&image).await.unwrap(), Some(bytes));
        }
    }
    assert_eq!(tested.count(), 24);
    store.remove(&mine).await.unwrap();
    assert_eq!(tested.count(), 12);
    for image in PosterImage::all_of(&others) {
        assert!(store.fetch_image(&image).await.unwrap().is_some());
    }
    store.remove(&others).await.unwrap();
    assert_eq!(tested.count(), 0);
}

async fn no_image_is_kept_of_a_poster_that_is_gone(tested: &dyn Tested) {
    for image in PosterImage::all_of(&key(1, 1)) {
        tested.store().put_image(&image, PICTURE).await.unwrap();
    }
    assert_eq!(tested.count(), 0);
}

async fn an_image_and_the_end_of_its_poster_at_the_same_time_leave_nothing(tested: &dyn Tested) {
    let (store, poster) = (tested.store(), key(1, 1));
    let image = PosterImage::all_of(&poster).remove(0);
    for _ in 0..20 {
        store.put(&poster, PICTURE).await.unwrap();
        let (kept, removed) = tokio::join!(store.put_image(&image, PICTURE), store.remove(&poster));
        kept.unwrap();
        removed.unwrap();
        assert_eq!(tested.count(), 0);
    }
}

async fn it_says_that_it_works(tested: &dyn Tested) {
    tested.store().check().await.unwrap();
    assert_eq!(tested.count(), 0);
}

#[tokio::test]
async fn s3_serves_a_poster_as_a_picture_to_be_cached_for_ever() {
    let tested = s3();
    for format in [PictureFormat::Jpeg, PictureFormat::Png, PictureFormat::WebP] {
        let key = PosterKey::new(Id::from_uuid(Uuid::from_u128(1)), &[1; 32], format);
        tested.store.put(&key, PICTURE).await.unwrap();
        let object = tested.get(&key).await.unwrap();
        assert_eq!(object.content_type(), Some(format.media_type()));
        assert_eq!(
            object.cache_control(),
            Some("public, max-age=31536000, immutable")
        );
    }
}

#[tokio::test]
async fn the_folder_of_a_film_goes_with_its_last_poster() {
    let tested = disk();
    tested.store.put(&key(1, 1), PICTURE).await.unwrap();
    tested.store.put(&key(1, 2), PICTURE).await.unwrap();
    let posters = tested.files().join("posters");
    tested.store.remove(&key(1, 1)).await.unwrap();
    assert_eq!(posters.read_dir().unwrap().count(), 1);
    tested.store.remove(&key(1, 2)).await.unwrap();
    assert_eq!(posters.read_dir().unwrap().count(), 0);
}

#[tokio::test]
async fn a_folder_that_cannot_be_had_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    fs::write(&file, "").unwrap();
    assert_unavailable(DiskPosterStore::open(file));
}

#[tokio::test]
async fn a_folder_that_is_gone_is_unavailable() {
    let tested = disk();
    tested.store.put(&key(1, 1), PICTURE).await.unwrap();
    fs::remove_dir_all(tested.files()).unwrap();
    assert_unavailable(tested.store.put(&key(1, 2), PICTURE).await);
    assert_unavailable(tested.store.check().await);
}

#[tokio::test]
async fn a_server_that_is_down_is_unavailable_and_nothing_has_changed() {
    let mut tested = s3();
    tested.store.put(&key(1, 1), PICTURE).await.unwrap();
    let before = tested.count();
    tested.server.stop();
    assert_all_unavailable_within(Duration::from_secs(6), &tested.store).await;
    assert_eq!(tested.count(), before);
}

#[tokio::test]
async fn a_server_that_never_answers_is_unavailable_within_the_time_out() {
    let mute = MuteServer::start();
    let store = S3PosterStore::connect(&S3Config {
        endpoint: Some(mute.endpoint().parse().unwrap()),
        ..config(&S3Server::start())
    });
    let check = async {
        let started = Instant::now();
        assert_unavailable(store.check().await);
        assert!(started.elapsed() < Duration::from_secs(4));
    };
    let all = assert_all_unavailable_within(Duration::from_secs(14), &store);
    tokio::join!(check, all);
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_unavailable() {
    let server = S3Server::start();
    let store = S3PosterStore::connect(&S3Config {
        bucket: "no-such-bucket".into(),
        ..config(&server)
    });
    assert_unavailable(store.check().await);
    assert_unavailable(store.remove(&key(1, 1)).await);
}

#[tokio::test]
async fn a_server_without_room_says_so() {
    for (status, code) in [
        (507, "XMinioStorageFull"),
        (507, "Whatever"),
        (400, "XMinioAdminBucketQuotaExceeded"),
        (403, "QuotaExceeded"),
    ] {
        let server = ScriptedServer::start();
        let body = format!("<Error><Code>{code}</Code><Message>no room</Message></Error>");
        server.answers("/", Reply::status(status, &body));
        let store = S3PosterStore::connect(&S3Config {
            endpoint: Some(server.endpoint().parse().unwrap()),
            ..config(&S3Server::start())
        });
        let refused = store.put(&key(1, 1), PICTURE).await;
        assert!(
            matches!(refused, Err(PosterStoreError::Full(_))),
            "{code}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn a_wrong_secret_is_unavailable() {
    let server = S3Server::start();
    let store = S3PosterStore::connect(&S3Config {
        secret: "wrong".to_owned().into(),
        ..config(&server)
    });
    assert_all_unavailable_within(Duration::from_secs(6), &store).await;
}

fn assert_unavailable<T: Debug>(outcome: Result<T, PosterStoreError>) {
    let failure = outcome.unwrap_err();
    let PosterStoreError::Unavailable(cause) = failure else {
        panic!("{failure:?}");
    };
    assert!(!cause.to_string().is_empty());
}

async fn assert_all_unavailable_within(time: Duration, store: &dyn PosterStore) {
    let started = Instant::now();
    let key = key(1, 1);
    let image = PosterImage::all_of(&key).remove(0);
    let (put, fetch, put_image, fetch_image, remove, check) = tokio::join!(
        store.put(&key, PICTURE),
        store.fetch(&key),
        store.put_image(&image, PICTURE),
        store.fetch_image(&image),
        store.remove(&key),
        store.check(),
    );
    assert_unavailable(put);
    assert_unavailable(fetch);
    assert_unavailable(put_image);
    assert_unavailable(fetch_image);
    assert_unavailable(remove);
    assert_unavailable(check);
    assert!(started.elapsed() < time, "it took {:?}", started.elapsed());
}
