//! Answers searches from an index in memory, and says how long each took; what `bench/search` measures.
//!
//! `search FILMS QUERIES AT_ONCE MOST [BASE MODEL [KEY_FILE]]`: both files hold one JSON object per line. A film has `title`
//! and what else is known of it; a query has `title` or `description`. The answer is one JSON object
//! per query: `found`, the numbers of films by their lines, the best first; `micros`, how long the
//! search took; `waited_micros`, the same with the time before it had its turn. With the base of a server
//! that speaks like OpenAI's and a model for embeddings there is also `meant`, the films whose words mean
//! most nearly the same, and `fused`, the one ranking that the product makes of both.
use application::{
    assistant::ports::Embedder,
    catalogue::{
        ports::FilmIndex,
        search_films::{OF_MEANING, OF_WORDS},
    },
    shared::store::StoreError,
};
use async_trait::async_trait;
use domain::catalogue::{FilmId, Meaning, fuse, nearest, votes};
use infrastructure::{
    assistant::{ModelConfig, ModelConnection, OpenAiEmbedder, OpenAiEmbedderParameters},
    catalogue::film_index::{
        FilmDocument, FilmFeed, FilmIndexState, TantivyFilmIndex, TantivyFilmIndexParameters,
    },
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
        components = [TantivyFilmIndex, OpenAiEmbedder],
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
    #[serde(skip_serializing_if = "Option::is_none")]
    meant: Option<Vec<u128>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fused: Option<Vec<u128>>,
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
        micros: started.elapsed().as_micros(),
        waited_micros: asked.elapsed().as_micros(),
        found: lines(&found),
        meant: None,
        fused: None,
    })
}

/// The lines of films.
fn lines(films: &[FilmId]) -> Vec<u128> {
    films.iter().map(|film| film.as_uuid().as_u128()).collect()
}

fn film_of(line: u128) -> FilmId {
    FilmId::from_uuid(Uuid::from_u128(line))
}

/// Puts texts into numbers, as many at a time as the product does.
async fn embed(embedder: &dyn Embedder, texts: &[String]) -> Result<Vec<Meaning>, Failure> {
    const TOGETHER: usize = 16;
    let mut meanings = Vec::with_capacity(texts.len());
    for some in texts.chunks(TOGETHER) {
        let some: Vec<&str> = some.iter().map(String::as_str).collect();
        meanings.extend(embedder.embed(&some, Duration::from_mins(5)).await?);
    }
    Ok(meanings)
}

/// Adds to the answers what means the like.
async fn add_meanings(
    embedder: &dyn Embedder,
    films: &[FilmDocument],
    queries: &[Query],
    answers: &mut [Answer],
    most: usize,
) -> Result<(), Failure> {
    let texts: Vec<String> = films.iter().map(FilmDocument::in_words).collect();
    let meanings = embed(embedder, &texts).await?;
    let ids = films.iter().map(|film| film.id);
    let meanings: HashMap<FilmId, Meaning> = ids.zip(meanings).collect();
    let words = |query: &Query| {
        let words = query.description.clone().or_else(|| query.title.clone());
        words.unwrap_or_default().chars().take(2_000).collect()
    };
    let texts: Vec<String> = queries.iter().map(words).collect();
    let meant = embed(embedder, &texts).await?;
    for (answer, meant) in answers.iter_mut().zip(&meant) {
        let found: Vec<FilmId> = answer.found.iter().copied().map(film_of).collect();
        let near = nearest(meant, meanings.iter(), most);
        let mut fused = fuse(votes(&found, OF_WORDS).chain(votes(&near, OF_MEANING)));
        fused.truncate(most);
        answer.meant = Some(lines(&near));
        answer.fused = Some(lines(&fused));
    }
    Ok(())
}

/// The way to a model, if one is named: base, model, and the file that holds the key.
fn connection(named: &[String]) -> Result<Option<Arc<ModelConnection>>, Failure> {
    let [base, model, key_file @ ..] = named else {
        return Ok(None);
    };
    let key = key_file.first().map(fs::read_to_string).transpose()?;
    let config = ModelConfig {
        base: base.parse()?,
        key: key.map(|key| key.trim().to_owned().into()),
        model: model.clone(),
        proxy: None,
    };
    Ok(Some(ModelConnection::prepare(&config)?))
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

async fn run(
    [films, queries, at_once, most]: [&str; 4],
    model: Option<Arc<ModelConnection>>,
) -> Result<(), Failure> {
    let films: Vec<Film> = lines_of(films)?;
    let queries: Vec<Query> = lines_of(queries)?;
    let documents = (0..).zip(films).map(|(line, film)| film.document(line));
    let documents: Vec<FilmDocument> = documents.collect();
    let known = documents.iter().cloned();
    let feed = FixedFeed(known.map(|film| (film.id, film)).collect());
    let has_model = model.is_some();
    let most = most.parse()?;
    let state = FilmIndexState::new(None, Arc::new(feed));
    let wired = Wired::builder()
        .with_component_parameters::<TantivyFilmIndex>(TantivyFilmIndexParameters {
            state: Arc::clone(&state),
        })
        .with_component_parameters::<OpenAiEmbedder>(OpenAiEmbedderParameters { connection: model })
        .build();
    let cancelled = CancellationToken::new();
    let follower = tokio::spawn(state.follow(cancelled.clone()));
    let index: Arc<dyn FilmIndex> = wired.resolve();
    while index.check().await.is_err() {
        sleep(Duration::from_millis(20)).await;
    }
    let mut answers = ask(index, queries.clone(), at_once.parse()?, most).await?;
    if has_model {
        let embedder: Arc<dyn Embedder> = wired.resolve();
        add_meanings(embedder.as_ref(), &documents, &queries, &mut answers, most).await?;
    }
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
    let [films, queries, at_once, most, model @ ..] = arguments.as_slice() else {
        return Err("usage: search FILMS QUERIES AT_ONCE MOST [BASE MODEL [KEY_FILE]]".into());
    };
    let needed = [films, queries, at_once, most].map(String::as_str);
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async { run(needed, connection(model)?).await })
}
