//! Answers searches from an index in memory, and says how long each took; what `bench/search` measures.
//!
//! `search FILMS QUERIES AT_ONCE MOST`: both files hold one JSON object per line. A film has `title`
//! and what else is known of it; a query has `title` or `description`. The answer is one JSON object
//! per query: `found`, the numbers of films by their lines, the best first; `micros`, how long the
//! search took; `waited_micros`, the same with the time before it had its turn.
use application::{catalogue::ports::FilmIndex, shared::store::StoreError};
use async_trait::async_trait;
use domain::catalogue::FilmId;
use infrastructure::catalogue::film_index::{
    FilmDocument, FilmFeed, FilmIndexState, TantivyFilmIndex, TantivyFilmIndexParameters,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shaku::{HasComponent, module};
use std::{
    collections::{BTreeMap, HashMap},
    env,
    error::Error,
    fs,
    io::{self, BufWriter, Write},
    ops::Bound,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    runtime,
    sync::{Mutex, mpsc},
    task::JoinSet,
    time::sleep,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

module! {
    Wired {
        components = [TantivyFilmIndex],
        providers = []
    }
}

type Failure = Box<dyn Error + Send + Sync>;

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Film {
    title: String,
    year: Option<u16>,
    genres: Vec<String>,
    directors: Vec<String>,
    cast: Vec<String>,
    countries: Vec<String>,
    description: String,
}

impl Film {
    fn document(self, line: u128) -> FilmDocument {
        FilmDocument {
            id: FilmId::from_uuid(Uuid::from_u128(line)),
            title: self.title,
            alternative_titles: Vec::new(),
            description: self.description,
            year: self.year,
            directors: self.directors,
            cast: self.cast,
            genres: self.genres,
            countries: self.countries,
            keywords: Vec::new(),
        }
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Query {
    title: Option<String>,
    description: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    found: Vec<u128>,
    micros: u128,
    waited_micros: u128,
}

/// Films that never change.
struct FixedFeed(BTreeMap<FilmId, FilmDocument>);

#[async_trait]
impl FilmFeed for FixedFeed {
    async fn catalogue_id(&self) -> Result<Uuid, StoreError> {
        Ok(Uuid::nil())
    }

    async fn newest_change(&self) -> Result<i64, StoreError> {
        Ok(0)
    }

    async fn changes_after(&self, _: i64, _: u32) -> Result<Vec<(i64, FilmId)>, StoreError> {
        Ok(Vec::new())
    }

    async fn documents(&self, films: &[FilmId]) -> Result<Vec<FilmDocument>, StoreError> {
        let known = films.iter().filter_map(|film| self.0.get(film).cloned());
        Ok(known.collect())
    }

    async fn documents_after(
        &self,
        after: Option<FilmId>,
        most: u32,
    ) -> Result<Vec<FilmDocument>, StoreError> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let following = self.0.range((from, Bound::Unbounded)).take(most);
        Ok(following.map(|(_, film)| film.clone()).collect())
    }
}

fn lines_of<T: DeserializeOwned>(path: &str) -> Result<Vec<T>, Failure> {
    let text = fs::read_to_string(path)?;
    let objects = text.lines().map(serde_json::from_str);
    Ok(objects.collect::<Result<_, _>>()?)
}

async fn answer(
    index: &dyn FilmIndex,
    query: &Query,
    most: usize,
    asked: Instant,
) -> Result<Answer, Failure> {
    let started = Instant::now();
    let title = query.title.as_deref();
    let found = match &query.description {
        Some(words) => index.find_by_description(title, words, most).await?,
        None => index.find_by_title(title.unwrap_or_default(), most).await?,
    };
    Ok(Answer {
        found: found
            .into_iter()
            .map(|film| film.as_uuid().as_u128())
            .collect(),
        micros: started.elapsed().as_micros(),
        waited_micros: asked.elapsed().as_micros(),
    })
}

/// Asks all queries, so many at once that as many callers wait for their answer at any time.
async fn ask(
    index: Arc<dyn FilmIndex>,
    queries: Vec<Query>,
    at_once: usize,
    most: usize,
) -> Result<Vec<Answer>, Failure> {
    let (sender, receiver) = mpsc::channel(at_once);
    let receiver = Arc::new(Mutex::new(receiver));
    let mut callers = JoinSet::new();
    for _ in 0..at_once {
        let (index, receiver) = (Arc::clone(&index), Arc::clone(&receiver));
        callers.spawn(async move {
            let mut answers = HashMap::new();
            loop {
                let next = receiver.lock().await.recv().await;
                let Some((place, query)) = next else {
                    return Ok::<_, Failure>(answers);
                };
                // Those who asked stand in line for a processor, as requests do.
                let asked = Instant::now();
                tokio::task::yield_now().await;
                answers.insert(place, answer(index.as_ref(), &query, most, asked).await?);
            }
        });
    }
    for numbered in queries.into_iter().enumerate() {
        sender.send(numbered).await?;
    }
    drop(sender);
    let mut answers = BTreeMap::new();
    while let Some(ended) = callers.join_next().await {
        answers.extend(ended??);
    }
    Ok(answers.into_values().collect())
}

async fn run(films: &str, queries: &str, at_once: &str, most: &str) -> Result<(), Failure> {
    let films: Vec<Film> = lines_of(films)?;
    let queries: Vec<Query> = lines_of(queries)?;
    let documents = (0..).zip(films).map(|(line, film)| film.document(line));
    let feed = FixedFeed(documents.map(|film| (film.id, film)).collect());
    let state = FilmIndexState::new(None, Arc::new(feed));
    let wired = Wired::builder()
        .with_component_parameters::<TantivyFilmIndex>(TantivyFilmIndexParameters {
            state: Arc::clone(&state),
        })
        .build();
    let cancelled = CancellationToken::new();
    let follower = tokio::spawn(state.follow(cancelled.clone()));
    let index: Arc<dyn FilmIndex> = wired.resolve();
    while index.check().await.is_err() {
        sleep(Duration::from_millis(20)).await;
    }
    let answers = ask(index, queries, at_once.parse()?, most.parse()?).await?;
    cancelled.cancel();
    follower.await?;
    let mut output = BufWriter::new(io::stdout().lock());
    for answer in answers {
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
    }
    Ok(output.flush()?)
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [films, queries, at_once, most] = arguments.as_slice() else {
        return Err("usage: search FILMS QUERIES AT_ONCE MOST".into());
    };
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(films, queries, at_once, most))
}
