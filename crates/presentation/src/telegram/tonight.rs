//! A film for tonight, by mood.
use super::{card::in_rows, press::Press, talk::Talk};
use application::{
    catalogue::vocabulary::ListMoods,
    recommendation::recommend_tonight::{RecommendTonight, RecommendTonightError},
    telegram::ports::{Button, TelegramError},
};
use domain::{
    catalogue::{Mood, MoodId},
    shared::Language,
};

/// How many moods stand in a row.
const IN_A_ROW: usize = 2;

impl Talk<'_> {
    /// Asks what somebody is in the mood for.
    pub(super) async fn ask_for_mood(&self) -> Result<(), TelegramError> {
        if self.actor.user().is_err() {
            return self.invite().await;
        }
        match self.ask(ListMoods).await {
            Ok(moods) => self.offer_moods(&moods).await,
            Err(failure) => self.apologise(&failure).await,
        }
    }

    async fn offer_moods(&self, moods: &[Mood]) -> Result<(), TelegramError> {
        let moods: Vec<Button> = moods
            .iter()
            .map(|mood| Press::Tonight(Some(mood.id)).button(self.name_of(mood)))
            .collect();
        let mut rows = in_rows(&moods, IN_A_ROW);
        rows.push(vec![Press::Tonight(None).button(self.words.any_mood)]);
        self.offer(self.words.mood_question, rows).await
    }

    fn name_of<'m>(&self, mood: &'m Mood) -> &'m str {
        match self.language {
            Language::Russian => &mood.russian,
            Language::English => &mood.english,
        }
    }

    /// Gives a film for a mood, or for any.
    pub(super) async fn recommend(&self, mood: Option<MoodId>) -> Result<(), TelegramError> {
        let request = RecommendTonight {
            moods: mood.into_iter().collect(),
            ..RecommendTonight::default()
        };
        let others = || {
            vec![
                Press::Tonight(mood).button(self.words.another),
                Press::Moods.button(self.words.other_mood),
            ]
        };
        match self.ask(request).await {
            Ok(film) => self.answer(self.card(&film, vec![others()])).await,
            Err(RecommendTonightError::Access(_)) => self.invite().await,
            Err(RecommendTonightError::NothingSuits) => {
                let moods = Press::Moods.button(self.words.other_mood);
                self.offer(self.words.nothing_suits, vec![vec![moods]])
                    .await
            }
            // Moods do not come and go while people press buttons; the new ones are shown.
            Err(RecommendTonightError::MoodNotFound) => self.ask_for_mood().await,
            Err(failure) => self.apologise(&failure).await,
        }
    }
}
