//! Who agreed to be advised together.
use super::{Bench, contract};
use application::{
    fakes::{Fixture, a_user},
    recommendation::ports::{CompanionStanding, CompanionView, GroupMember, NewInvitation},
    shared::page::{Page, PageRequest, PageSize},
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    identity::User,
    recommendation::{Addressee, Agreement, Companionship, CompanionshipId},
    shared::Id,
};
use uuid::Uuid;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn id(n: u128) -> CompanionshipId {
    Id::from_uuid(Uuid::from_u128(n))
}

/// Invites somebody; says whether there was room for it.
async fn invite(bench: &Bench, n: u128, inviter: &User, whom: &str) -> bool {
    let invitation = NewInvitation {
        id: id(n),
        inviter: inviter.id,
        addressee: Addressee::parse(whom).unwrap(),
        at: noon() + Duration::seconds(i64::try_from(n).unwrap()),
    };
    let uow = bench.store().begin().await.unwrap();
    let has_room = uow.companions().invite(&invitation, 3).await.unwrap();
    uow.commit().await.unwrap();
    has_room
}

async fn find(bench: &Bench, n: u128) -> Option<Companionship> {
    let uow = bench.store().begin().await.unwrap();
    uow.companions().find(id(n)).await.unwrap()
}

async fn save(bench: &Bench, companionship: &Companionship) {
    let uow = bench.store().begin().await.unwrap();
    uow.companions().save(companionship).await.unwrap();
    uow.commit().await.unwrap();
}

async fn accept(bench: &Bench, n: u128) {
    let mut companionship = find(bench, n).await.unwrap();
    let invitee = companionship.invitee.unwrap();
    companionship.accept(invitee, noon()).unwrap();
    save(bench, &companionship).await;
}

async fn page(
    bench: &Bench,
    user: &User,
    after: Option<CompanionshipId>,
) -> Page<CompanionView, CompanionshipId> {
    let size = PageSize::try_from(2).unwrap();
    let listed = bench
        .companions()
        .list(user.id, PageRequest { size, after });
    listed.await.unwrap()
}

fn names(page: &Page<CompanionView, CompanionshipId>) -> Vec<(&str, CompanionStanding)> {
    let items = page.items.iter();
    items
        .map(|item| (item.name.as_str(), item.standing))
        .collect()
}

async fn has_users(bench: &Bench, names: &[&str]) -> Vec<User> {
    let mut users = Vec::new();
    for name in names {
        let user = a_user().named(name).build();
        bench.has_user(&user).await;
        users.push(user);
    }
    users
}

async fn an_invitee_is_who_has_the_address_or_alone_has_the_name(bench: Bench) {
    let users = has_users(&bench, &["Anna", "Boris", "Vera", "Vera"]).await;
    let away = a_user().named("Gleb").disabled().build();
    bench.has_user(&away).await;
    let address = users[1].email.as_ref().unwrap();
    let of = |user: &User| Some(user.id);
    for (n, whom, invitee) in [
        (1, address.as_str(), of(&users[1])),
        (2, "Boris", of(&users[1])),
        (3, "Vera", None),
    ] {
        assert!(invite(&bench, n, &users[0], whom).await);
        assert_eq!(find(&bench, n).await.unwrap().invitee, invitee, "{whom}");
    }
    for (n, whom) in [(4, "Gleb"), (5, "Vera"), (6, "nobody@example.org")] {
        assert!(invite(&bench, n, &users[2], whom).await);
        let expected = (whom == "Vera").then(|| users[3].id);
        assert_eq!(find(&bench, n).await.unwrap().invitee, expected, "{whom}");
    }
    // There is room for three, and the same one takes none.
    assert!(!invite(&bench, 7, &users[0], "Gleb").await);
    assert!(invite(&bench, 8, &users[0], "Boris").await);
    assert_eq!(find(&bench, 8).await, None);
}

async fn both_see_what_they_may_see(bench: Bench) {
    let users = has_users(&bench, &["Anna", "Boris"]).await;
    let [anna, boris] = &users[..] else {
        panic!("two were asked for");
    };
    for (n, whom) in [(1, "Nobody"), (2, "Boris"), (3, "Else")] {
        invite(&bench, n, anna, whom).await;
    }
    let first = page(&bench, anna, None).await;
    let invited = CompanionStanding::Invited;
    assert_eq!(names(&first), [("Else", invited), ("Boris", invited)]);
    let second = page(&bench, anna, first.next).await;
    assert_eq!(names(&second), [("Nobody", invited)]);
    assert_eq!(second.next, None);
    let his = page(&bench, boris, None).await;
    assert_eq!(names(&his), [("Anna", CompanionStanding::InvitesMe)]);
    let mut declined = find(&bench, 2).await.unwrap();
    declined.decline(boris.id, noon()).unwrap();
    save(&bench, &declined).await;
    assert_eq!(find(&bench, 2).await, Some(declined));
    assert!(page(&bench, boris, None).await.items.is_empty());
    assert_eq!(page(&bench, anna, None).await, first);
    assert!(
        bench
            .companions()
            .members(anna.id, &[id(2)])
            .await
            .unwrap()
            .is_empty()
    );
}

async fn what_is_accepted_is_the_only_companionship_of_two(bench: Bench) {
    let users = has_users(&bench, &["Anna", "Boris", "Vera"]).await;
    let [anna, boris, vera] = &users[..] else {
        panic!("three were asked for");
    };
    invite(&bench, 1, anna, "Boris").await;
    invite(&bench, 2, anna, boris.email.as_ref().unwrap().as_str()).await;
    invite(&bench, 3, boris, "Anna").await;
    invite(&bench, 4, vera, "Anna").await;
    accept(&bench, 2).await;
    let agreed = CompanionStanding::Companion { since: noon() };
    assert_eq!(names(&page(&bench, boris, None).await), [("Anna", agreed)]);
    assert_eq!(
        names(&page(&bench, anna, None).await),
        [("Vera", CompanionStanding::InvitesMe), ("Boris", agreed)]
    );
    let member = |user: &User| GroupMember {
        companionship: id(2),
        user: user.id,
        is_active: true,
    };
    for (user, other) in [(anna, boris), (boris, anna)] {
        let asked = [id(2), id(4)];
        let members = bench.companions().members(user.id, &asked).await;
        assert_eq!(members.unwrap(), [member(other)]);
    }
    assert!(
        bench
            .companions()
            .members(vera.id, &[id(2)])
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        bench
            .companions()
            .members(vera.id, &[])
            .await
            .unwrap()
            .is_empty()
    );
    let uow = bench.store().begin().await.unwrap();
    uow.companions().remove(id(2)).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(find(&bench, 2).await, None);
}

async fn invitations_are_forgotten_in_time(bench: Bench) {
    let users = has_users(&bench, &["Anna", "Boris", "Vera", "Gleb"]).await;
    for (n, inviter, whom) in [
        (1, 0, "Boris"),
        (2, 0, "Vera"),
        (3, 0, "Gleb"),
        (4, 1, "Vera"),
    ] {
        invite(&bench, n, &users[inviter], whom).await;
    }
    accept(&bench, 1).await;
    accept(&bench, 3).await;
    let uow = bench.store().begin().await.unwrap();
    uow.users().remove(users[3].id).await.unwrap();
    uow.commit().await.unwrap();
    // Gleb has left: nobody sees that he had agreed.
    assert_eq!(find(&bench, 3).await.unwrap().invitee, None);
    assert_eq!(page(&bench, &users[0], None).await.items.len(), 2);
    let uow = bench.store().begin().await.unwrap();
    let before = noon() + Duration::seconds(3);
    let forget = async || uow.companions().forget_unanswered(before).await.unwrap();
    assert_eq!(forget().await, 2);
    assert_eq!(forget().await, 0);
    uow.commit().await.unwrap();
    let kept = find(&bench, 1).await.unwrap();
    assert_eq!(kept.agreement, Agreement::Accepted { at: noon() });
    assert!(find(&bench, 4).await.is_some());
    let uow = bench.store().begin().await.unwrap();
    uow.users().remove(users[0].id).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(find(&bench, 1).await, None);
}

contract!(
    an_invitee_is_who_has_the_address_or_alone_has_the_name,
    both_see_what_they_may_see,
    what_is_accepted_is_the_only_companionship_of_two,
    invitations_are_forgotten_in_time,
);
