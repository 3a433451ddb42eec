//! Learns from a file of acts and ranks films for histories; what `bench/recommend` measures.
//!
//! `recommend TRAIN HISTORIES WHEN MOST`: both files have the columns user, item, rating and timestamp.
//! WHEN is `last` (each user asks right after the last act of their history) or `newest` (all ask after
//! the newest act of TRAIN). Lines of `user,item,rank` go to the standard output, and what it took, as
//! one JSON object, to the standard error.
use learning::{Act, Acts, Model, Past, Settings};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    env,
    error::Error,
    fs,
    io::{self, BufWriter, Write},
    time::Instant,
};

type Failure = Box<dyn Error>;

/// A line of a file.
struct Row {
    user: u64,
    item: u64,
    rating: f32,
    at: i64,
}

fn rows_of(path: &str) -> Result<Vec<Row>, Failure> {
    let text = fs::read_to_string(path)?;
    let rows = text.lines().skip(1).map(|line| {
        let columns: Vec<&str> = line.split(',').collect();
        let [user, item, rating, at] = columns.as_slice() else {
            return Err(Failure::from(format!(
                "`{line}` does not have four columns"
            )));
        };
        Ok(Row {
            user: user.parse()?,
            item: item.parse()?,
            rating: rating.parse()?,
            at: at.parse()?,
        })
    });
    rows.collect()
}

/// Numbers from 0 for whatever comes.
#[derive(Default)]
struct Numbers(HashMap<u64, u32>);

impl Numbers {
    fn of(&mut self, name: u64) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(name).or_insert(next)
    }
}

/// How long the processor has worked for this process, in seconds.
fn processor_seconds() -> f64 {
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let (_, after_name) = stat.rsplit_once(')').unwrap_or_default();
    let fields = after_name.split_whitespace().skip(11).take(2);
    fields
        .filter_map(|field| field.parse::<f64>().ok())
        .sum::<f64>()
        / TICKS
}

/// The most memory that the process has held, in kibibytes.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The best films that are not in a history.
fn best(scores: &[f32], seen: &HashSet<u32>, most: usize) -> Vec<u32> {
    let films = (0_u32..)
        .zip(scores)
        .filter(|(film, _)| !seen.contains(film));
    let mut films: Vec<(u32, f32)> = films.map(|(film, score)| (film, *score)).collect();
    if most < films.len() {
        films.select_nth_unstable_by(most, |(_, one), (_, other)| other.total_cmp(one));
        films.truncate(most);
    }
    films.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    films.into_iter().map(|(film, _)| film).collect()
}

fn run(train: &str, histories: &str, when: &str, most: &str) -> Result<(), Failure> {
    let most: usize = most.parse()?;
    let rows = rows_of(train)?;
    let (mut users, mut films) = (Numbers::default(), Numbers::default());
    let acts: Vec<Act> = rows
        .iter()
        .map(|row| Act {
            user: users.of(row.user),
            film: films.of(row.item),
            stars: row.rating,
            at: row.at,
        })
        .collect();
    let newest = rows.iter().map(|row| row.at).max().unwrap_or(0);
    let settings = Settings::default();
    let (began, worked) = (Instant::now(), processor_seconds());
    let acts = Acts::new(acts, films.0.len(), settings.acts_of_each);
    let model = Model::train(&acts, &settings)?;
    let (train_seconds, train_cpu) = (began.elapsed().as_secs_f64(), processor_seconds() - worked);
    let bytes = model.to_bytes();
    let model = Model::from_bytes(&bytes)?;

    let mut pasts: BTreeMap<u64, Vec<Past>> = BTreeMap::new();
    for row in rows_of(histories)? {
        let past = pasts.entry(row.user).or_default();
        if let Some(film) = films.0.get(&row.item) {
            past.push(Past {
                film: *film,
                stars: row.rating,
                at: row.at,
            });
        }
    }
    let names: HashMap<u32, u64> = films.0.iter().map(|(name, film)| (*film, *name)).collect();
    let mut output = BufWriter::new(io::stdout().lock());
    writeln!(output, "user,item,rank")?;
    let (mut micros, worked) = (Vec::new(), processor_seconds());
    for (user, past) in &pasts {
        let now = match when {
            "last" => past.iter().map(|act| act.at).max().unwrap_or(newest),
            _ => newest,
        };
        let began = Instant::now();
        let seen: HashSet<u32> = past.iter().map(|act| act.film).collect();
        let films = best(&model.score(past, now), &seen, most);
        micros.push(began.elapsed().as_micros());
        for (film, rank) in films.iter().zip(1..) {
            let name = names.get(film).copied().unwrap_or_default();
            writeln!(output, "{user},{name},{rank}")?;
        }
    }
    output.flush()?;
    let score_cpu = processor_seconds() - worked;
    micros.sort_unstable();
    let at = |share: usize| micros.get(micros.len() * share / 100).copied().unwrap_or(0);
    eprintln!(
        "{{\"users\": {}, \"films\": {}, \"acts\": {}, \"train_seconds\": {train_seconds:.3}, \
         \"train_cpu_seconds\": {train_cpu:.3}, \"model_bytes\": {}, \"requests\": {}, \
         \"requests_cpu_seconds\": {score_cpu:.3}, \"micros_p50\": {}, \"micros_p99\": {}, \
         \"peak_memory_kib\": {}}}",
        acts.users(),
        model.films(),
        acts.count(),
        bytes.len(),
        pasts.len(),
        at(50),
        at(99),
        peak_memory(),
    );
    Ok(())
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [train, histories, when, most] = arguments.as_slice() else {
        return Err("usage: recommend TRAIN HISTORIES last|newest MOST".into());
    };
    run(train, histories, when, most)
}
