//! A user says of what they want to hear, and by which way.
use crate::http::{
    answer,
    body::JsonBody,
    checker::{Checker, Field, JsonType},
    problem::Problem,
    signed_in::SignedIn,
    state::Use,
};
use actix_web::HttpResponse;
use application::notifications::preferences::{ChoosePreferences, ShowPreferences};
use domain::notifications::{Channel, Choice, NoticeKind, Preferences};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::convert::Infallible;
use utoipa::ToSchema;

/// By which ways something is told.
#[derive(Serialize, ToSchema)]
#[schema(as = NoticeChannels)]
pub struct ChannelsView {
    mail: bool,
    telegram: bool,
}

/// What is told by which way. `welcome` and `security` are as they are.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationPreferences)]
pub struct PreferencesView {
    welcome: ChannelsView,
    security: ChannelsView,
    wish_released: ChannelsView,
    followed_mix_changed: ChannelsView,
}

impl From<&Preferences> for PreferencesView {
    fn from(preferences: &Preferences) -> Self {
        let channels = |kind| ChannelsView {
            mail: preferences.wants(kind, Channel::Mail),
            telegram: preferences.wants(kind, Channel::Telegram),
        };
        Self {
            welcome: channels(NoticeKind::Welcome),
            security: channels(NoticeKind::Security),
            wish_released: channels(NoticeKind::WishReleased),
            followed_mix_changed: channels(NoticeKind::FollowedMixChanged),
        }
    }
}

/// By which ways something is to be told; what is left out is as usual.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = NoticeChannelsPut)]
#[serde(from = "Map<String, Value>")]
pub struct ChannelsBody {
    #[schema(value_type = bool, required = false)]
    mail: Field<bool>,
    #[schema(value_type = bool, required = false)]
    telegram: Field<bool>,
}

/// By way of a map, because a structure would be read from an array too.
impl From<Map<String, Value>> for ChannelsBody {
    fn from(mut members: Map<String, Value>) -> Self {
        let mut member = |name| {
            let value = members.remove(name);
            let read = |value| serde_json::from_value(value).unwrap_or(Field::Wrong);
            value.map_or(Field::Missing, read)
        };
        Self {
            mail: member("mail"),
            telegram: member("telegram"),
        }
    }
}

impl JsonType for ChannelsBody {
    const EXPECTED: &'static str = "must be an object";
}

/// What is to be told by which way; what is left out is as usual.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NotificationPreferencesPut)]
pub struct PreferencesBody {
    #[schema(inline, value_type = ChannelsBody, required = false)]
    #[serde(default)]
    welcome: Field<ChannelsBody>,
    #[schema(inline, value_type = ChannelsBody, required = false)]
    #[serde(default)]
    security: Field<ChannelsBody>,
    #[schema(inline, value_type = ChannelsBody, required = false)]
    #[serde(default)]
    wish_released: Field<ChannelsBody>,
    #[schema(inline, value_type = ChannelsBody, required = false)]
    #[serde(default)]
    followed_mix_changed: Field<ChannelsBody>,
}

impl PreferencesBody {
    fn check(self) -> Result<ChoosePreferences, Problem> {
        let mut check = Checker::of_body();
        let mut preferences = Preferences::default();
        for (kind, channels) in [
            (NoticeKind::Welcome, self.welcome),
            (NoticeKind::Security, self.security),
            (NoticeKind::WishReleased, self.wish_released),
            (NoticeKind::FollowedMixChanged, self.followed_mix_changed),
        ] {
            let channels = check.optional(kind.name(), channels, Ok::<_, Infallible>);
            let ChannelsBody { mail, telegram } = channels.unwrap_or_default();
            for (channel, given) in [(Channel::Mail, mail), (Channel::Telegram, telegram)] {
                let name = format!("{kind}/{channel}");
                check.optional(&name, given, |is_on| {
                    preferences.choose(Choice {
                        kind,
                        channel,
                        is_on,
                    })
                });
            }
        }
        check.finish(|| Some(ChoosePreferences { preferences }))
    }
}

/// Shows of what the user wants to hear, and by which way.
#[utoipa::path(
    get, path = "/api/v1/me/notifications", operation_id = "showNotificationPreferences", tag = "me", security(("bearer" = [])),
    responses((status = 200, description = "What is told by which way", body = PreferencesView))
)]
pub async fn show_preferences(
    actor: SignedIn,
    show: Use<ShowPreferences>,
) -> Result<HttpResponse, Problem> {
    let preferences = show.execute(&actor, ShowPreferences).await?;
    answer::ok(&PreferencesView::from(&preferences))
}

/// Says of what the user wants to hear, and by which way.
///
/// What is left out is told as usual. `welcome` and `security` may be sent back as they were shown, but
/// not changed.
#[utoipa::path(
    put, path = "/api/v1/me/notifications", operation_id = "chooseNotificationPreferences", tag = "me", security(("bearer" = [])),
    request_body = PreferencesBody,
    responses(
        (status = 204, description = "So be it"),
        (status = 400, description = "Something is wrong with the body, or would switch off what has to be sent (`not_optional`)"),
    )
)]
pub async fn choose_preferences(
    actor: SignedIn,
    body: JsonBody<PreferencesBody>,
    choose: Use<ChoosePreferences>,
) -> Result<HttpResponse, Problem> {
    choose.execute(&actor, body.0.check()?).await?;
    Ok(answer::done())
}
