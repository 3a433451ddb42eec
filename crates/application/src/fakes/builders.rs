//! Builders of things that are valid unless a test says otherwise.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that asks for something impossible is to fail where it asks"
)]
use super::{
    catalogue::FilmExtras,
    identity::{FakePasswordHasher, digest_of},
    state::Stored,
    system::{SequentialIds, opening_time},
};
use crate::{
    catalogue::views::{Attribution, Credit},
    shared::clock::IdGenerator,
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    assistant::{Author, Conversation, MessageText, Question},
    catalogue::{
        CountryName, Film, FilmContent, FilmDescription, FilmId, FilmKind, FilmTitle, Genre,
        GenreId, Mood, PictureFormat, PosterKey, PosterLooks, ReleaseYear, TmdbId,
    },
    identity::{
        EmailAddress, Role, Session, SessionKind, Standing, TelegramId, User, UserId, Username,
    },
    library::{Gradient, Watchlist, WatchlistTitle},
    mixes::Mix,
    recommendation::Recommendation,
    shared::{Id, Language},
};
use std::sync::LazyLock;

/// Identifiers of things that are built outside a world; those of worlds are of another series.
static ELSEWHERE: LazyLock<SequentialIds> = LazyLock::new(|| SequentialIds::of_series(2));

/// Where what a test does not care about comes from: identifiers and the time.
#[derive(Debug)]
pub struct Origin<'a> {
    pub(super) ids: &'a SequentialIds,
    pub(super) now: DateTime<Utc>,
}

impl Origin<'_> {
    fn id<K>(&self) -> Id<K> {
        let ids: &dyn IdGenerator = self.ids;
        ids.next()
    }
}

/// Something that can be built alone, or given to a [`World`](super::World).
pub trait Fixture: Sized {
    /// What is built.
    type Thing;

    /// Builds it.
    fn made(self, origin: &Origin<'_>) -> Self::Thing;

    /// Builds it into what is stored; what it refers to must be there.
    #[doc(hidden)]
    fn put(self, origin: &Origin<'_>, stored: &mut Stored) -> Self::Thing;

    /// Builds it alone, for example to store it through a unit of work. Its identifier is unique in
    /// the process.
    #[must_use]
    fn build(self) -> Self::Thing {
        self.made(&Origin {
            ids: &ELSEWHERE,
            now: opening_time(),
        })
    }
}

/// Builds a user.
#[derive(Clone, Debug)]
pub struct UserBuilder {
    email: Option<EmailAddress>,
    has_email: bool,
    telegram: Option<TelegramId>,
    username: Username,
    password: Option<String>,
    role: Role,
    is_active: bool,
}

/// A user who may come in by e-mail address and [`UserBuilder::PASSWORD`]. In a world they have
/// their three standard lists.
#[must_use]
pub fn a_user() -> UserBuilder {
    UserBuilder {
        email: None,
        has_email: true,
        telegram: None,
        username: Username::parse("Anna").expect("a valid name"),
        password: Some(UserBuilder::PASSWORD.to_owned()),
        role: Role::User,
        is_active: true,
    }
}

impl UserBuilder {
    /// The password of users who were not given another.
    pub const PASSWORD: &'static str = "correct horse";

    /// Gives an address; without it, it is made of the identifier.
    #[must_use]
    #[track_caller]
    pub fn with_email(mut self, email: &str) -> Self {
        self.email = Some(EmailAddress::parse(email).expect("a valid address"));
        self.has_email = true;
        self
    }

    /// Gives a password.
    #[must_use]
    pub fn with_password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self
    }

    /// Takes the password away.
    #[must_use]
    pub fn without_password(mut self) -> Self {
        self.password = None;
        self
    }

    /// Gives a name.
    #[must_use]
    #[track_caller]
    pub fn named(mut self, username: &str) -> Self {
        self.username = Username::parse(username).expect("a valid name");
        self
    }

    /// Makes them come by Telegram, with neither address nor password.
    #[must_use]
    pub fn of_telegram(mut self, telegram: i64) -> Self {
        self.telegram = Some(TelegramId(telegram));
        self.has_email = false;
        self.without_password()
    }

    /// Makes them an administrator.
    #[must_use]
    pub fn admin(mut self) -> Self {
        self.role = Role::Admin;
        self
    }

    /// Shuts them out.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.is_active = false;
        self
    }
}

impl Fixture for UserBuilder {
    type Thing = User;

    fn made(self, origin: &Origin<'_>) -> User {
        let id: UserId = origin.id();
        let own_email = || {
            let address = format!("user-{}@example.org", id.as_uuid().simple());
            EmailAddress::parse(&address).expect("a valid address")
        };
        let standing = if self.is_active {
            Standing::Active
        } else {
            Standing::Disabled { since: origin.now }
        };
        User {
            id,
            email: self.has_email.then(|| self.email.unwrap_or_else(own_email)),
            email_verified_at: None,
            telegram: self.telegram,
            username: self.username,
            first_name: None,
            last_name: None,
            language: None,
            role: self.role,
            standing,
            password: self.password.as_deref().map(FakePasswordHasher::hash_of),
            created_at: origin.now,
            updated_at: origin.now,
        }
    }

    #[track_caller]
    fn put(self, origin: &Origin<'_>, stored: &mut Stored) -> User {
        let user = self.made(origin);
        stored.insert_user(&user).expect("a user to be stored");
        for list in Watchlist::standard_set(user.id, Language::Russian, origin.now) {
            stored.insert_watchlist(&list).expect("a list to be stored");
        }
        user
    }
}

/// Builds a session.
#[derive(Clone, Debug)]
pub struct SessionBuilder {
    user: Option<UserId>,
    kind: SessionKind,
    life: Duration,
}

/// A session of one long-lived token; it needs a user.
#[must_use]
pub fn a_session() -> SessionBuilder {
    SessionBuilder {
        user: None,
        kind: SessionKind::LongToken,
        life: Duration::days(31),
    }
}

impl SessionBuilder {
    /// Says whose it is.
    #[must_use]
    pub fn of(mut self, user: UserId) -> Self {
        self.user = Some(user);
        self
    }

    /// Makes it one with refresh tokens.
    #[must_use]
    pub fn refreshable(mut self) -> Self {
        self.kind = SessionKind::Refreshable;
        self
    }

    /// Says how long it lives.
    #[must_use]
    pub fn living(mut self, life: Duration) -> Self {
        self.life = life;
        self
    }
}

impl Fixture for SessionBuilder {
    type Thing = Session;

    fn made(self, origin: &Origin<'_>) -> Session {
        let user = self.user.unwrap_or_else(|| origin.id());
        Session::open(origin.id(), user, self.kind, None, self.life, origin.now)
    }

    #[track_caller]
    fn put(self, origin: &Origin<'_>, stored: &mut Stored) -> Session {
        let session = self.made(origin);
        stored
            .insert_session(&session)
            .expect("a session to be stored");
        session
    }
}

/// Builds a film.
#[derive(Clone, Debug)]
pub struct FilmBuilder {
    content: FilmContent,
    kind: FilmKind,
    poster: Option<PosterKey>,
    poster_looks: Option<PosterLooks>,
    tmdb: Option<TmdbId>,
    owner: Option<UserId>,
    extras: FilmExtras,
}

/// A film of the catalogue with a title and a description.
#[must_use]
pub fn a_film() -> FilmBuilder {
    let description = "A psychologist is sent to a station above an ocean that remembers.";
    FilmBuilder {
        content: FilmContent {
            title: FilmTitle::parse("Solaris").expect("a valid title"),
            description: Some(FilmDescription::parse(description).expect("a valid description")),
            genres: Vec::new(),
            country: None,
            release_year: None,
        },
        kind: FilmKind::Movie,
        poster: None,
        poster_looks: None,
        tmdb: None,
        owner: None,
        extras: FilmExtras::default(),
    }
}

impl FilmBuilder {
    /// Gives a title.
    #[must_use]
    #[track_caller]
    pub fn titled(mut self, title: &str) -> Self {
        self.content.title = FilmTitle::parse(title).expect("a valid title");
        self
    }

    /// Gives a description.
    #[must_use]
    #[track_caller]
    pub fn described(mut self, description: &str) -> Self {
        let description = FilmDescription::parse(description).expect("a valid description");
        self.content.description = Some(description);
        self
    }

    /// Takes the description away.
    #[must_use]
    pub fn without_description(mut self) -> Self {
        self.content.description = None;
        self
    }

    /// Says who added it.
    #[must_use]
    pub fn owned_by(mut self, owner: UserId) -> Self {
        self.owner = Some(owner);
        self
    }

    /// Adds a genre.
    #[must_use]
    pub fn with_genre(mut self, genre: GenreId) -> Self {
        self.content.genres.push(genre);
        self
    }

    /// Says from which country it is.
    #[must_use]
    #[track_caller]
    pub fn from_country(mut self, country: &str) -> Self {
        let name = CountryName::parse(country).expect("a valid country");
        self.extras.countries.push(name.as_str().to_owned());
        self.content.country.get_or_insert(name);
        self
    }

    /// Says in which year it was released.
    #[must_use]
    #[track_caller]
    pub fn released_in(mut self, year: i64) -> Self {
        self.content.release_year = Some(ReleaseYear::try_from(year).expect("a valid year"));
        self
    }

    /// Says whether it is a film, a series or anime.
    #[must_use]
    pub fn of_kind(mut self, kind: FilmKind) -> Self {
        self.kind = kind;
        self
    }

    /// Says how its poster looks.
    #[must_use]
    pub fn looking(mut self, looks: PosterLooks) -> Self {
        self.poster_looks = Some(looks);
        self
    }

    /// Gives a poster; its bytes are put into the poster store separately.
    #[must_use]
    pub fn with_poster(mut self, poster: PosterKey) -> Self {
        self.poster = Some(poster);
        self
    }

    /// Gives a number at TMDB.
    #[must_use]
    pub fn with_tmdb(mut self, number: i64) -> Self {
        self.tmdb = Some(TmdbId(number));
        self.known_as("tmdb", &number.to_string())
    }

    /// Gives a name in another catalogue.
    #[must_use]
    pub fn known_as(mut self, source: &str, name: &str) -> Self {
        let name = (source.to_owned(), name.to_owned());
        self.extras.external_ids.push(name);
        self
    }

    /// Says how long it is.
    #[must_use]
    pub fn lasting(mut self, minutes: u16) -> Self {
        self.extras.runtime_minutes = Some(minutes);
        self
    }

    /// Adds somebody who directed it.
    #[must_use]
    pub fn directed_by(mut self, name: &str) -> Self {
        self.extras.directors.push(credit(name));
        self
    }

    /// Adds somebody who plays in it.
    #[must_use]
    pub fn with_actor(mut self, name: &str) -> Self {
        self.extras.cast.push(credit(name));
        self
    }

    /// Says whose words the description is.
    #[must_use]
    pub fn attributed_to(mut self, source: &str, url: &str, licence: &str) -> Self {
        self.extras.attribution = Some(Attribution {
            source: source.to_owned(),
            url: Some(url.to_owned()),
            licence: Some(licence.to_owned()),
        });
        self
    }
}

fn credit(name: &str) -> Credit {
    // The same person wherever the same name is.
    let person = Id::named(uuid::Uuid::NAMESPACE_OID, name);
    Credit {
        person,
        name: name.to_owned(),
    }
}

impl Fixture for FilmBuilder {
    type Thing = Film;

    fn made(self, origin: &Origin<'_>) -> Film {
        Film {
            id: origin.id(),
            content: self.content,
            kind: self.kind,
            poster: self.poster,
            poster_looks: self.poster_looks,
            tmdb: self.tmdb,
            owner: self.owner,
            revision: 1,
            created_at: origin.now,
            updated_at: origin.now,
        }
    }

    #[track_caller]
    fn put(self, origin: &Origin<'_>, stored: &mut Stored) -> Film {
        let extras = self.extras.clone();
        let film = self.made(origin);
        stored.insert_film(&film).expect("a film to be stored");
        stored.extras.insert(film.id, extras);
        film
    }
}

/// The key of a poster of a film, different for each content.
#[must_use]
pub fn a_poster_of(film: FilmId, content: &str) -> PosterKey {
    PosterKey::new(film, &digest_of(content.as_bytes()), PictureFormat::Jpeg)
}

/// Builds a watchlist.
#[derive(Clone, Debug)]
pub struct WatchlistBuilder {
    owner: Option<UserId>,
    title: WatchlistTitle,
    films: Vec<FilmId>,
}

/// A list of a user's own; it needs an owner.
#[must_use]
pub fn a_watchlist() -> WatchlistBuilder {
    WatchlistBuilder {
        owner: None,
        title: WatchlistTitle::parse("Rainy days").expect("a valid title"),
        films: Vec::new(),
    }
}

impl WatchlistBuilder {
    /// Says whose it is.
    #[must_use]
    pub fn owned_by(mut self, owner: UserId) -> Self {
        self.owner = Some(owner);
        self
    }

    /// Gives a title.
    #[must_use]
    #[track_caller]
    pub fn titled(mut self, title: &str) -> Self {
        self.title = WatchlistTitle::parse(title).expect("a valid title");
        self
    }

    /// Puts a film on it; only in a world.
    #[must_use]
    pub fn with_film(mut self, film: FilmId) -> Self {
        self.films.push(film);
        self
    }
}

impl Fixture for WatchlistBuilder {
    type Thing = Watchlist;

    fn made(self, origin: &Origin<'_>) -> Watchlist {
        let owner = self.owner.unwrap_or_else(|| origin.id());
        let gradient = Gradient::built_in(0);
        Watchlist::custom(origin.id(), owner, self.title, gradient, origin.now)
    }

    #[track_caller]
    fn put(self, origin: &Origin<'_>, stored: &mut Stored) -> Watchlist {
        let films = self.films.clone();
        let list = self.made(origin);
        stored.insert_watchlist(&list).expect("a list to be stored");
        for film in films {
            stored.add_entry(list.id, list.owner, film, origin.now);
        }
        list
    }
}

/// Builds a genre.
#[derive(Clone, Debug)]
pub struct GenreBuilder {
    english: String,
    russian: String,
}

/// A genre; its Russian name is made of the English one.
#[must_use]
pub fn a_genre(english: &str) -> GenreBuilder {
    GenreBuilder {
        english: english.to_owned(),
        russian: format!("{english} по-русски"),
    }
}

impl GenreBuilder {
    /// Gives a Russian name.
    #[must_use]
    pub fn in_russian(mut self, name: &str) -> Self {
        name.clone_into(&mut self.russian);
        self
    }
}

impl Fixture for GenreBuilder {
    type Thing = Genre;

    fn made(self, origin: &Origin<'_>) -> Genre {
        Genre {
            id: origin.id(),
            english: self.english,
            russian: self.russian,
        }
    }

    fn put(self, origin: &Origin<'_>, stored: &mut Stored) -> Genre {
        let genre = self.made(origin);
        stored.genres.push(genre.clone());
        genre
    }
}

/// Builds a mood.
#[derive(Clone, Debug)]
pub struct MoodBuilder {
    english: String,
    russian: String,
    genres: Vec<GenreId>,
}

/// A mood; its Russian name is made of the English one.
#[must_use]
pub fn a_mood(english: &str) -> MoodBuilder {
    MoodBuilder {
        english: english.to_owned(),
        russian: format!("{english} по-русски"),
        genres: Vec::new(),
    }
}

impl MoodBuilder {
    /// Ties a genre to it.
    #[must_use]
    pub fn with_genre(mut self, genre: GenreId) -> Self {
        self.genres.push(genre);
        self
    }

    /// Gives a Russian name.
    #[must_use]
    pub fn in_russian(mut self, name: &str) -> Self {
        name.clone_into(&mut self.russian);
        self
    }
}

impl Fixture for MoodBuilder {
    type Thing = Mood;

    fn made(self, origin: &Origin<'_>) -> Mood {
        Mood {
            id: origin.id(),
            english: self.english,
            russian: self.russian,
            genres: self.genres,
        }
    }

    fn put(self, origin: &Origin<'_>, stored: &mut Stored) -> Mood {
        let mood = self.made(origin);
        stored.moods.push(mood.clone());
        mood
    }
}

/// Builds a mix.
#[derive(Clone, Debug)]
pub struct MixBuilder {
    english: String,
    films: Vec<FilmId>,
}

/// A mix; its Russian title is made of the English one.
#[must_use]
pub fn a_mix(english: &str) -> MixBuilder {
    MixBuilder {
        english: english.to_owned(),
        films: Vec::new(),
    }
}

impl MixBuilder {
    /// Adds a film behind those it has; only in a world.
    #[must_use]
    pub fn with_film(mut self, film: FilmId) -> Self {
        self.films.push(film);
        self
    }
}

impl Fixture for MixBuilder {
    type Thing = Mix;

    fn made(self, origin: &Origin<'_>) -> Mix {
        Mix {
            id: origin.id(),
            russian: format!("{} по-русски", self.english),
            english: self.english,
            gradient: Gradient::built_in(0),
        }
    }

    fn put(self, origin: &Origin<'_>, stored: &mut Stored) -> Mix {
        let films = self.films.clone();
        let mix = self.made(origin);
        stored.insert_mix(&mix, films);
        mix
    }
}

/// Builds a recommendation.
#[derive(Clone, Copy, Debug)]
pub struct RecommendationBuilder {
    user: UserId,
    film: FilmId,
}

/// A film that is given to a user now.
#[must_use]
pub fn a_recommendation(film: FilmId, user: UserId) -> RecommendationBuilder {
    RecommendationBuilder { user, film }
}

impl Fixture for RecommendationBuilder {
    type Thing = Recommendation;

    fn made(self, origin: &Origin<'_>) -> Recommendation {
        Recommendation {
            id: origin.id(),
            user: self.user,
            film: self.film,
            given_at: origin.now,
        }
    }

    #[track_caller]
    fn put(self, origin: &Origin<'_>, stored: &mut Stored) -> Recommendation {
        let given = self.made(origin);
        stored
            .record(&given)
            .expect("a recommendation to be stored");
        given
    }
}

/// A conversation in the making.
#[derive(Clone, Debug)]
pub struct ConversationBuilder {
    owner: Option<UserId>,
    question: Question,
}

/// A conversation in which a user has asked something. In a world it belongs to somebody; see
/// [`of`](ConversationBuilder::of).
#[must_use]
pub fn a_conversation() -> ConversationBuilder {
    ConversationBuilder {
        owner: None,
        question: Question::parse("What shall I watch?").expect("a question"),
    }
}

impl ConversationBuilder {
    /// Says whose it is.
    #[must_use]
    pub fn of(mut self, owner: UserId) -> Self {
        self.owner = Some(owner);
        self
    }

    /// Begins with other words.
    #[must_use]
    pub fn asking(mut self, question: &str) -> Self {
        self.question = Question::parse(question).expect("a question");
        self
    }
}

impl Fixture for ConversationBuilder {
    type Thing = Conversation;

    fn made(self, origin: &Origin<'_>) -> Conversation {
        let owner = self.owner.unwrap_or_else(|| origin.id());
        Conversation::begin(origin.id(), owner, &self.question, origin.now)
    }

    fn put(self, origin: &Origin<'_>, stored: &mut Stored) -> Conversation {
        let text = MessageText::nearest(self.question.as_str());
        let mut conversation = self.made(origin);
        stored
            .insert_conversation(&conversation)
            .expect("the world has its owner");
        let message = conversation
            .say(origin.id(), Author::User, text, origin.now)
            .expect("there is room");
        stored
            .add_message(&conversation, &message)
            .expect("the conversation is there");
        conversation
    }
}
