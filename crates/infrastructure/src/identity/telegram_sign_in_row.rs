//! Rows of the table `telegram_sign_ins`.
use crate::persistence::corrupt;
use application::shared::store::StoreError;
use domain::{
    identity::{
        DeviceName, KeyPurpose, Opener, SignInKeyDigest, TelegramId, TelegramSignIn,
        TelegramSignInState,
    },
    shared::Id,
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "telegram_sign_ins")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) key_digest: Vec<u8>,
    pub(crate) state: String,
    pub(crate) user_id: Option<Uuid>,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) expires_at: DateTimeUtc,
    pub(crate) links_user_id: Option<Uuid>,
    pub(crate) device: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) asked_telegram_id: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A row that no attempt could have left.
#[derive(Debug, thiserror::Error)]
#[error("the state `{0}` does not go with what else is stored")]
struct ImpossibleState(String);

impl From<&TelegramSignIn> for Model {
    fn from(attempt: &TelegramSignIn) -> Self {
        let (state, user) = match attempt.state {
            TelegramSignInState::Pending => ("pending", None),
            TelegramSignInState::Confirmed { user } => ("confirmed", Some(user)),
            TelegramSignInState::Declined => ("declined", None),
            TelegramSignInState::Used { user } => ("used", Some(user)),
        };
        Self {
            key_digest: attempt.key.0.to_vec(),
            state: state.to_owned(),
            user_id: user.map(Id::as_uuid),
            created_at: attempt.created_at,
            expires_at: attempt.expires_at,
            links_user_id: match attempt.purpose {
                KeyPurpose::SignIn => None,
                KeyPurpose::Link { account } => Some(account.as_uuid()),
            },
            device: attempt
                .opener
                .device
                .as_ref()
                .map(|device| device.as_str().to_owned()),
            address: attempt.opener.address.map(|address| address.to_string()),
            asked_telegram_id: attempt.asked.map(|telegram| telegram.0),
        }
    }
}

impl TryFrom<Model> for TelegramSignIn {
    type Error = StoreError;
    fn try_from(row: Model) -> Result<Self, StoreError> {
        let impossible =
            |state: &str| corrupt("Telegram sign-in", ImpossibleState(state.to_owned()));
        let state = match (row.state.as_str(), row.user_id.map(Id::from_uuid)) {
            ("pending", None) => TelegramSignInState::Pending,
            ("confirmed", Some(user)) => TelegramSignInState::Confirmed { user },
            ("declined", _) => TelegramSignInState::Declined,
            ("used", Some(user)) => TelegramSignInState::Used { user },
            (other, _) => return Err(impossible(other)),
        };
        let opener = opener(row.device.as_deref(), row.address.as_deref())?;
        let digest = row
            .key_digest
            .try_into()
            .map_err(|_wrong_length| impossible("key"))?;
        Ok(Self {
            key: SignInKeyDigest(digest),
            purpose: row
                .links_user_id
                .map_or(KeyPurpose::SignIn, |user| KeyPurpose::Link {
                    account: Id::from_uuid(user),
                }),
            opener,
            asked: row.asked_telegram_id.map(TelegramId),
            state,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

fn opener(device: Option<&str>, address: Option<&str>) -> Result<Opener, StoreError> {
    let device = device.map(DeviceName::parse).transpose();
    let address = address.map(str::parse).transpose();
    Ok(Opener {
        device: device.map_err(|why| corrupt("Telegram sign-in", why))?,
        address: address
            .map_err(|why: std::net::AddrParseError| corrupt("Telegram sign-in", why))?,
    })
}
