//! Rows of the table `watchlists`.
use crate::persistence::corrupt;
use application::shared::store::StoreError;
use domain::{
    library::{
        Gradient, MalformedHexColor, UnknownWatchlistKind, Watchlist, WatchlistKind, WatchlistTitle,
    },
    shared::Id,
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "watchlists")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) title: String,
    pub(crate) kind: String,
    pub(crate) color1: String,
    pub(crate) color2: String,
    pub(crate) color3: String,
    pub(crate) created_at: DateTimeUtc,
    /// Who is to choose colours; nobody where they were chosen.
    pub(crate) colors_due: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<&Watchlist> for Model {
    fn from(list: &Watchlist) -> Self {
        Self {
            id: list.id.as_uuid(),
            user_id: list.owner.as_uuid(),
            title: list.title.as_str().to_owned(),
            kind: list.kind.name().to_owned(),
            color1: list.gradient.first().to_string(),
            color2: list.gradient.second().to_string(),
            color3: list.gradient.third().to_string(),
            created_at: list.created_at,
            colors_due: (list.kind == WatchlistKind::Custom).then(|| "posters".to_owned()),
        }
    }
}

impl TryFrom<Model> for Watchlist {
    type Error = StoreError;
    fn try_from(row: Model) -> Result<Self, StoreError> {
        let gradient = read_gradient(&row.color1, &row.color2, &row.color3)?;
        Ok(Self {
            id: Id::from_uuid(row.id),
            owner: Id::from_uuid(row.user_id),
            title: WatchlistTitle::parse(&row.title)
                .map_err(|source| corrupt("watchlist", source))?,
            kind: row
                .kind
                .parse()
                .map_err(|source: UnknownWatchlistKind| corrupt("watchlist", source))?,
            gradient,
            created_at: row.created_at,
        })
    }
}

/// Reads three stored colours.
pub(crate) fn read_gradient(
    first: &str,
    second: &str,
    third: &str,
) -> Result<Gradient, StoreError> {
    let color = |text: &str| {
        text.parse()
            .map_err(|source: MalformedHexColor| corrupt("gradient", source))
    };
    Ok(Gradient::new(color(first)?, color(second)?, color(third)?))
}
