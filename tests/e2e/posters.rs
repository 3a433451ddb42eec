//! Pictures of films.
use crate::app::{Answer, App, Caller, Database, Setup, eventually};
use crate::unknown_id;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::{
    Body, Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use std::{fs, io::Cursor, path::Path, time::Duration};
use test_servers::S3Server;

stories![
    a_poster_is_stored_and_shown_to_everybody,
    a_poster_is_shown_in_every_size_and_format,
    files_on_the_disk_can_be_fetched_as_they_are,
    a_poster_is_replaced_and_removed_with_its_file,
    the_same_picture_twice_is_no_change,
    the_kind_is_told_by_the_content_and_not_by_the_name,
    what_is_no_picture_is_refused,
    what_is_too_large_is_refused,
    a_form_without_a_file_is_refused,
    only_the_owner_sets_a_poster,
    files_that_are_no_posters_are_not_shown,
    a_poster_goes_with_the_account,
    images_of_posters_in_a_bucket_come_from_here,
    posters_may_lie_in_a_bucket,
    a_bucket_that_is_down_changes_nothing,
    a_disk_without_room_changes_nothing_and_shows_what_is_there,
    images_are_made_by_a_job,
];

const TEN_MIB: usize = 10 * 1024 * 1024;

/// A small picture of one colour.
fn picture(format: ImageFormat, colour: [u8; 3]) -> Vec<u8> {
    let image = RgbImage::from_pixel(24, 36, Rgb(colour));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image)
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

pub fn red() -> Vec<u8> {
    picture(ImageFormat::Png, [200, 30, 30])
}

/// An instance that makes images only when they are asked for, so that files can be counted.
async fn without_jobs(database: Database) -> App {
    let setup = Setup::without_films(database).await;
    setup.set("FILMHUB_JOBS", "off").start().await
}

pub async fn put(user: &Caller, film: &str, bytes: Vec<u8>) -> Answer {
    let part = Part::bytes(bytes)
        .file_name("poster.txt")
        .mime_str("text/plain")
        .unwrap();
    let form = Form::new()
        .text("note", "what is not known is ignored")
        .part("file", part);
    user.send(user.request(Method::PUT, &poster(film)).multipart(form))
        .await
}

fn poster(film: &str) -> String {
    format!("/films/{film}/poster")
}

async fn poster_url(anyone: &Caller, film: &str) -> Option<String> {
    let film = anyone.get(&format!("/films/{film}")).await.json(200);
    film["poster_url"].as_str().map(str::to_owned)
}

/// The files in a folder and those below it.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    found
}

async fn a_poster_is_stored_and_shown_to_everybody(database: Database) {
    let app = without_jobs(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    let bytes = red();
    put(&anna, &film, bytes.clone()).await.done();
    let anyone = app.anyone();
    let url = poster_url(&anyone, &film).await.unwrap();
    assert!(
        url.starts_with(&format!(
            "http://localhost:{}/images/500/posters/",
            app.port
        )),
        "{url}"
    );
    shown_for_ever(&anyone, &url, "image/jpeg").await;
    let original = as_it_was_sent(&url);
    let sent = shown_for_ever(&anyone, &original, "image/png").await;
    assert_eq!(sent.body, bytes);
}

/// The address of the picture as it was sent.
fn as_it_was_sent(url: &str) -> String {
    url.replace("/images/500/", "/images/original/")
}

async fn shown_for_ever(anyone: &Caller, url: &str, kind: &str) -> Answer {
    let shown = anyone.get(url).await.expect(200);
    assert_eq!(shown.header("content-type"), kind);
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    assert!(shown.header("vary").contains("accept"));
    let cache = shown.header("cache-control");
    assert!(
        cache.contains("immutable") && cache.contains("max-age=31536000"),
        "{cache}"
    );
    let etag = shown.header("etag");
    let again = anyone.get_with(url, "if-none-match", etag).await;
    assert!(again.expect(304).body.is_empty());
    let head = anyone.request(Method::HEAD, url);
    let head = anyone.send(head).await.expect(200);
    assert_eq!(head.header("content-length"), shown.body.len().to_string());
    shown
}

/// A picture of this size with something to see in it.
fn large_picture(width: u32, height: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| {
        Rgb([x, y, x ^ y].map(|it| u8::try_from(it % 256).unwrap()))
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image)
        .write_to(&mut bytes, ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

async fn a_poster_is_shown_in_every_size_and_format(database: Database) {
    let app = without_jobs(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    put(&anna, &film, large_picture(600, 900)).await.done();
    let details = anna.get(&format!("/films/{film}/details")).await.json(200);
    assert_eq!(details["poster_urls"]["500"], details["poster_url"]);
    for (size, width) in [
        ("92", 92),
        ("185", 185),
        ("342", 342),
        ("500", 500),
        ("780", 600),
    ] {
        let url = details["poster_urls"][size].as_str().unwrap();
        for (accept, format) in [
            ("image/webp,*/*;q=0.8", ImageFormat::WebP),
            ("*/*", ImageFormat::Jpeg),
        ] {
            let shown = anna.get_with(url, "accept", accept).await.expect(200);
            assert_eq!(shown.header("content-type"), format.to_mime_type());
            let image = image::load_from_memory_with_format(&shown.body, format).unwrap();
            let size = (image.width(), image.height());
            assert_eq!(size, (width, (width * 3_u32).div_ceil(2)));
        }
    }
    assert_eq!(details["poster_blurhash"].as_str().unwrap().len(), 28);
    assert!(details["poster_colour"].as_str().unwrap().starts_with('#'));
    // The picture and five sizes in two formats; they go together.
    let folder = app.setup.data().join("files");
    assert_eq!(files(&folder).len(), 11);
    anna.delete(&poster(&film)).await.done();
    assert!(files(&folder).is_empty());
}

async fn files_on_the_disk_can_be_fetched_as_they_are(database: Database) {
    let app = without_jobs(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    let bytes = red();
    put(&anna, &film, bytes.clone()).await.done();
    let url = poster_url(&anna, &film).await.unwrap();
    let url = url.replace("/images/500/", "/files/");
    let anyone = app.anyone();
    assert_eq!(anyone.get(&url).await.expect(200).body, bytes);
    let part = anyone
        .get_with(&url, "range", "bytes=4-9")
        .await
        .expect(206);
    assert_eq!(part.body, bytes[4..10]);
    assert_eq!(
        part.header("content-range"),
        format!("bytes 4-9/{}", bytes.len())
    );
    anyone
        .get_with(&url, "range", "bytes=999999-")
        .await
        .problem(416, "http.range_not_satisfiable");
}

async fn a_poster_is_replaced_and_removed_with_its_file(database: Database) {
    let app = without_jobs(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    let folder = app.setup.data().join("files");
    put(&anna, &film, red()).await.done();
    let first = poster_url(&anna, &film).await.unwrap();
    let blue = picture(ImageFormat::Jpeg, [20, 20, 220]);
    put(&anna, &film, blue.clone()).await.done();
    let second = poster_url(&anna, &film).await.unwrap();
    assert_ne!(first, second);
    let original = anna.get(&as_it_was_sent(&second)).await.expect(200);
    assert_eq!(original.body, blue);
    anna.get(&first)
        .await
        .problem(404, "catalogue.poster_not_found");
    assert_eq!(files(&folder).len(), 1);

    anna.delete(&poster(&film)).await.done();
    assert_eq!(poster_url(&anna, &film).await, None);
    anna.get(&second)
        .await
        .problem(404, "catalogue.poster_not_found");
    assert!(files(&folder).is_empty());
    let answer = anna.delete(&poster(&film)).await;
    answer.refused(404, "catalogue.poster_not_found", "Poster not found");
}

async fn the_same_picture_twice_is_no_change(database: Database) {
    let app = without_jobs(database).await;
    let anna = app.somebody().await;
    let (film, other) = (
        anna.add_film("Stalker").await,
        anna.add_film("Solaris").await,
    );
    for film in [&film, &film, &other] {
        put(&anna, film, red()).await.done();
    }
    let url = poster_url(&anna, &film).await.unwrap();
    anna.get(&url).await.expect(200);
    // The same picture of another film is another thing: it stays when this one goes.
    anna.delete(&poster(&film)).await.done();
    anna.get(&url)
        .await
        .problem(404, "catalogue.poster_not_found");
    anna.get(&poster_url(&anna, &other).await.unwrap())
        .await
        .expect(200);
}

async fn the_kind_is_told_by_the_content_and_not_by_the_name(database: Database) {
    let app = without_jobs(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    for (format, kind) in [
        (ImageFormat::Jpeg, "image/jpeg"),
        (ImageFormat::Png, "image/png"),
        (ImageFormat::WebP, "image/webp"),
    ] {
        let bytes = picture(format, [10, 120, 10]);
        put(&anna, &film, bytes.clone()).await.done();
        let url = as_it_was_sent(&poster_url(&anna, &film).await.unwrap());
        let shown = anna
            .get_with(&url, "accept", "image/webp")
            .await
            .expect(200);
        assert_eq!(shown.header("content-type"), kind);
        assert_eq!(shown.body, bytes);
    }
}

async fn what_is_no_picture_is_refused(database: Database) {
    let app = without_jobs(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    put(&anna, &film, red()).await.done();
    let before = poster_url(&anna, &film).await;
    let mut torn = red();
    torn.truncate(torn.len() / 2);
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
    for bytes in [
        Vec::new(),
        b"GIF89a".to_vec(),
        svg,
        b"just words".to_vec(),
        torn,
    ] {
        let answer = put(&anna, &film, bytes).await;
        answer.refused(
            400,
            "catalogue.not_a_picture",
            "the file is not a JPEG, PNG or WebP picture",
        );
    }
    let answer = put(&anna, &film, with_size(red(), 8000, 5001)).await;
    answer.refused(
        400,
        "catalogue.too_many_pixels",
        "the picture has more than 40 megapixels",
    );
    assert_eq!(poster_url(&anna, &film).await, before);
    assert_eq!(files(&app.setup.data().join("files")).len(), 1);
}

/// A PNG that says that it is of this size.
fn with_size(mut png: Vec<u8>, width: u32, height: u32) -> Vec<u8> {
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

/// The sum that guards the chunks of a PNG.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = !0_u32;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 {
                (sum >> 1) ^ 0xEDB8_8320
            } else {
                sum >> 1
            };
        }
    }
    !sum
}

async fn what_is_too_large_is_refused(database: Database) {
    let app = without_jobs(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    // Declared to be too large as a whole, and found to be too large while it is read.
    for size in [TEN_MIB + 100_000, TEN_MIB + 1] {
        let answer = put(&anna, &film, vec![0; size]).await;
        answer.refused(
            413,
            "catalogue.picture_too_large",
            "the file is larger than 10 MiB",
        );
    }
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n{}",
        "0".repeat(TEN_MIB + 9)
    );
    let chunks: Vec<Result<Vec<u8>, std::io::Error>> = body
        .into_bytes()
        .chunks(1 << 16)
        .map(|chunk| Ok(chunk.to_vec()))
        .collect();
    let request = anna
        .request(Method::PUT, &poster(&film))
        .header("content-type", "multipart/form-data; boundary=x")
        .body(Body::wrap_stream(futures_util::stream::iter(chunks)));
    anna.send(request)
        .await
        .problem(413, "catalogue.picture_too_large");
    assert_eq!(poster_url(&anna, &film).await, None);
}

async fn a_form_without_a_file_is_refused(database: Database) {
    let app = without_jobs(database).await;
    let anna = app.somebody().await;
    let path = poster(&anna.add_film("Stalker").await);
    let form = Form::new().text("picture", "not called file");
    let answer = anna
        .send(anna.request(Method::PUT, &path).multipart(form))
        .await;
    answer.names("http.invalid_fields", &["file"]);
    let answer = anna.put(&path, &json!({ "file": "not a form" })).await;
    answer.problem(415, "http.unsupported_media_type");
    let broken = anna
        .request(Method::PUT, &path)
        .header("content-type", "multipart/form-data; boundary=x")
        .body("--y\r\nnonsense");
    anna.send(broken).await.problem(400, "http.broken_form");
}

async fn only_the_owner_sets_a_poster(database: Database) {
    let app = without_jobs(database).await;
    let (anna, ben) = (app.somebody().await, app.somebody().await);
    let film = anna.add_film("Stalker").await;
    put(&anna, &film, red()).await.done();
    for answer in [
        put(&ben, &film, red()).await,
        ben.delete(&poster(&film)).await,
    ] {
        answer.refused(403, "catalogue.not_film_owner", "Film is not owned by you");
    }
    let anyone = app.anyone();
    for answer in [
        put(&anyone, &film, red()).await,
        anyone.delete(&poster(&film)).await,
    ] {
        answer.problem(401, "identity.not_signed_in");
    }
    let unknown = unknown_id().to_string();
    for answer in [
        put(&anna, &unknown, red()).await,
        anna.delete(&poster(&unknown)).await,
    ] {
        answer.refused(404, "catalogue.film_not_found", "Film not found");
    }
    assert!(poster_url(&anna, &film).await.is_some());
}

async fn files_that_are_no_posters_are_not_shown(database: Database) {
    let app = without_jobs(database).await;
    let anyone = app.anyone();
    for path in [
        "//files/",
        "//files/jwt_secret",
        "//files/%2e%2e/jwt_secret",
        "//files/..%2fjwt_secret",
        "//files/posters/",
        "//files/posters/..%2f..%2f..%2fjwt_secret",
        "//files//etc/passwd",
        "//files/%00",
    ] {
        let answer = anyone.get(path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        answer.problem(404, "http.not_found");
    }
}

async fn a_poster_goes_with_the_account(database: Database) {
    let app = without_jobs(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    put(&anna, &film, red()).await.done();
    let url = poster_url(&anna, &film).await.unwrap();
    anna.delete("/me").await.done();
    app.anyone()
        .get(&url)
        .await
        .problem(404, "catalogue.poster_not_found");
    assert!(files(&app.setup.data().join("files")).is_empty());
}

/// Posters in a bucket, told of at another address.
async fn on_bucket(database: Database, server: &S3Server) -> App {
    let setup = bucket_setup(database, server).await;
    let setup = setup.set("FILES_BASE_URL", "https://pictures.example.org/films/");
    setup.start().await
}

async fn bucket_setup(database: Database, server: &S3Server) -> Setup {
    let setup = Setup::without_films(database).await;
    setup
        .set("FILMHUB_JOBS", "off")
        .set("AWS_ENDPOINT_URL", &server.endpoint())
        .set("AWS_BUCKET_NAME", server.bucket())
        .set("AWS_KEY_ID", server.access_key())
        .set("AWS_ACCESS_KEY", server.secret_key())
}

/// The pictures in a bucket, without what the server keeps for itself.
fn pictures(server: &S3Server) -> Vec<String> {
    let is_picture = |name: &String| {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        matches!(ending, Some("webp" | "png" | "jpg"))
    };
    let found = files(&server.bucket_folder());
    found.into_iter().filter(is_picture).collect()
}

async fn images_of_posters_in_a_bucket_come_from_here(database: Database) {
    let server = S3Server::start();
    let app = bucket_setup(database, &server).await.start().await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    put(&anna, &film, large_picture(300, 450)).await.done();
    let url = poster_url(&anna, &film).await.unwrap();
    let anyone = app.anyone();
    let (one, other) = tokio::join!(anyone.get(&url), anyone.get(&url));
    assert_eq!(one.expect(200).body, other.expect(200).body);
    assert_eq!(pictures(&server).len(), 2);
    let sent = anyone.get(&as_it_was_sent(&url)).await.expect(200);
    assert_eq!(sent.body, large_picture(300, 450));
    anna.delete(&poster(&film)).await.done();
    assert!(pictures(&server).is_empty());
    anyone
        .get(&url)
        .await
        .problem(404, "catalogue.poster_not_found");
}

async fn posters_may_lie_in_a_bucket(database: Database) {
    let server = S3Server::start();
    let app = on_bucket(database, &server).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    let bytes = red();
    put(&anna, &film, bytes.clone()).await.done();
    let url = poster_url(&anna, &film).await.unwrap();
    let key = url
        .strip_prefix("https://pictures.example.org/films/")
        .unwrap();
    let object = server.bucket_folder().join(key);
    assert_eq!(fs::read(&object).unwrap(), bytes);
    // They are not served from here, too.
    anna.get(&format!("//files/{key}"))
        .await
        .problem(404, "http.not_found");

    put(&anna, &film, picture(ImageFormat::WebP, [9, 9, 9]))
        .await
        .done();
    assert_ne!(poster_url(&anna, &film).await.unwrap(), url);
    assert!(!object.exists());
    anna.delete(&poster(&film)).await.done();
    assert_eq!(poster_url(&anna, &film).await, None);
    assert!(pictures(&server).is_empty());
}

async fn a_bucket_that_is_down_changes_nothing(database: Database) {
    let mut server = S3Server::start();
    let app = on_bucket(database, &server).await;
    let anna = app.somebody().await;
    let (film, bare) = (
        anna.add_film("Stalker").await,
        anna.add_film("Solaris").await,
    );
    put(&anna, &film, red()).await.done();
    let before = anna.get(&format!("/films/{film}")).await.json(200);
    server.stop();
    for film in [&film, &bare] {
        let answer = put(&anna, film, picture(ImageFormat::Png, [1, 2, 3]))
            .await
            .expect(503);
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
        answer.problem(503, "catalogue.poster_store_unavailable");
    }
    assert_eq!(anna.get(&format!("/films/{film}")).await.json(200), before);
    assert_eq!(poster_url(&anna, &bare).await, None);

    let readiness = eventually("it says so", Duration::from_secs(15), async || {
        let answer = anna.get("//readyz").await;
        (answer.status != 200).then_some(answer)
    });
    let problem = readiness.await.problem(503, "upkeep.not_ready");
    let down: Vec<&Value> = problem["parts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|part| part["is_ready"] == false)
        .collect();
    assert_eq!(down.len(), 1, "{problem}");
    assert_eq!(down[0]["name"], "storage");
    anna.get("//healthz").await.expect(200);
    // What needs no pictures goes on.
    anna.get(&format!("/films/{film}")).await.expect(200);
}

/// A picture of so many bytes at the least, which no encoder makes smaller.
fn noise(bytes: usize) -> Vec<u8> {
    let side = u32::try_from(bytes.isqrt()).unwrap();
    let mut seed = 1_u32;
    let image = RgbImage::from_fn(side, side, |_, _| {
        Rgb([(); 3].map(|()| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed.to_be_bytes()[0]
        }))
    });
    let mut png = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image)
        .write_to(&mut png, ImageFormat::Png)
        .unwrap();
    png.into_inner()
}

async fn a_disk_without_room_changes_nothing_and_shows_what_is_there(database: Database) {
    const ROOM: u32 = 6 * 1024;
    let setup = Setup::without_films(database).await;
    let setup = setup.set("FILMHUB_JOBS", "off").with_files_up_to(ROOM);
    let app = setup.start().await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    put(&anna, &film, red()).await.done();
    let before = anna.get(&format!("/films/{film}")).await.json(200);
    let folder = app.setup.data().join("files");

    let answer = put(&anna, &film, noise(7 * 1024 * 1024 / 3))
        .await
        .expect(503);
    assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
    answer.problem(503, "catalogue.poster_store_full");
    assert_eq!(anna.get(&format!("/films/{film}")).await.json(200), before);
    assert_eq!(files(&folder).len(), 1);

    let url = before["poster_url"].as_str().unwrap();
    anna.get(url).await.expect(200);
    assert_eq!(anna.get(&as_it_was_sent(url)).await.expect(200).body, red());
    put(&anna, &film, picture(ImageFormat::Jpeg, [1, 2, 3]))
        .await
        .done();
}

async fn images_are_made_by_a_job(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    put(&anna, &film, large_picture(300, 450)).await.done();
    let folder = app.setup.data().join("files");
    let patience = Duration::from_secs(30);
    eventually("all images are there", patience, async || {
        (files(&folder).len() == 11).then_some(())
    })
    .await;
    anna.delete(&poster(&film)).await.done();
    assert!(files(&folder).is_empty());
}
