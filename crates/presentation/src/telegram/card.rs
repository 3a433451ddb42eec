//! A film as the bot shows it: words, poster, and what can be done with it.
use super::{
    html::{beginning, escaped},
    press::Press,
    talk::Talk,
    words::Words,
};
use crate::PosterAddresses;
use application::{
    catalogue::views::{FilmCard, FlaggedFilm, Flags},
    telegram::ports::{Button, Keyboard, Message},
};
use domain::{
    catalogue::{FilmId, ImageSize},
    library::StandardList,
};
use url::{Host, Url};

/// How much of a title and of a description is shown; far less than a message may hold.
const TITLE: usize = 200;
const DESCRIPTION: usize = 700;
/// How many numbers stand in a row.
const IN_A_ROW: usize = 5;

impl Talk<'_> {
    /// A film with its marks, and further rows of buttons.
    pub(super) fn card(&self, film: &FlaggedFilm, rows: Vec<Vec<Button>>) -> Message {
        let mut keyboard = vec![marks(self.words, film)];
        keyboard.extend(rows);
        Message {
            html: told(&film.card),
            picture: picture(&self.bot.face.posters, &film.card),
            keyboard: Keyboard(keyboard),
        }
    }
}

/// The title in a line, as it stands in lists.
pub(super) fn line(card: &FilmCard) -> String {
    let title = escaped(&beginning(&card.title, TITLE));
    match card.release_year {
        Some(year) => format!("{title} ({year})"),
        None => title,
    }
}

fn told(card: &FilmCard) -> String {
    let title = escaped(&beginning(&card.title, TITLE));
    let mut told = format!("<b>{title}</b>");
    let facts = [
        card.release_year.map(|year| year.to_string()),
        card.country.clone(),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    if !facts.is_empty() {
        told.push('\n');
        told.push_str(&escaped(&facts.join(" · ")));
    }
    let description = beginning(&card.description, DESCRIPTION);
    if !description.is_empty() {
        told.push_str("\n\n");
        told.push_str(&escaped(&description));
    }
    told
}

/// Where Telegram can fetch the poster. What only this machine reaches is not told: nobody would see
/// anything.
fn picture(addresses: &PosterAddresses, card: &FilmCard) -> Option<String> {
    let url = addresses
        .url(card.poster.as_ref()?, ImageSize::W500)
        .to_string();
    let is_public = match Url::parse(&url).ok()?.host()? {
        Host::Domain(name) => name != "localhost",
        Host::Ipv4(address) => !address.is_loopback(),
        Host::Ipv6(address) => !address.is_loopback(),
    };
    is_public.then_some(url)
}

/// The buttons that put a film on the standard lists or take it off.
pub(super) fn marks(words: &Words, film: &FlaggedFilm) -> Vec<Button> {
    let Flags {
        is_liked,
        is_wish,
        is_watched,
    } = film.flags;
    [
        (StandardList::Wish, is_wish, "🔖", words.wish),
        (StandardList::Liked, is_liked, "❤️", words.liked),
        (StandardList::Watched, is_watched, "👁", words.watched),
    ]
    .map(|(list, is_on, sign, name)| {
        let sign = if is_on { "✅" } else { sign };
        let press = Press::Mark {
            list,
            on: !is_on,
            film: film.card.id,
        };
        press.button(format!("{sign} {name}"))
    })
    .to_vec()
}

/// A number for each film that was found, the one that is shown marked; nothing to choose from is not
/// shown.
pub(super) fn numbers(films: &[FilmId], shown: FilmId) -> Vec<Vec<Button>> {
    if films.len() < 2 {
        return Vec::new();
    }
    let buttons: Vec<Button> = (1..)
        .zip(films)
        .map(|(number, film)| {
            let words = if *film == shown {
                format!("· {number} ·")
            } else {
                number.to_string()
            };
            Press::Turn(*film).button(words)
        })
        .collect();
    in_rows(&buttons, IN_A_ROW)
}

/// Buttons in rows of so many.
pub(super) fn in_rows(buttons: &[Button], width: usize) -> Vec<Vec<Button>> {
    buttons.chunks(width).map(<[Button]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        catalogue::{PictureFormat, PosterKey},
        shared::Id,
    };

    fn film(number: u128) -> FilmId {
        Id::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn a_card() -> FilmCard {
        FilmCard {
            id: film(1),
            title: "Tom & Jerry".to_owned(),
            description: String::new(),
            country: Some("USA".to_owned()),
            release_year: Some(1992),
            poster: Some(PosterKey::new(film(1), &[7; 32], PictureFormat::Jpeg)),
            poster_looks: None,
            tmdb: None,
            owner: None,
            is_complete: true,
            revision: 1,
        }
    }

    #[test]
    fn a_card_fits_into_a_message_whatever_it_says() {
        let card = FilmCard {
            title: "<".repeat(2_000),
            description: "& ".repeat(50_000),
            ..a_card()
        };
        // Letters count as they are read, not as they are written.
        let read = told(&card).replace("&lt;", "<").replace("&amp;", "&");
        assert!(read.chars().count() < 1_100);
        assert_eq!(told(&a_card()), "<b>Tom &amp; Jerry</b>\n1992 · USA");
    }

    #[test]
    fn posters_are_shown_where_telegram_reaches_them() {
        let shown = |base: &str| {
            let base = base.to_owned();
            let originals = None;
            picture(&PosterAddresses::Images { base, originals }, &a_card())
        };
        let public = shown("https://films.example/images").unwrap();
        assert!(public.starts_with("https://films.example/images/500/"));
        for own in [
            "http://localhost:8080/images",
            "http://127.0.0.1/i",
            "http://[::1]/i",
        ] {
            assert_eq!(shown(own), None);
        }
    }

    #[test]
    fn one_film_has_no_number() {
        assert!(numbers(&[film(1)], film(1)).is_empty());
        let films: Vec<FilmId> = (1..=7).map(film).collect();
        let rows = numbers(&films, film(2));
        assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [5, 2]);
        assert_eq!(rows[0][1].words, "· 2 ·");
    }
}
