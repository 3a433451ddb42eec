//! The statement behind a list of films.
use super::{FLAG_COLUMNS, FLAG_JOINS, film_cards::CARD_COLUMNS, flag_lists, folding::folded};
use crate::persistence::{Row, in_list};
use application::{
    catalogue::ports::{FilmFilter, FilmKey, FilmOrder, FilmPosition, ViewerFilter},
    shared::{page::PageRequest, store::StoreError},
};
use domain::identity::UserId;
use sea_orm::Value;
use std::fmt::Write;
use uuid::Uuid;

/// Writes the statement; each row is a card, flags, and the film's place in the order.
pub(super) fn statement(
    filter: &FilmFilter,
    order: FilmOrder,
    page: &PageRequest<FilmKey>,
    viewer: Option<UserId>,
) -> (String, Vec<Value>) {
    let (column, is_descending) = order_column(order);
    let mut list = Statement {
        conditions: String::new(),
        values: flag_lists(viewer).to_vec(),
    };
    list.filter(filter);
    list.filter_by_viewer(filter.told, viewer);
    if let Some(key) = &page.after {
        list.start_after(key, column, is_descending);
    }
    let direction = if is_descending { "DESC" } else { "ASC" };
    let most = i64::from(page.size.get()) + 1;
    let limit = list.bind(most);
    let Statement { conditions, values } = list;
    let sql = format!(
        "SELECT {CARD_COLUMNS}, {FLAG_COLUMNS}, f.{column} FROM films f {FLAG_JOINS} \
         WHERE 1 = 1{conditions} ORDER BY f.{column} {direction}, f.id {direction} LIMIT {limit}"
    );
    (sql, values)
}

/// Reads a film's place in the order.
pub(super) fn position(
    order: FilmOrder,
    row: &Row,
    column: usize,
) -> Result<FilmPosition, StoreError> {
    Ok(match order {
        FilmOrder::Title | FilmOrder::TitleDescending => FilmPosition::Title(row.get(column)?),
        FilmOrder::Year | FilmOrder::YearDescending => FilmPosition::Year(row.get(column)?),
        FilmOrder::NewestFirst => FilmPosition::Added(row.get(column)?),
    })
}

const fn order_column(order: FilmOrder) -> (&'static str, bool) {
    match order {
        FilmOrder::Title => ("sort_title", false),
        FilmOrder::TitleDescending => ("sort_title", true),
        FilmOrder::Year => ("sort_year", false),
        FilmOrder::YearDescending => ("sort_year", true),
        FilmOrder::NewestFirst => ("created_at", true),
    }
}

struct Statement {
    conditions: String,
    values: Vec<Value>,
}

impl Statement {
    /// Binds a value and gives its place.
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn require(&mut self, condition: &str) {
        // Writing to a string cannot fail.
        let _ = write!(self.conditions, " AND {condition}");
    }

    fn filter(&mut self, filter: &FilmFilter) {
        let genres: Vec<Uuid> = filter.genres.iter().map(|genre| genre.as_uuid()).collect();
        if !genres.is_empty() {
            let (places, values) = in_list(self.values.len() + 1, &genres);
            self.values.extend(values);
            self.require(&format!(
                "EXISTS (SELECT 1 FROM film_genres g \
                 WHERE g.film_id = f.id AND g.genre_id IN ({places}))"
            ));
        }
        if let Some(country) = &filter.country {
            let place = self.bind(folded(country));
            self.require(&format!(
                "f.id IN (SELECT c.film_id FROM film_countries c WHERE c.folded = {place})"
            ));
        }
        if let Some(person) = &filter.person {
            let place = self.bind(folded(person));
            self.require(&format!(
                "f.id IN (SELECT m.film_id FROM film_people m \
                 JOIN people p ON p.id = m.person_id WHERE p.folded = {place})"
            ));
        }
        if let Some(year) = filter.year_from {
            let place = self.bind(year);
            self.require(&format!("f.sort_year >= {place}"));
        }
        if let Some(year) = filter.year_to {
            let place = self.bind(year);
            // A film of unknown year is of no year in particular.
            self.require(&format!("f.sort_year BETWEEN 1 AND {place}"));
        }
        if let Some(kind) = filter.kind {
            let place = self.bind(kind.name());
            self.require(&format!("f.kind = {place}"));
        }
    }

    fn filter_by_viewer(&mut self, told: ViewerFilter, viewer: Option<UserId>) {
        let flags = [
            ("watched", told.watched),
            ("wish", told.wish),
            ("liked", told.liked),
        ];
        for (list, wanted) in flags {
            match wanted {
                Some(true) => self.require(&format!("{list}.film_id IS NOT NULL")),
                Some(false) => self.require(&format!("{list}.film_id IS NULL")),
                None => {}
            }
        }
        if let Some(is_rated) = told.rated {
            let place = self.bind(viewer.map_or(Uuid::nil(), domain::shared::Id::as_uuid));
            let not = if is_rated { "" } else { "NOT " };
            self.require(&format!(
                "{not}EXISTS (SELECT 1 FROM film_ratings r \
                 WHERE r.user_id = {place} AND r.film_id = f.id)"
            ));
        }
    }

    fn start_after(&mut self, key: &FilmKey, column: &str, is_descending: bool) {
        let sign = if is_descending { "<" } else { ">" };
        let place = match &key.position {
            FilmPosition::Title(title) => self.bind(title.as_str()),
            FilmPosition::Year(year) => self.bind(*year),
            FilmPosition::Added(at) => self.bind(*at),
        };
        let film = self.bind(key.film.as_uuid());
        self.require(&format!("(f.{column}, f.id) {sign} ({place}, {film})"));
    }
}
