//! Files of our own making, in the shapes that MovieLens uses.
use super::*;
use application::community::ports::FiledRating;
use chrono::DateTime;
use domain::{
    catalogue::{ExternalRef, ExternalSource, GenreSlug, ReleaseYear},
    taste::Rating,
};
use std::{fs, io::Write, path::PathBuf};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

const RATINGS: &str = "userId,movieId,rating,timestamp\n7,10,4.5,1000000000\n7,11,0.5,1000000001\n";
const MOVIES: &str = "movieId,title,genres\n\
     10,\"Lantern, The (1971)\",Drama|Sci-Fi|IMAX\n\
     11,Harbour,(no genres listed)\n";
const LINKS: &str = "movieId,imdbId,tmdbId\n10,0000071,710\n11,12345678,\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn whole() -> TempDir {
    folder(&[
        ("ratings.csv", RATINGS),
        ("movies.csv", MOVIES),
        ("links.csv", LINKS),
    ])
}

async fn survey(path: &Path) -> Result<Survey, BadFiles> {
    MovieLensFiles::open(path)?.survey().await
}

async fn ratings(path: &Path, after: u64) -> Vec<FiledRating> {
    let mut portions = MovieLensFiles::open(path).unwrap().ratings(after);
    let mut all = Vec::new();
    while let Some(portion) = portions.next().await.unwrap() {
        all.extend(portion);
    }
    all
}

fn rated(rater: i64, item: i64, value: i64, seconds: i64) -> FiledRating {
    FiledRating {
        rater,
        item,
        rating: Rating::try_from(value).unwrap(),
        rated_at: DateTime::from_timestamp(seconds, 0).unwrap(),
    }
}

#[tokio::test]
async fn films_are_told_in_our_words() {
    let files = whole();
    let found = survey(files.path()).await.unwrap();
    assert_eq!(found.ratings, 2);
    let lantern = &found.films[0];
    assert_eq!(
        (lantern.item, lantern.title.as_str(), lantern.year),
        (10, "The Lantern", ReleaseYear::try_from(1971).ok())
    );
    let slugs: Vec<_> = lantern.genres.iter().map(GenreSlug::as_str).collect();
    assert_eq!(slugs, ["drama", "science-fiction"]);
    let name = |source, value| ExternalRef::new(source, value).unwrap();
    assert_eq!(
        lantern.refs,
        [
            name(ExternalSource::Imdb, "tt0000071"),
            name(ExternalSource::Tmdb, "710")
        ]
    );
    let harbour = &found.films[1];
    assert_eq!((harbour.year, harbour.genres.len()), (None, 0));
    assert_eq!(harbour.refs, [name(ExternalSource::Imdb, "tt12345678")]);
}

#[tokio::test]
async fn ratings_are_told_from_any_place_on() {
    let files = whole();
    let all = [
        rated(7, 10, 9, 1_000_000_000),
        rated(7, 11, 1, 1_000_000_001),
    ];
    assert_eq!(ratings(files.path(), 0).await, all);
    assert_eq!(ratings(files.path(), 1).await, all[1..]);
    assert!(ratings(files.path(), 2).await.is_empty());
}

#[tokio::test]
async fn many_ratings_come_in_portions() {
    let mut lines = vec!["userId,movieId,rating,timestamp".to_owned()];
    lines.extend((0..12_000).map(|rater| format!("{rater},10,3.0,1000000000")));
    let text = lines.join("\n");
    let files = folder(&[("ratings.csv", &text), ("movies.csv", MOVIES)]);
    let mut portions = MovieLensFiles::open(files.path()).unwrap().ratings(1_000);
    let mut sizes = Vec::new();
    while let Some(portion) = portions.next().await.unwrap() {
        sizes.push(portion.len());
    }
    assert_eq!(sizes, [5_000, 5_000, 1_000]);
}

#[tokio::test]
async fn what_is_wrong_is_said_with_its_file_and_line() {
    let cases = [
        (
            "ratings.csv",
            "userId,movieId,rating\n",
            "ratings.csv, line 1: must be `userId,movieId,rating,timestamp`, got `userId,movieId,rating`",
        ),
        (
            "ratings.csv",
            "userId,movieId,rating,timestamp\n1,10,4.5,1\n1,10,4.2,1\n",
            "ratings.csv, line 3: rating must be a multiple of 0.5 between 0.5 and 5, got 4.2",
        ),
        (
            "ratings.csv",
            "userId,movieId,rating,timestamp\n1,10,4.5\n",
            "ratings.csv, line 2: must have 4 fields, has 3",
        ),
        (
            "ratings.csv",
            "userId,movieId,rating,timestamp\n1,12,4.5,1\n",
            "ratings.csv, line 2: movies.csv has no film 12",
        ),
        (
            "ratings.csv",
            "userId,movieId,rating,timestamp\nanna,10,4.5,1\n",
            "ratings.csv, line 2: userId must be a number, got `anna`",
        ),
        (
            "ratings.csv",
            "userId,movieId,rating,timestamp\n1,10,4.5,-1\n",
            "ratings.csv, line 2: timestamp must be a time in seconds, got -1",
        ),
        (
            "movies.csv",
            "movieId,title,genres\n10,A,\n11,B,\"Drama\nWar\"\n10,D,\n",
            "movies.csv, line 5: movieId 10 is there twice",
        ),
        (
            "movies.csv",
            "movieId,title,genres\n10,,Drama\n",
            "movies.csv, line 2: title must not be empty",
        ),
        (
            "links.csv",
            "movieId,imdbId,tmdbId\n10,tt1,\n",
            "links.csv, line 2: imdbId must be a number, got `tt1`",
        ),
    ];
    for (file, text, message) in cases {
        let files = whole();
        fs::write(files.path().join(file), text).unwrap();
        let refused = survey(files.path()).await.unwrap_err();
        assert_eq!(refused.to_string(), message);
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_said_to_be_none() {
    let files = whole();
    fs::write(
        files.path().join("movies.csv"),
        b"movieId,title,genres\n10,\xff,\n",
    )
    .unwrap();
    let refused = survey(files.path()).await.unwrap_err();
    assert_eq!(refused.to_string(), "movies.csv, line 2: must be UTF-8");
}

#[test]
fn a_place_without_the_files_is_refused() {
    let files = folder(&[("ratings.csv", RATINGS)]);
    let refused = MovieLensFiles::open(files.path()).unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("there is no movies.csv in ")
    );
    let nowhere = MovieLensFiles::open(&files.path().join("nowhere.zip")).unwrap_err();
    assert!(nowhere.to_string().ends_with("nowhere.zip cannot be read"));
    let no_zip = files.path().join("ratings.csv");
    assert!(MovieLensFiles::open(&no_zip).is_err());
}

#[tokio::test]
async fn a_zip_tells_the_same_as_the_folder_in_it() {
    let files = whole();
    let path = files.path().join("small-set.zip");
    let mut archive = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    for (name, text) in [
        ("__MACOSX/small-set/ratings.csv", "shadow"),
        ("small-set/ratings.csv", RATINGS),
        ("small-set/movies.csv", MOVIES),
        ("small-set/links.csv", LINKS),
    ] {
        archive
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    assert_eq!(
        survey(&path).await.unwrap(),
        survey(files.path()).await.unwrap()
    );
    assert_eq!(ratings(&path, 1).await, ratings(files.path(), 1).await);
    let name = MovieLensFiles::usual_name(&path).unwrap();
    assert_eq!(name.as_str(), "small-set");
}

#[tokio::test]
async fn other_files_have_another_digest() {
    let files = whole();
    let before = survey(files.path()).await.unwrap().digest;
    fs::write(files.path().join("links.csv"), "movieId,imdbId,tmdbId\n").unwrap();
    assert_ne!(survey(files.path()).await.unwrap().digest, before);
}

#[tokio::test]
async fn older_sets_have_colons_between_the_fields_and_letters_of_latin_1() {
    let files = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(PathBuf::from(files.path()).join(name), bytes);
    write("ratings.dat", b"1::5::5::978300760\r\n2::5::1::978300761\n").unwrap();
    write(
        "movies.dat",
        b"5::Mis\xe9rables, Les (1995)::Children's|Musical\n",
    )
    .unwrap();
    let found = survey(files.path()).await.unwrap();
    assert_eq!(found.films[0].title.as_str(), "Les Misérables");
    let all = ratings(files.path(), 0).await;
    assert_eq!(
        all,
        [rated(1, 5, 10, 978_300_760), rated(2, 5, 2, 978_300_761)]
    );
    write("ratings.dat", b"1::5::5::978300760\n1::5\n").unwrap();
    let refused = survey(files.path()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "ratings.dat, line 2: must have 4 fields, has 2"
    );
}
