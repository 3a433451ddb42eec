//! What may be on its way to a broker at once.
use application::events::EventEnvelope;
use std::collections::BTreeSet;

/// Cuts events into runs, in order, none of which has two events of one subject.
///
/// A run is sent at once, and the next one when all of it is confirmed. So a broker that takes a later
/// event of a run and not an earlier one never turns the order of a subject round.
pub(super) fn runs(batch: &[EventEnvelope]) -> impl Iterator<Item = &[EventEnvelope]> {
    let mut rest = batch;
    std::iter::from_fn(move || {
        let (run, later) = rest.split_at(length_of_first(rest));
        rest = later;
        (!run.is_empty()).then_some(run)
    })
}

fn length_of_first(events: &[EventEnvelope]) -> usize {
    let mut subjects = BTreeSet::new();
    let again = events
        .iter()
        .position(|event| !subjects.insert((&event.aggregate, event.aggregate_id)));
    again.unwrap_or(events.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::shared::Id;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn event((id, about): (u128, u128)) -> EventEnvelope {
        EventEnvelope {
            id: Id::from_uuid(Uuid::from_u128(id)),
            kind: "filmhub.film.added.v1".to_owned(),
            aggregate: "film".to_owned(),
            aggregate_id: Uuid::from_u128(about),
            at: DateTime::UNIX_EPOCH,
            trace_parent: None,
            data: [].into(),
        }
    }

    #[test]
    fn a_run_ends_before_a_subject_comes_again() {
        let batch: Vec<_> = (1..).zip([7, 8, 7, 7, 9]).map(event).collect();
        let lengths: Vec<usize> = runs(&batch).map(<[_]>::len).collect();
        assert_eq!(lengths, [2, 1, 2]);
        assert_eq!(runs(&[]).count(), 0);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_moved_and_no_run_has_a_subject_twice(
            subjects in proptest::collection::vec(0_u128..5, 0..40)
        ) {
            let batch: Vec<_> = (1..).zip(subjects).map(event).collect();
            prop_assert_eq!(runs(&batch).flatten().cloned().collect::<Vec<_>>(), batch.clone());
            for run in runs(&batch) {
                let unlike: BTreeSet<_> = run.iter().map(|event| event.aggregate_id).collect();
                prop_assert_eq!(unlike.len(), run.len());
            }
        }
    }
}
