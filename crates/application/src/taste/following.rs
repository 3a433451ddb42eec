//! What is told of a film follows through to the rest of what its user keeps.
use crate::shared::store::{StoreError, UnitOfWork};
use domain::taste::{Deed, Viewing, consequences};

/// Lets everything follow from a deed, for the user and the film of `bare`, which is the viewing to be
/// logged where the diary holds none.
pub(crate) async fn follow(
    uow: &dyn UnitOfWork,
    deed: Deed,
    bare: &Viewing,
) -> Result<(), StoreError> {
    for consequence in consequences(deed) {
        uow.tastes().follow(*consequence, bare).await?;
    }
    Ok(())
}
