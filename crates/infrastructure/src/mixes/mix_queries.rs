//! Reads of mixes.
use crate::{
    catalogue::{
        FLAG_COLUMNS, FLAG_JOINS, FRESH_FOR, FilmCards, FlagReader, Seen, flag_lists,
        shared_failure,
    },
    library::{read_colours, read_gradient},
    persistence::{Database, Query},
};
use application::{
    catalogue::views::FlaggedFilm, mixes::ports::MixQueries, shared::store::StoreError,
};
use async_trait::async_trait;
use domain::{
    identity::UserId,
    library::HexColor,
    mixes::{Mix, MixId},
    shared::Id,
};
use moka::future::Cache;
use sea_orm::DatabaseConnection;
use shaku::Component;
use std::sync::{Arc, LazyLock};
use uuid::Uuid;

static LIST_FILMS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT f.id, f.revision, {FLAG_COLUMNS} FROM mixes m \
         LEFT JOIN mix_films x ON x.mix_id = m.id LEFT JOIN films f ON f.id = x.film_id \
         {FLAG_JOINS} WHERE m.id = $4 ORDER BY x.position"
    )
});

/// The mixes in memory.
#[derive(Clone)]
pub struct MixCache(Cache<(), Arc<[Mix]>>);

impl Default for MixCache {
    fn default() -> Self {
        Self(Cache::builder().time_to_live(FRESH_FOR).build())
    }
}

/// Reads from the pool, the list of mixes once a minute.
#[derive(Component)]
#[shaku(interface = MixQueries)]
pub struct SqlMixQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    #[shaku(inject)]
    cards: Arc<dyn FilmCards>,
    cache: MixCache,
}

#[async_trait]
impl MixQueries for SqlMixQueries {
    async fn list(&self) -> Result<Arc<[Mix]>, StoreError> {
        self.cache
            .0
            .try_get_with((), read_mixes(self.database.connection()))
            .await
            .map_err(shared_failure)
    }

    async fn list_films(
        &self,
        mix: MixId,
        viewer: Option<UserId>,
    ) -> Result<Option<Vec<FlaggedFilm>>, StoreError> {
        let mut values = flag_lists(viewer).to_vec();
        values.push(mix.as_uuid().into());
        let rows = Query::new(&LIST_FILMS, values)
            .all(self.database.connection())
            .await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut seen = Vec::with_capacity(rows.len());
        for row in &rows {
            if let Some(film) = row.get::<Option<Uuid>>(0)? {
                let flags = FlagReader { first: 2 }.read(row)?;
                seen.push(Seen {
                    film: Id::from_uuid(film),
                    revision: row.get(1)?,
                    flags,
                });
            }
        }
        self.cards.complete(seen).await.map(Some)
    }

    async fn list_poster_colours(
        &self,
        mix: MixId,
        most: u32,
    ) -> Result<Vec<HexColor>, StoreError> {
        const LIST: &str = "SELECT f.poster_colour FROM mix_films x \
             JOIN films f ON f.id = x.film_id \
             WHERE x.mix_id = $1 AND f.poster_colour IS NOT NULL ORDER BY x.position LIMIT $2";
        let values = [mix.as_uuid().into(), i64::from(most).into()];
        let rows = Query::new(LIST, values)
            .all(self.database.connection())
            .await?;
        read_colours(&rows)
    }
}

async fn read_mixes(connection: &DatabaseConnection) -> Result<Arc<[Mix]>, StoreError> {
    const READ: &str = "SELECT id, title_en, title_ru, color1, color2, color3 \
         FROM mixes ORDER BY position, id";
    let rows = Query::new(READ, []).all(connection).await?;
    rows.iter()
        .map(|row| {
            let colors: [String; 3] = [row.get(3)?, row.get(4)?, row.get(5)?];
            let [first, second, third] = &colors;
            Ok(Mix {
                id: Id::from_uuid(row.get(0)?),
                english: row.get(1)?,
                russian: row.get(2)?,
                gradient: read_gradient(first, second, third)?,
            })
        })
        .collect()
}
