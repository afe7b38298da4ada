//! The filter for claims that only one pod may use.

use super::{PodInfo, Rejection};

/// Models the plugin `VolumeRestrictions`, for the access mode `ReadWriteOncePod`.
pub fn filter(pod: &PodInfo) -> Result<(), Rejection> {
    let in_use = pod.volumes.as_ref().is_some_and(|volumes| volumes.claim_in_use);
    if in_use { Err(Rejection::ClaimInUse) } else { Ok(()) }
}
