//! Hidden things in the database.
use crate::persistence::{Database, Query, Row, Transaction, corrupt};
use application::{
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
    taste::ports::{HiddenKey, HiddenName, HiddenThing, HideQueries, HideRepository},
};
use async_trait::async_trait;
use domain::{
    identity::UserId,
    taste::{Hidden, HiddenKind, HiddenSubject, UnknownHide},
};
use sea_orm::Value;
use shaku::Component;
use std::sync::Arc;

/// Where things of a kind are, and where it is kept that they are hidden.
struct Place {
    table: &'static str,
    column: &'static str,
    things: &'static str,
    /// The columns of the name in English and in Russian; one where it is the same.
    names: [&'static str; 2],
}

impl Place {
    const fn of(kind: HiddenKind) -> Self {
        match kind {
            HiddenKind::Films => Self {
                table: "hidden_films",
                column: "film_id",
                things: "films",
                names: ["title", "title"],
            },
            HiddenKind::Genres => Self {
                table: "hidden_genres",
                column: "genre_id",
                things: "genres",
                names: ["name_en", "name_ru"],
            },
            HiddenKind::People => Self {
                table: "hidden_people",
                column: "person_id",
                things: "people",
                names: ["name", "name"],
            },
        }
    }

    /// The same again keeps its time.
    fn put(&self) -> String {
        let Self {
            table,
            column,
            things,
            ..
        } = self;
        format!(
            "INSERT INTO {table} (user_id, {column}, how, hidden_at) \
             SELECT $1, t.id, $3, $4 FROM {things} t WHERE t.id = $2 \
             ON CONFLICT (user_id, {column}) DO UPDATE SET how = excluded.how, \
               hidden_at = CASE WHEN {table}.how = excluded.how \
                 THEN {table}.hidden_at ELSE excluded.hidden_at END \
             RETURNING hidden_at"
        )
    }
}

#[async_trait]
impl HideRepository for Transaction {
    async fn put(&self, hidden: &Hidden) -> Result<Option<Hidden>, StoreError> {
        let values = [
            hidden.user.as_uuid().into(),
            hidden.subject.as_uuid().into(),
            hidden.how.name().into(),
            hidden.hidden_at.into(),
        ];
        let sql = Place::of(hidden.subject.kind()).put();
        let Some(row) = Query::new(&sql, values).one(&self.tx).await? else {
            return Ok(None);
        };
        Ok(Some(Hidden {
            hidden_at: row.get(0)?,
            ..*hidden
        }))
    }

    async fn remove(&self, user: UserId, subject: HiddenSubject) -> Result<bool, StoreError> {
        let Place { table, column, .. } = Place::of(subject.kind());
        let sql = format!("DELETE FROM {table} WHERE user_id = $1 AND {column} = $2");
        let values = [user.as_uuid().into(), subject.as_uuid().into()];
        Ok(Query::new(&sql, values).change(&self.tx).await? > 0)
    }
}

/// Reads from the pool.
#[derive(Component)]
#[shaku(interface = HideQueries)]
pub struct SqlHideQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
}

#[async_trait]
impl HideQueries for SqlHideQueries {
    async fn list(
        &self,
        user: UserId,
        kind: HiddenKind,
        page: &PageRequest<HiddenKey>,
    ) -> Result<Page<HiddenThing, HiddenKey>, StoreError> {
        let (sql, values) = listing(user, kind, page);
        let rows = Query::new(&sql, values)
            .all(self.database.connection())
            .await?;
        let things: Vec<HiddenThing> = rows
            .iter()
            .map(|row| read_thing(kind, row))
            .collect::<Result<_, _>>()?;
        Ok(Page::from_overfetched(things, page.size, |thing| {
            HiddenKey {
                hidden_at: thing.hidden_at,
                id: thing.subject.as_uuid(),
            }
        }))
    }
}

fn listing(user: UserId, kind: HiddenKind, page: &PageRequest<HiddenKey>) -> (String, Vec<Value>) {
    let Place {
        table,
        column,
        things,
        names: [english, russian],
    } = Place::of(kind);
    let mut values = vec![
        user.as_uuid().into(),
        (i64::from(page.size.get()) + 1).into(),
    ];
    let mut after = String::new();
    if let Some(key) = page.after {
        values.extend([key.hidden_at.into(), key.id.into()]);
        after = format!(" AND (h.hidden_at, h.{column}) < ($3, $4)");
    }
    let sql = format!(
        "SELECT t.id, t.{english}, t.{russian}, h.how, h.hidden_at FROM {table} h \
         JOIN {things} t ON t.id = h.{column} WHERE h.user_id = $1{after} \
         ORDER BY h.hidden_at DESC, h.{column} DESC LIMIT $2"
    );
    (sql, values)
}

fn read_thing(kind: HiddenKind, row: &Row) -> Result<HiddenThing, StoreError> {
    let how: String = row.get(3)?;
    let how = how.parse();
    let name = match kind {
        HiddenKind::Genres => HiddenName::Translated {
            english: row.get(1)?,
            russian: row.get(2)?,
        },
        HiddenKind::Films | HiddenKind::People => HiddenName::Same(row.get(1)?),
    };
    Ok(HiddenThing {
        subject: kind.of(row.get(0)?),
        name,
        how: how.map_err(|source: UnknownHide| corrupt("hidden thing", source))?,
        hidden_at: row.get(4)?,
    })
}
