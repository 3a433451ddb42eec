//! Companionships in memory.
use super::{
    state::{Database, Stored},
    store::FakeUnitOfWork,
};
use crate::{
    recommendation::ports::{
        CompanionQueries, CompanionRepository, CompanionStanding, CompanionView, GroupMember,
        NewInvitation,
    },
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    identity::UserId,
    recommendation::{Addressee, Agreement, Companionship, CompanionshipId},
};

/// A companionship with how it began.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StoredCompanionship {
    companionship: Companionship,
    addressee: Addressee,
    invited_at: DateTime<Utc>,
}

impl StoredCompanionship {
    fn is_accepted(&self) -> bool {
        matches!(self.companionship.agreement, Agreement::Accepted { .. })
    }

    fn is_between(&self, one: UserId, other: UserId) -> bool {
        let Companionship {
            inviter, invitee, ..
        } = self.companionship;
        (inviter, invitee) == (one, Some(other)) || (inviter, invitee) == (other, Some(one))
    }

    /// The other of the two, if somebody is there.
    fn other(&self, user: UserId) -> Option<UserId> {
        if self.companionship.inviter == user {
            self.companionship.invitee
        } else {
            Some(self.companionship.inviter)
        }
    }
}

impl Stored {
    fn meant_by(&self, invitation: &NewInvitation) -> Option<UserId> {
        let is_meant = |user: &&domain::identity::User| match &invitation.addressee {
            Addressee::Email(email) => user.email.as_ref() == Some(email),
            Addressee::Name(name) => user.username == *name,
        };
        let mut others = self
            .users
            .values()
            .filter(|user| user.is_active() && user.id != invitation.inviter)
            .filter(is_meant);
        let first = others.next()?;
        others.next().is_none().then_some(first.id)
    }

    fn invite(&mut self, invitation: &NewInvitation, most: u32) -> bool {
        let of_inviter =
            |stored: &&StoredCompanionship| stored.companionship.inviter == invitation.inviter;
        let own: Vec<_> = self.companions.values().filter(of_inviter).collect();
        if own
            .iter()
            .any(|stored| stored.addressee == invitation.addressee)
        {
            return true;
        }
        if own.len() >= usize::try_from(most).unwrap_or(usize::MAX) {
            return false;
        }
        let stored = StoredCompanionship {
            companionship: Companionship {
                id: invitation.id,
                inviter: invitation.inviter,
                invitee: self.meant_by(invitation),
                agreement: Agreement::Waiting,
            },
            addressee: invitation.addressee.clone(),
            invited_at: invitation.at,
        };
        self.companions.insert(invitation.id, stored);
        true
    }

    fn save_companionship(&mut self, changed: &Companionship) {
        if let (Agreement::Accepted { .. }, Some(invitee)) = (changed.agreement, changed.invitee) {
            self.companions.retain(|id, stored| {
                *id == changed.id || !stored.is_between(changed.inviter, invitee)
            });
        }
        if let Some(stored) = self.companions.get_mut(&changed.id) {
            stored.companionship = changed.clone();
        }
    }

    /// Ends what a user who leaves has begun; invitations to them wait for nobody from now on.
    pub(super) fn leave_companions(&mut self, user: UserId) {
        self.companions
            .retain(|_, stored| stored.companionship.inviter != user);
        for stored in self.companions.values_mut() {
            if stored.companionship.invitee == Some(user) {
                stored.companionship.invitee = None;
            }
        }
    }

    fn companion_view(&self, user: UserId, stored: &StoredCompanionship) -> Option<CompanionView> {
        let is_inviter = stored.companionship.inviter == user;
        let other = stored.other(user);
        let standing = match stored.companionship.agreement {
            Agreement::Accepted { at } => CompanionStanding::Companion { since: at },
            Agreement::Waiting | Agreement::Declined { .. } if is_inviter => {
                CompanionStanding::Invited
            }
            Agreement::Waiting => CompanionStanding::InvitesMe,
            Agreement::Declined { .. } => return None,
        };
        let name = if standing == CompanionStanding::Invited {
            stored.addressee.as_str().to_owned()
        } else {
            self.users.get(&other?)?.username.as_str().to_owned()
        };
        Some(CompanionView {
            id: stored.companionship.id,
            name,
            standing,
            invited_at: stored.invited_at,
        })
    }

    fn group_member(&self, user: UserId, id: CompanionshipId) -> Option<GroupMember> {
        let stored = self
            .companions
            .get(&id)
            .filter(|stored| stored.is_accepted())?;
        let other = stored.other(user)?;
        stored.is_between(user, other).then_some(())?;
        Some(GroupMember {
            companionship: id,
            user: other,
            is_active: self.users.get(&other)?.is_active(),
        })
    }
}

#[async_trait]
impl CompanionRepository for FakeUnitOfWork {
    async fn invite(&self, invitation: &NewInvitation, most: u32) -> Result<bool, StoreError> {
        self.with(|stored| stored.invite(invitation, most))
    }

    async fn find(&self, id: CompanionshipId) -> Result<Option<Companionship>, StoreError> {
        self.with(|stored| {
            let found = stored.companions.get(&id);
            found.map(|stored| stored.companionship.clone())
        })
    }

    async fn save(&self, companionship: &Companionship) -> Result<(), StoreError> {
        self.with(|stored| stored.save_companionship(companionship))
    }

    async fn remove(&self, id: CompanionshipId) -> Result<(), StoreError> {
        self.with(|stored| {
            stored.companions.remove(&id);
        })
    }

    async fn forget_unanswered(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.with(|stored| {
            let all = stored.companions.len();
            stored.companions.retain(|_, stored| {
                if stored.is_accepted() {
                    stored.companionship.invitee.is_some()
                } else {
                    stored.invited_at >= before
                }
            });
            u64::try_from(all - stored.companions.len()).unwrap_or(u64::MAX)
        })
    }
}

/// Reads of companionships.
#[derive(Clone, Debug, Default)]
pub struct FakeCompanionQueries {
    pub(super) database: Database,
}

#[async_trait]
impl CompanionQueries for FakeCompanionQueries {
    async fn list(
        &self,
        user: UserId,
        page: PageRequest<CompanionshipId>,
    ) -> Result<Page<CompanionView, CompanionshipId>, StoreError> {
        self.database.read(|stored| {
            let theirs = stored.companions.iter().rev().filter(|(id, stored)| {
                let Companionship {
                    inviter, invitee, ..
                } = stored.companionship;
                (inviter == user || invitee == Some(user))
                    && page.after.is_none_or(|after| **id < after)
            });
            let views = theirs.filter_map(|(_, each)| stored.companion_view(user, each));
            let most = usize::from(page.size.get()) + 1;
            Page::from_overfetched(views.take(most).collect(), page.size, |view| view.id)
        })
    }

    async fn members(
        &self,
        user: UserId,
        companionships: &[CompanionshipId],
    ) -> Result<Vec<GroupMember>, StoreError> {
        self.database.read(|stored| {
            let members = companionships.iter();
            members
                .filter_map(|id| stored.group_member(user, *id))
                .collect()
        })
    }
}
