//! Posters: put, taken away, served.
use crate::support::{Answer, Call, TestApi, settings};
use application::fakes::{World, a_film, a_poster_of, a_user};
use domain::{catalogue::FilmId, identity::User};
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
