//! Colours of mixes in the database.
use crate::persistence::{Query, Transaction};
use application::{mixes::ports::MixRepository, shared::store::StoreError};
use async_trait::async_trait;
use domain::{library::Gradient, mixes::MixId, shared::Id};

#[async_trait]
impl MixRepository for Transaction {
    async fn recolor(&self, mix: MixId, gradient: &Gradient) -> Result<(), StoreError> {
        const RECOLOR: &str = "UPDATE mixes \
             SET color1 = $2, color2 = $3, color3 = $4, colors_due = NULL WHERE id = $1";
        let values = [
            mix.as_uuid().into(),
            gradient.first().as_str().into(),
            gradient.second().as_str().into(),
            gradient.third().as_str().into(),
        ];
        Query::new(RECOLOR, values).change(&self.tx).await?;
        Ok(())
    }

    async fn leave_to_posters(&self, mix: MixId) -> Result<(), StoreError> {
        const LEAVE: &str =
            "UPDATE mixes SET colors_due = 'posters' WHERE id = $1 AND colors_due IS NOT NULL";
        Query::new(LEAVE, [mix.as_uuid().into()])
            .change(&self.tx)
            .await?;
        Ok(())
    }

    async fn list_colorless(&self, has_model: bool) -> Result<Vec<MixId>, StoreError> {
        const LIST: &str = "SELECT m.id FROM mixes m \
             WHERE m.colors_due IS NOT NULL AND ($1 AND m.colors_due = 'model' OR $2 <= \
                 (SELECT count(*) FROM mix_films x JOIN films f ON f.id = x.film_id \
                  WHERE x.mix_id = m.id AND f.poster_colour IS NOT NULL)) \
             ORDER BY m.id";
        let needed = i64::from(Gradient::POSTERS_NEEDED);
        let rows = Query::new(LIST, [has_model.into(), needed.into()])
            .all(&self.tx)
            .await?;
        rows.iter()
            .map(|row| Ok(Id::from_uuid(row.get(0)?)))
            .collect()
    }
}
