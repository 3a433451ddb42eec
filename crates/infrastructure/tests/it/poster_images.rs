//! Images of posters: made once, kept in the store, shown even when they cannot be kept.
use application::catalogue::ports::{
    PosterImageError, PosterImages, PosterStore, PosterStoreError,
};
use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    catalogue::{ImageFormat, ImageSize, PictureFormat, PosterImage, PosterKey, ShownPoster},
    shared::Id,
};
use futures_util::future::join_all;
use image::{DynamicImage, ImageDecoder, Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use infrastructure::catalogue::{
    DecodingTurns, DiskPosterStore, S3Config, S3PosterStore, StoredPosterImages,
};
use std::{
    io::Cursor,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use tempfile::TempDir;
use test_servers::S3Server;
use uuid::Uuid;

/// A poster store that counts what is asked of it, and can be full.
struct Watched<S> {
    store: S,
    fetched: AtomicUsize,
    kept: AtomicUsize,
    is_full: AtomicBool,
}

#[async_trait]
impl<S: PosterStore> PosterStore for Watched<S> {
    async fn put(&self, key: &PosterKey, bytes: Bytes) -> Result<(), PosterStoreError> {
        self.store.put(key, bytes).await
    }
    async fn fetch(&self, key: &PosterKey) -> Result<Option<Bytes>, PosterStoreError> {
        self.fetched.fetch_add(1, Ordering::SeqCst);
        self.store.fetch(key).await
    }
    async fn put_image(&self, image: &PosterImage, bytes: Bytes) -> Result<(), PosterStoreError> {
        if self.is_full.load(Ordering::SeqCst) {
            return Err(PosterStoreError::Full("it is full".into()));
        }
        self.kept.fetch_add(1, Ordering::SeqCst);
        self.store.put_image(image, bytes).await
    }
    async fn fetch_image(&self, image: &PosterImage) -> Result<Option<Bytes>, PosterStoreError> {
        self.store.fetch_image(image).await
    }
    async fn remove(&self, key: &PosterKey) -> Result<(), PosterStoreError> {
        self.store.remove(key).await
    }
    async fn check(&self) -> Result<(), PosterStoreError> {
        self.store.check().await
    }
}

/// What has to live as long as a store.
type Ground = (Option<TempDir>, Option<S3Server>);

struct Scene<S> {
    store: Arc<Watched<S>>,
    images: StoredPosterImages,
    until_the_end: Ground,
}

fn scene<S: PosterStore>(store: S, until_the_end: Ground) -> Scene<S> {
    let store = Arc::new(Watched {
        store,
        fetched: AtomicUsize::new(0),
        kept: AtomicUsize::new(0),
        is_full: AtomicBool::new(false),
    });
    let posters: Arc<dyn PosterStore> = store.clone();
    Scene {
        store,
        images: StoredPosterImages::new(posters, DecodingTurns::default()),
        until_the_end,
    }
}

fn on_disk() -> Scene<DiskPosterStore> {
    let folder = tempfile::tempdir().unwrap();
    let store = DiskPosterStore::open(folder.path().join("files")).unwrap();
    scene(store, (Some(folder), None))
}

fn on_s3() -> Scene<S3PosterStore> {
    let server = S3Server::start();
    let store = S3PosterStore::connect(&S3Config {
        endpoint: Some(server.endpoint().parse().unwrap()),
        region: "us-east-1".into(),
        bucket: server.bucket().into(),
        key_id: server.access_key().into(),
        secret: server.secret_key().to_owned().into(),
    });
    scene(store, (None, Some(server)))
}

fn key(content: u8) -> PosterKey {
    let film = Id::from_uuid(Uuid::from_u128(7));
    PosterKey::new(film, &[content; 32], PictureFormat::Jpeg)
}

fn image(poster: &PosterKey, size: ImageSize, format: ImageFormat) -> ShownPoster {
    ShownPoster::Image(PosterImage {
        poster: poster.clone(),
        size,
        format,
    })
}

/// A JPEG whose pixels lie on their side, as a camera held upright writes it, with a place in it.
fn from_a_camera(width: u32, height: u32) -> Bytes {
    // Big-endian TIFF with one entry: orientation, of type short, once, six.
    let exif = [
        &b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"[..],
        b"secret place",
    ]
    .concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let picture = RgbImage::from_fn(width, height, |x, y| {
        Rgb([x, y, x + y].map(|it| u8::try_from(it % 256).unwrap()))
    });
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 90);
    encoder.encode_image(&DynamicImage::from(picture)).unwrap();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]]
        .concat()
        .into()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn an_image_stands_upright_and_says_nothing_of_where_it_was_taken() {
    let scene = on_disk();
    let sent = from_a_camera(900, 600);
    let camera = image::codecs::jpeg::JpegDecoder::new(Cursor::new(&sent));
    let turn = camera.unwrap().orientation().unwrap();
    assert_eq!(turn, image::metadata::Orientation::Rotate90);
    scene.store.put(&key(1), sent.clone()).await.unwrap();
    for format in ImageFormat::ALL {
        let shown = image(&key(1), ImageSize::W342, format);
        let bytes = scene.images.find(&shown).await.unwrap().unwrap();
        let decoded = image::load_from_memory(&bytes).unwrap();
        assert_eq!((decoded.width(), decoded.height()), (342, 513));
        assert!(contains(&sent, b"secret place") && !contains(&bytes, b"secret place"));
        assert!(!contains(&bytes, b"Exif"));
    }
    let itself = ShownPoster::Itself(key(1));
    assert_eq!(scene.images.find(&itself).await.unwrap(), Some(sent));
}

async fn is_made_once_however_many_ask(scene: Scene<impl PosterStore>) {
    scene
        .store
        .put(&key(1), from_a_camera(300, 200))
        .await
        .unwrap();
    let shown = image(&key(1), ImageSize::W185, ImageFormat::WebP);
    let asked = join_all((0..20).map(|_| scene.images.find(&shown))).await;
    let first = asked[0].as_ref().unwrap().clone().unwrap();
    for answer in asked {
        assert_eq!(answer.unwrap(), Some(first.clone()));
    }
    let later = scene.images.find(&shown).await.unwrap();
    assert_eq!(later, Some(first));
    assert_eq!(scene.store.fetched.load(Ordering::SeqCst), 1);
    assert_eq!(scene.store.kept.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn on_disk_an_image_is_made_once_however_many_ask() {
    is_made_once_however_many_ask(on_disk()).await;
}

#[tokio::test]
async fn in_a_bucket_an_image_is_made_once_however_many_ask() {
    is_made_once_however_many_ask(on_s3()).await;
}

async fn all_are_made_of_one_decoding(scene: Scene<impl PosterStore>) {
    let poster = key(1);
    assert_eq!(scene.images.prepare(&poster).await.unwrap(), None);
    scene
        .store
        .put(&poster, from_a_camera(1200, 900))
        .await
        .unwrap();
    let shown = image(&poster, ImageSize::W500, ImageFormat::Jpeg);
    let on_demand = scene.images.find(&shown).await.unwrap().unwrap();
    let before = scene.store.fetched.load(Ordering::SeqCst);
    assert_eq!(scene.images.prepare(&poster).await.unwrap(), Some(9));
    assert_eq!(scene.images.prepare(&poster).await.unwrap(), Some(0));
    assert_eq!(scene.store.fetched.load(Ordering::SeqCst), before + 1);
    for size in ImageSize::ALL
        .into_iter()
        .filter(|size| size.width().is_some())
    {
        for format in ImageFormat::ALL {
            let shown = image(&poster, size, format);
            let bytes = scene.images.find(&shown).await.unwrap().unwrap();
            let decoded = image::load_from_memory(&bytes).unwrap();
            assert_eq!(Some(decoded.width()), size.width());
        }
    }
    assert_eq!(scene.store.fetched.load(Ordering::SeqCst), before + 1);

    scene.store.remove(&poster).await.unwrap();
    assert_eq!(scene.images.find(&shown).await.unwrap(), None);
    scene
        .store
        .put(&poster, from_a_camera(1200, 900))
        .await
        .unwrap();
    scene.images.prepare(&poster).await.unwrap();
    let together = scene.images.find(&shown).await.unwrap();
    assert_eq!(
        together,
        Some(on_demand),
        "made together or alone it is the same"
    );
}

#[tokio::test]
async fn on_disk_all_images_are_made_of_one_decoding() {
    all_are_made_of_one_decoding(on_disk()).await;
}

#[tokio::test]
async fn in_a_bucket_all_images_are_made_of_one_decoding() {
    all_are_made_of_one_decoding(on_s3()).await;
}

#[tokio::test]
async fn an_image_that_cannot_be_kept_is_shown_all_the_same() {
    let scene = on_disk();
    scene
        .store
        .put(&key(1), from_a_camera(300, 200))
        .await
        .unwrap();
    scene.store.is_full.store(true, Ordering::SeqCst);
    let shown = image(&key(1), ImageSize::W92, ImageFormat::WebP);
    let first = scene.images.find(&shown).await.unwrap();
    assert!(first.is_some());
    assert_eq!(scene.images.find(&shown).await.unwrap(), first);
    let fetched = scene.store.fetched.load(Ordering::SeqCst);
    assert_eq!(fetched, 1, "for a moment it is at hand");
    assert_eq!(scene.store.kept.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn where_there_is_no_poster_there_is_no_image() {
    let scene = on_disk();
    for shown in [
        ShownPoster::Itself(key(1)),
        image(&key(1), ImageSize::W92, ImageFormat::WebP),
        image(&key(1), ImageSize::Original, ImageFormat::Jpeg),
    ] {
        assert_eq!(scene.images.find(&shown).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_stored_poster_that_is_no_picture_is_said_to_be_broken() {
    let scene = on_disk();
    scene
        .store
        .put(&key(1), Bytes::from_static(b"rot"))
        .await
        .unwrap();
    let shown = image(&key(1), ImageSize::W92, ImageFormat::WebP);
    let asked = join_all([scene.images.find(&shown), scene.images.find(&shown)]).await;
    for answer in asked {
        assert!(matches!(answer, Err(PosterImageError::Broken(_))));
    }
    let prepared = scene.images.prepare(&key(1)).await;
    assert!(matches!(prepared, Err(PosterImageError::Broken(_))));
}

#[tokio::test]
async fn a_store_that_is_down_is_said_to_be() {
    let mut scene = on_s3();
    scene
        .store
        .put(&key(1), from_a_camera(300, 200))
        .await
        .unwrap();
    scene.until_the_end.1.as_mut().unwrap().stop();
    let itself = ShownPoster::Itself(key(1));
    let shown = image(&key(1), ImageSize::W92, ImageFormat::WebP);
    for answer in [
        scene.images.find(&itself).await,
        scene.images.find(&shown).await,
    ] {
        assert!(matches!(answer, Err(PosterImageError::Unavailable(_))));
    }
}
