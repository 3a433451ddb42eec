//! Reviews, progress, what is hidden, and what goes with a user and with a film.
use super::{Bench, contract, noon, nothing, some_film, somebody};
use application::{
    fakes::{Fixture, a_film, a_genre, a_user},
    shared::{
        page::{PageRequest, PageSize},
        store::StoreError,
    },
    taste::ports::HiddenName,
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    catalogue::FilmId,
    identity::{Standing, UserId},
    taste::{
        Consequence, FilmProgress, FilmRating, Hidden, HiddenKind, HiddenSubject, Hide, Progress,
        Rating, Review, ReviewContent, ReviewText, Stance, Viewing,
    },
};

fn page<K>(size: i64, after: Option<K>) -> PageRequest<K> {
    let size = PageSize::try_from(size).unwrap();
    PageRequest { size, after }
}

fn review(user: UserId, film: FilmId, text: &str, at: DateTime<Utc>) -> Review {
    Review {
        user,
        film,
        content: ReviewContent {
            text: ReviewText::parse(text).unwrap(),
            has_spoilers: true,
            stance: Stance::Negative,
            is_public: true,
        },
        created_at: at,
        updated_at: at,
    }
}

async fn put_review(bench: &Bench, review: &Review) -> Option<Review> {
    let uow = bench.store().begin().await.unwrap();
    let kept = uow.reviews().put(review).await.unwrap();
    uow.commit().await.unwrap();
    kept
}

async fn put_progress(bench: &Bench, progress: FilmProgress) -> Option<FilmProgress> {
    let uow = bench.store().begin().await.unwrap();
    let kept = uow.progress().put(&progress).await.unwrap();
    uow.commit().await.unwrap();
    kept
}

async fn put_hidden(bench: &Bench, hidden: Hidden) -> Option<Hidden> {
    let uow = bench.store().begin().await.unwrap();
    let kept = uow.hides().put(&hidden).await.unwrap();
    uow.commit().await.unwrap();
    kept
}

async fn a_review_keeps_the_time_of_its_first_writing(bench: Bench) {
    let anna = somebody(&bench).await.id;
    let film = some_film(&bench).await;
    let later = noon() + Duration::hours(1);
    let first = review(anna, film, "Slow.\n\n🎬 «Ёж»", noon());
    assert_eq!(put_review(&bench, &first).await.as_ref(), Some(&first));
    let same = review(anna, film, "Slow.\n\n🎬 «Ёж»", later);
    assert_eq!(put_review(&bench, &same).await.as_ref(), Some(&first));
    let mut other = first.clone();
    other.content.is_public = false;
    other.content.stance = Stance::Positive;
    other.updated_at = later;
    assert_eq!(put_review(&bench, &other).await.as_ref(), Some(&other));
    let shown = bench.reviews().show(anna, film).await.unwrap();
    assert_eq!(shown, Some(other));
    let of_nothing = review(anna, nothing(), "Slow.", noon());
    assert_eq!(put_review(&bench, &of_nothing).await, None);
    let uow = bench.store().begin().await.unwrap();
    assert!(uow.reviews().remove(anna, film).await.unwrap());
    assert!(!uow.reviews().remove(anna, film).await.unwrap());
    let by_nobody = review(nothing(), film, "Slow.", noon());
    let refused = uow.reviews().put(&by_nobody).await;
    assert!(
        matches!(refused, Err(StoreError::Dangling(_))),
        "{refused:?}"
    );
}

async fn own_reviews_are_listed_last_changed_first(bench: Bench) {
    let (anna, ben) = (somebody(&bench).await.id, somebody(&bench).await.id);
    let mut expected = Vec::new();
    for age in 0..4 {
        let film = some_film(&bench).await;
        let at = noon() - Duration::minutes(age / 2);
        put_review(&bench, &review(anna, film, "Slow.", at)).await;
        put_review(&bench, &review(ben, film, "Fast.", at)).await;
        expected.push((at, film));
    }
    expected.sort_by(|one, other| other.cmp(one));
    let mut walked = Vec::new();
    let mut after = None;
    loop {
        let request = page(3, after);
        let page = bench.reviews().list(anna, &request).await.unwrap();
        for reviewed in &page.items {
            assert_eq!(reviewed.review.user, anna);
            assert_eq!(reviewed.review.film, reviewed.film.card.id);
            walked.push((reviewed.review.updated_at, reviewed.review.film));
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(walked, expected);
}

async fn reviews_of_a_film_are_read_by_everybody_and_name_their_author_alone(bench: Bench) {
    let (film, other) = (some_film(&bench).await, some_film(&bench).await);
    let mut expected = Vec::new();
    for number in 0..6 {
        let name = format!("User {number}");
        let user = a_user().named(&name).build();
        bench.has_user(&user).await;
        // Several at the same time.
        let at = noon() - Duration::minutes(i64::from(number / 4));
        let mut of_user = review(user.id, film, "Slow.", at);
        put_review(&bench, &review(user.id, other, "Other.", at)).await;
        match number {
            4 => of_user.content.is_public = false,
            5 => {
                let uow = bench.store().begin().await.unwrap();
                let mut user = uow.users().find(user.id).await.unwrap().unwrap();
                user.standing = Standing::Disabled { since: noon() };
                uow.users().save(&user).await.unwrap();
                uow.commit().await.unwrap();
            }
            _ => expected.push((at, user.id, name)),
        }
        put_review(&bench, &of_user).await;
    }
    expected.sort_by(|one, other| other.cmp(one));
    let expected: Vec<String> = expected.into_iter().map(|(_, _, name)| name).collect();
    for size in [1, 3, 100] {
        let mut walked = Vec::new();
        let mut after = None;
        loop {
            let request = page(size, after);
            let found = bench.reviews().list_public(film, &request).await.unwrap();
            let page = found.unwrap();
            walked.extend(page.items.into_iter().map(|review| review.author));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(walked, expected);
    }
    let unreviewed = some_film(&bench).await;
    let reviews = bench.reviews();
    let found = reviews.list_public(unreviewed, &page(3, None)).await;
    assert!(found.unwrap().unwrap().items.is_empty());
    let found = reviews.list_public(nothing(), &page(3, None)).await;
    assert_eq!(found.unwrap(), None);
}

async fn progress_is_kept_and_listed_last_changed_first(bench: Bench) {
    let (anna, ben) = (somebody(&bench).await.id, somebody(&bench).await.id);
    let mut films = Vec::new();
    for (state, age) in Progress::ALL.into_iter().zip(0..) {
        let film = some_film(&bench).await;
        let progress = FilmProgress {
            user: anna,
            film,
            state,
            updated_at: noon() - Duration::minutes(age),
        };
        assert_eq!(put_progress(&bench, progress).await, Some(progress));
        let user = ben;
        put_progress(&bench, FilmProgress { user, ..progress }).await;
        // The same again keeps its time.
        let later = noon() + Duration::hours(1);
        let again = FilmProgress {
            updated_at: later,
            ..progress
        };
        assert_eq!(put_progress(&bench, again).await, Some(progress));
        films.push(film);
    }
    let mut walked = Vec::new();
    let mut after = None;
    loop {
        let request = page(3, after);
        let page = bench.progress().list(anna, None, &request).await.unwrap();
        walked.extend(page.items.iter().map(|listed| listed.film.card.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(walked, films);
    let state = Some(Progress::Completed);
    let listed = bench
        .progress()
        .list(anna, state, &page(9, None))
        .await
        .unwrap();
    let listed: Vec<_> = listed
        .items
        .iter()
        .map(|listed| listed.film.card.id)
        .collect();
    assert_eq!(listed, films[2..3]);
    let of_nothing = FilmProgress {
        user: anna,
        film: nothing(),
        state: Progress::Planned,
        updated_at: noon(),
    };
    assert_eq!(put_progress(&bench, of_nothing).await, None);
    let uow = bench.store().begin().await.unwrap();
    assert!(uow.progress().remove(anna, films[0]).await.unwrap());
    assert!(!uow.progress().remove(anna, films[0]).await.unwrap());
    // It stands on no list, so it is completed no longer; what was not completed stays what it is.
    for film in &films {
        let bare = Viewing::bare(nothing(), anna, *film, noon());
        let follow = uow.tastes().follow(Consequence::ForgetCompletion, &bare);
        follow.await.unwrap();
    }
    assert!(!uow.progress().remove(anna, films[2]).await.unwrap());
    assert!(uow.progress().remove(anna, films[1]).await.unwrap());
}

async fn hidden_things_are_kept_and_listed_last_hidden_first(bench: Bench) {
    let anna = somebody(&bench).await.id;
    let jaws = a_film().titled("Jaws").build();
    bench.has_film(&jaws).await;
    let alien = a_film().titled("Alien").build();
    bench.has_film(&alien).await;
    let horror = bench.has_genre(a_genre("Horror")).await;
    let hidden = |subject, age| Hidden {
        user: anna,
        subject,
        how: Hide::NotInterested,
        hidden_at: noon() - Duration::minutes(age),
    };
    let things = [
        hidden(HiddenSubject::Film(jaws.id), 0),
        hidden(HiddenSubject::Film(alien.id), 1),
        hidden(HiddenSubject::Genre(horror.id), 2),
    ];
    for thing in things {
        assert_eq!(put_hidden(&bench, thing).await, Some(thing));
        let hidden_at = noon() + Duration::hours(1);
        let again = Hidden { hidden_at, ..thing };
        assert_eq!(put_hidden(&bench, again).await, Some(thing));
    }
    let hides = bench.hides();
    let films = hides.list(anna, HiddenKind::Films, &page(1, None)).await;
    let films = films.unwrap();
    assert_eq!(films.items[0].name, HiddenName::Same("Jaws".to_owned()));
    let rest = page(1, films.next);
    let rest = hides.list(anna, HiddenKind::Films, &rest).await.unwrap();
    assert_eq!(rest.items[0].name, HiddenName::Same("Alien".to_owned()));
    assert_eq!(rest.next, None);
    let genres = hides.list(anna, HiddenKind::Genres, &page(9, None)).await;
    let genre = &genres.unwrap().items[0];
    assert_eq!(
        (genre.subject, genre.how),
        (things[2].subject, things[2].how)
    );
    let (english, russian) = (horror.english.clone(), horror.russian.clone());
    assert_eq!(genre.name, HiddenName::Translated { english, russian });
    let people = hides.list(anna, HiddenKind::People, &page(9, None)).await;
    assert!(people.unwrap().items.is_empty());
    for kind in HiddenKind::ALL {
        let of_nothing = hidden(kind.of(uuid::Uuid::from_u128(404)), 0);
        assert_eq!(put_hidden(&bench, of_nothing).await, None);
    }
    let uow = bench.store().begin().await.unwrap();
    for thing in things {
        assert!(uow.hides().remove(anna, thing.subject).await.unwrap());
        assert!(!uow.hides().remove(anna, thing.subject).await.unwrap());
    }
}

/// Tells everything there is to tell of a film.
async fn tell(bench: &Bench, user: UserId, film: FilmId) {
    put_review(bench, &review(user, film, "Slow.", noon())).await;
    let progress = FilmProgress {
        user,
        film,
        state: Progress::Dropped,
        updated_at: noon(),
    };
    put_progress(bench, progress).await;
    let hidden = Hidden {
        user,
        subject: HiddenSubject::Film(film),
        how: Hide::Hide,
        hidden_at: noon(),
    };
    put_hidden(bench, hidden).await;
    let rating = FilmRating {
        user,
        film,
        rating: Rating::MIN,
        rated_at: noon(),
    };
    let uow = bench.store().begin().await.unwrap();
    uow.ratings().put(&rating).await.unwrap();
    let id = domain::shared::Id::named(user.as_uuid(), &film.to_string());
    let bare = Viewing::bare(id, user, film, noon());
    uow.viewings().insert(&bare).await.unwrap();
    uow.commit().await.unwrap();
}

/// How many things a user has told, of each sort.
async fn told(bench: &Bench, user: UserId, film: FilmId) -> [usize; 5] {
    let one = |is_there: bool| usize::from(is_there);
    let progress = bench.progress().list(user, None, &page(9, None)).await;
    let hidden = bench.hides();
    let hidden = hidden.list(user, HiddenKind::Films, &page(9, None)).await;
    [
        one(bench.reviews().show(user, film).await.unwrap().is_some()),
        progress.unwrap().items.len(),
        hidden.unwrap().items.len(),
        one(bench.ratings().show(user, film).await.unwrap().is_some()),
        bench.diary(user).await.len(),
    ]
}

async fn what_is_told_goes_with_its_user_and_with_its_film(bench: Bench) {
    let (anna, ben) = (somebody(&bench).await.id, somebody(&bench).await.id);
    let bens = a_film().owned_by(ben).build();
    bench.has_film(&bens).await;
    let film = bens.id;
    for user in [anna, ben] {
        tell(&bench, user, film).await;
        assert_eq!(told(&bench, user, film).await, [1; 5]);
    }
    // What somebody else has told of a film keeps it.
    let uow = bench.store().begin().await.unwrap();
    uow.films().remove_private_films(ben, noon()).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(told(&bench, anna, film).await, [1; 5]);
    let uow = bench.store().begin().await.unwrap();
    uow.users().remove(anna).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(told(&bench, anna, film).await, [0; 5]);
    assert_eq!(told(&bench, ben, film).await, [1; 5]);
    let uow = bench.store().begin().await.unwrap();
    uow.films().remove_private_films(ben, noon()).await.unwrap();
    uow.commit().await.unwrap();
    assert!(bench.films().show(film, None).await.unwrap().is_none());
    assert_eq!(told(&bench, ben, film).await, [0; 5]);
}

contract!(
    a_review_keeps_the_time_of_its_first_writing,
    own_reviews_are_listed_last_changed_first,
    reviews_of_a_film_are_read_by_everybody_and_name_their_author_alone,
    progress_is_kept_and_listed_last_changed_first,
    hidden_things_are_kept_and_listed_last_hidden_first,
    what_is_told_goes_with_its_user_and_with_its_film,
);
