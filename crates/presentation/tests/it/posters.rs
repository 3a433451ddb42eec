//! Posters: put, taken away, served.
use crate::support::{Answer, Call, TestApi, settings};
use actix_web::http::Method;
use application::fakes::{World, a_film, a_poster_of, a_user};
use domain::{
    catalogue::{FilmId, PosterKey},
    identity::User,
};
use std::fs;

const KIND: &str = "multipart/form-data; boundary=edge";

struct Scene {
    api: TestApi,
    anna: User,
    film: FilmId,
}

async fn scene() -> Scene {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let film = api.world.has(a_film().owned_by(anna.id)).id;
    Scene { api, anna, film }
}

impl Scene {
    fn put(&self) -> Call<'_> {
        let path = format!("/api/v1/films/{}/poster", self.film);
        self.api.put(path).by(&self.api.world.token_of(&self.anna))
    }

    fn delete(&self) -> Call<'_> {
        let path = format!("/api/v1/films/{}/poster", self.film);
        self.api
            .delete(path)
            .by(&self.api.world.token_of(&self.anna))
    }

    fn stored_poster(&self) -> Option<String> {
        let stored = self.api.world.stored();
        stored
            .film(self.film)
            .unwrap()
            .poster
            .as_ref()
            .map(ToString::to_string)
    }
}

fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, content) in parts {
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.gif\"\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    body
}

#[actix_web::test]
async fn a_poster_is_put_replaced_and_taken_away() {
    let scene = scene().await;
    scene
        .put()
        .body(KIND, form(&[("file", b"PNG one")]))
        .expect(204)
        .await;
    let first = scene.stored_poster().unwrap();
    let parts: &[(&str, &[u8])] = &[("comment", b"mine"), ("file", b"JPEG two"), ("more", b"x")];
    scene.put().body(KIND, form(parts)).expect(204).await;
    let second = scene.stored_poster().unwrap();
    assert_ne!(first, second);
    assert_eq!(scene.api.world.posters.count(), 1);
    scene.delete().expect(204).await;
    assert_eq!(scene.api.world.posters.count(), 0);
    let again = scene.delete().expect(404).await;
    assert_eq!(again.code(), "catalogue.poster_not_found");
}

async fn refused(scene: &Scene, content: &[u8], status: u16, code: &str) -> Answer {
    let answer = scene
        .put()
        .body(KIND, form(&[("file", content)]))
        .expect(status)
        .await;
    assert_eq!(answer.code(), code);
    assert_eq!(scene.stored_poster(), None);
    answer
}

#[actix_web::test]
async fn what_is_no_fit_picture_is_refused() {
    let scene = scene().await;
    refused(&scene, b"GIF89a", 400, "catalogue.not_a_picture").await;
    refused(&scene, b"", 400, "catalogue.not_a_picture").await;
    refused(&scene, b"HUGE", 400, "catalogue.too_many_pixels").await;
    let mut large = b"PNG".to_vec();
    large.resize(10 * 1024 * 1024, 0);
    scene
        .put()
        .body(KIND, form(&[("file", &large)]))
        .expect(204)
        .await;
    scene.delete().expect(204).await;
    large.push(0);
    refused(&scene, &large, 413, "catalogue.picture_too_large").await;
    let declared = scene
        .put()
        .body(KIND, form(&[]))
        .header("Content-Length", "99999999");
    assert_eq!(
        declared.expect(413).await.code(),
        "catalogue.picture_too_large"
    );
}

#[actix_web::test]
async fn a_body_that_is_no_form_with_a_file_is_refused() {
    let scene = scene().await;
    let missing = scene
        .put()
        .body(KIND, form(&[("image", b"PNG")]))
        .expect(400)
        .await;
    assert_eq!(
        missing.faults(),
        [("file".to_owned(), "missing".to_owned())]
    );
    scene.put().body("image/png", "PNG").expect(415).await;
    scene.put().bare_body("PNG").expect(415).await;
    scene
        .put()
        .body("multipart/form-data", form(&[("file", b"PNG")]))
        .expect(400)
        .await;
    scene.put().body(KIND, "garbage").expect(400).await;
    scene
        .put()
        .body(KIND, form(&[("other", &vec![0; 100_000])]))
        .expect(413)
        .await;
}

#[actix_web::test]
async fn strangers_are_refused_before_their_picture_is_read() {
    let scene = scene().await;
    let bob = scene.api.world.has(a_user().with_email("bob@example.org"));
    let token = scene.api.world.token_of(&bob);
    let path = format!("/api/v1/films/{}/poster", scene.film);
    // The body is no picture and not even a form, which nobody comes to see.
    let answer = scene
        .api
        .put(&path)
        .by(&token)
        .body("text/plain", "x")
        .expect(403)
        .await;
    assert_eq!(answer.detail(), "Film is not owned by you");
    scene.api.delete(&path).by(&token).expect(403).await;
    let nowhere = "/api/v1/films/00000000-0000-4000-8000-000000000000/poster";
    scene
        .api
        .put(nowhere)
        .by(&token)
        .body(KIND, form(&[]))
        .expect(404)
        .await;
    scene.api.delete(nowhere).by(&token).expect(404).await;
}

#[actix_web::test]
async fn a_store_that_is_down_changes_nothing() {
    let scene = scene().await;
    scene.api.world.posters.set_down(true);
    refused(&scene, b"PNG", 503, "catalogue.poster_store_unavailable").await;
    scene.api.world.posters.set_down(false);
    scene.api.world.inspector.set_busy(true);
    refused(&scene, b"PNG", 503, "catalogue.pictures_busy").await;
}

#[actix_web::test]
async fn posters_on_the_disk_are_served_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new();
    let film = world.has(a_film());
    let key = a_poster_of(film.id, "JPEG");
    let file = folder.path().join(key.as_str());
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, b"JPEG bytes").unwrap();
    fs::write(folder.path().join("secret"), b"no").unwrap();
    let mut settings = settings();
    settings.files_dir = Some(folder.path().to_owned());
    let api = TestApi::with(world, settings).await;
    let path = format!("/files/{key}");
    let whole = api.get(&path).expect(200).await;
    assert_eq!(whole.body, b"JPEG bytes");
    assert_eq!(whole.header("content-type"), "image/jpeg");
    assert_eq!(
        whole.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert!(!whole.header("last-modified").is_empty());
    let etag = whole.header("etag").to_owned();
    api.get(&path)
        .header("If-None-Match", &etag)
        .expect(304)
        .await;
    let part = api
        .get(&path)
        .header("Range", "bytes=0-3")
        .expect(206)
        .await;
    assert_eq!(part.body, b"JPEG");
    api.get(&path)
        .header("Range", "bytes=100-")
        .expect(416)
        .await;
    api.get(&path)
        .header("If-Match", "\"other\"")
        .expect(412)
        .await;
    for other in [
        "/files/secret",
        "/files/posters/../secret",
        "/files/%2e%2e/secret",
        "/files/",
        "/files//etc/passwd",
    ] {
        api.get(other).expect(404).await;
    }
    api.get(format!("/files/{}", a_poster_of(film.id, "PNG")))
        .expect(404)
        .await;
    api.post(&path).expect(405).await;
}

#[actix_web::test]
async fn posters_elsewhere_are_not_served_here() {
    let scene = scene().await;
    let key = a_poster_of(scene.film, "JPEG");
    scene.api.get(format!("/files/{key}")).expect(404).await;
}

/// A poster that lies in the store of the world.
fn stored(api: &TestApi, content: &'static str) -> PosterKey {
    let film = api.world.has(a_film());
    let key = a_poster_of(film.id, content);
    api.world.posters.has(&key, content);
    key
}

#[actix_web::test]
async fn an_image_is_sent_in_the_format_that_the_client_names() {
    let api = TestApi::new().await;
    let path = format!("/images/500/{}", stored(&api, "JPEG"));
    for (accept, kind) in [
        ("image/avif,image/webp,image/apng,*/*;q=0.8", "image/webp"),
        ("image/png, IMAGE/WEBP;q=0.1", "image/webp"),
        ("image/webp;q=0, image/*", "image/jpeg"),
        ("image/*,*/*;q=0.8", "image/jpeg"),
        ("image/webp;;;", "image/jpeg"),
    ] {
        let image = api.get(&path).header("Accept", accept).expect(200).await;
        assert_eq!(image.header("content-type"), kind, "{accept}");
        assert!(image.header("vary").contains("accept"));
        let ending = if kind == "image/webp" {
            ".500.webp"
        } else {
            ".500.jpg"
        };
        assert!(image.text().contains(ending), "{}", image.text());
    }
    let unsaid = api.get(&path).expect(200).await;
    assert_eq!(unsaid.header("content-type"), "image/jpeg");
    let original = path.replace("/500/", "/original/");
    let original = api.get(original).expect(200).await;
    assert_eq!(original.header("content-type"), "image/jpeg");
    assert_eq!(original.body, b"JPEG");
}

#[actix_web::test]
async fn an_image_may_be_kept_for_ever_and_is_not_sent_twice() {
    let api = TestApi::new().await;
    let path = format!("/images/92/{}", stored(&api, "PNG"));
    let image = api.get(&path).expect(200).await;
    let forever = "public, max-age=31536000, immutable";
    assert_eq!(image.header("cache-control"), forever);
    let etag = image.header("etag").to_owned();
    assert!(etag.starts_with('"'));
    for known in [etag.as_str(), "*", &format!("\"other\", W/{etag}")] {
        let again = api.get(&path).header("If-None-Match", known);
        let again = again.expect(304).await;
        assert!(again.body.is_empty());
        assert_eq!(again.header("etag"), etag);
        assert_eq!(again.header("cache-control"), forever);
        assert!(again.header("vary").contains("accept"));
    }
    // What is known in one format is news in another.
    let webp = api.get(&path).header("Accept", "image/webp");
    let webp = webp.header("If-None-Match", &etag).expect(200).await;
    assert_ne!(webp.header("etag"), etag);
    api.call(Method::HEAD, &path).expect(200).await;
    api.post(&path).expect(405).await;
}

#[actix_web::test]
async fn what_is_no_image_is_not_found() {
    let api = TestApi::new().await;
    let key = stored(&api, "JPEG");
    let other = a_poster_of(api.world.has(a_film()).id, "JPEG");
    let missing = api.get(format!("/images/500/{other}")).expect(404).await;
    assert_eq!(missing.code(), "catalogue.poster_not_found");
    assert_eq!(missing.header("cache-control"), "no-store");
    let known = api.get(format!("/images/500/{other}"));
    known.header("If-None-Match", "*").expect(404).await;
    for path in [
        format!("/images/501/{key}"),
        format!("/images/w500/{key}"),
        format!("/images/500/{key}.webp"),
        format!("/images/500/../{key}"),
        format!("/images/500/%2e%2e/{key}"),
        "/images/500/".to_owned(),
        "/images/500".to_owned(),
    ] {
        let answer = api.get(&path).expect(404).await;
        assert_eq!(answer.code(), "http.not_found", "{path}");
    }
}

#[actix_web::test]
async fn images_that_cannot_be_had_now_may_be_asked_for_again() {
    let api = TestApi::new().await;
    let path = format!("/images/500/{}", stored(&api, "JPEG"));
    api.world.images.set_busy(true);
    let busy = api.get(&path).expect(503).await;
    assert_eq!(busy.code(), "catalogue.images_busy");
    assert!(!busy.header("retry-after").is_empty());
    assert_eq!(busy.header("cache-control"), "no-store");
    api.world.images.set_busy(false);
    api.world.posters.set_down(true);
    let down = api.get(&path).expect(503).await;
    assert_eq!(down.code(), "catalogue.poster_store_unavailable");
    api.world.posters.set_down(false);
    api.get(&path).expect(200).await;
}

#[actix_web::test]
async fn the_details_of_a_film_tell_of_its_poster_in_all_sizes() {
    let api = TestApi::new().await;
    let film = api.world.has(a_film()).id;
    let path = format!("/api/v1/films/{film}/details");
    assert!(api.get(&path).expect(200).await.json()["poster_urls"].is_null());
    let shown = api.world.has(a_film());
    let shown = api
        .world
        .has(a_film().with_poster(a_poster_of(shown.id, "JPEG")));
    let details = api.get(format!("/api/v1/films/{}/details", shown.id));
    let details = details.expect(200).await.json();
    let urls = details["poster_urls"].as_object().unwrap();
    let sizes: Vec<&str> = urls.keys().map(String::as_str).collect();
    assert_eq!(sizes, ["185", "342", "500", "780", "92", "original"]);
    assert_eq!(urls["500"], details["poster_url"]);
    let path = urls["92"].as_str().unwrap();
    assert!(path.starts_with("http://localhost:8080/images/92/posters/"));
}

#[actix_web::test]
async fn lists_and_details_tell_how_posters_look() {
    let scene = scene().await;
    scene
        .put()
        .body(KIND, form(&[("file", b"PNG one")]))
        .expect(204)
        .await;
    let bare = scene.api.world.has(a_film()).id;
    let page = scene.api.get("/api/v1/films").expect(200).await.json();
    let films = page["items"].as_array().unwrap();
    for film in films {
        let details = format!("/api/v1/films/{}/details", film["id"].as_str().unwrap());
        let details = scene.api.get(details).expect(200).await.json();
        let is_bare = film["id"] == bare.to_string();
        for member in ["poster_blurhash", "poster_colour"] {
            assert_eq!(film[member], details[member]);
            assert_eq!(film[member].is_null(), is_bare, "{member}");
        }
    }
    assert_eq!(films.len(), 2);
    let shown = scene.api.get(format!("/api/v1/films/{}", scene.film));
    let shown = shown.expect(200).await.json();
    assert!(shown.get("poster_blurhash").is_none());
}
