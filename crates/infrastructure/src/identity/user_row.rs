//! Rows of the table `users`.
use crate::persistence::corrupt;
use application::shared::store::StoreError;
use domain::{
    identity::{
        EmailAddress, PasswordHash, PersonalName, Standing, TelegramId, UnknownRole, User, Username,
    },
    shared::{Id, UnknownLanguage},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) email: Option<String>,
    pub(crate) telegram_id: Option<i64>,
    pub(crate) username: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) role: String,
    pub(crate) disabled_at: Option<DateTimeUtc>,
    pub(crate) password_hash: Option<String>,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) updated_at: DateTimeUtc,
    pub(crate) email_verified_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<&User> for Model {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.as_uuid(),
            email: user.email.as_ref().map(|email| email.as_str().to_owned()),
            telegram_id: user.telegram.map(|telegram| telegram.0),
            username: user.username.as_str().to_owned(),
            first_name: user
                .first_name
                .as_ref()
                .map(|name| name.as_str().to_owned()),
            last_name: user.last_name.as_ref().map(|name| name.as_str().to_owned()),
            language: user.language.map(|language| language.code().to_owned()),
            role: user.role.name().to_owned(),
            disabled_at: match user.standing {
                Standing::Active => None,
                Standing::Disabled { since } => Some(since),
            },
            password_hash: user.password.as_ref().map(|hash| hash.reveal().to_owned()),
            created_at: user.created_at,
            updated_at: user.updated_at,
            email_verified_at: user.email_verified_at,
        }
    }
}

impl TryFrom<Model> for User {
    type Error = StoreError;
    fn try_from(row: Model) -> Result<Self, StoreError> {
        let name =
            |text: String| PersonalName::parse(&text).map_err(|source| corrupt("user", source));
        Ok(Self {
            id: Id::from_uuid(row.id),
            email: row
                .email
                .map(|text| EmailAddress::parse(&text).map_err(|source| corrupt("user", source)))
                .transpose()?,
            email_verified_at: row.email_verified_at,
            telegram: row.telegram_id.map(TelegramId),
            username: Username::parse(&row.username).map_err(|source| corrupt("user", source))?,
            first_name: row.first_name.map(name).transpose()?,
            last_name: row.last_name.map(name).transpose()?,
            language: row
                .language
                .map(|code| {
                    code.parse()
                        .map_err(|source: UnknownLanguage| corrupt("user", source))
                })
                .transpose()?,
            role: row
                .role
                .parse()
                .map_err(|source: UnknownRole| corrupt("user", source))?,
            standing: match row.disabled_at {
                None => Standing::Active,
                Some(since) => Standing::Disabled { since },
            },
            password: row.password_hash.map(PasswordHash::from_phc),
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
