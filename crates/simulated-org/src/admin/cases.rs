//! What happens to Cases behind the connector's back: reassigned, merged, deleted.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{cannot, ok};
use crate::cell::Cell;
use crate::files::merge::move_links;
use crate::org::Org;
use crate::record_id::RecordId;
use crate::rows::delete_row::remove;
use crate::rows::system_fields::stamp;
use crate::schema::{ObjectType, OnDelete};
use crate::seed::people::{ADMIN, user_id};
use crate::start::user_named;
use crate::work::Work;
use crate::world::TakenCase;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FromWhom {
    user: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Into {
    into: String,
}

/// Reassigns the Case when that user owns it and removes their share: they no longer see it.
pub async fn take_away(State(org): State<Arc<Org>>, Path(id): Path<String>, Json(from): Json<FromWhom>) -> Response {
    let Some(user) = user_named(org.seeded(), &from.user) else { return cannot("There is no such user.") };
    on_case(&org, &id, |work, _, case| {
        let row = work.world.rows.row_mut("Case", case).ok_or("There is no such Case.")?;
        let was_owner = row.reference("OwnerId") == Some(user);
        if was_owner {
            row.set("OwnerId", Cell::Reference(user_id(ADMIN)));
            stamp(row, user_id(ADMIN), work.now);
        }
        let share = work.world.shares.remove(&(case, user));
        if !was_owner && share.is_none() {
            return Err("That user neither owns the Case nor has a share of it.");
        }
        work.world.taken_cases.push(TakenCase { case, user, was_owner, share });
        Ok(())
    })
}

/// Undoes every `take-away` of the Case.
pub async fn give_back(State(org): State<Arc<Org>>, Path(id): Path<String>) -> Response {
    on_case(&org, &id, |work, _, case| {
        let taken = std::mem::take(&mut work.world.taken_cases);
        let (back, others) = taken.into_iter().partition::<Vec<_>, _>(|taken| taken.case == case);
        work.world.taken_cases = others;
        if back.is_empty() {
            return Err("Nobody was deprived of that Case.");
        }
        for TakenCase { user, was_owner, share, .. } in back {
            if let (true, Some(row)) = (was_owner, work.world.rows.row_mut("Case", case)) {
                row.set("OwnerId", Cell::Reference(user));
                stamp(row, user_id(ADMIN), work.now);
            }
            if let Some(reach) = share {
                work.world.shares.insert((case, user), reach);
            }
        }
        Ok(())
    })
}

/// The Case goes to the recycle bin with `MasterRecordId` set; what referred to it now refers to the survivor.
pub async fn merge(State(org): State<Arc<Org>>, Path(id): Path<String>, Json(target): Json<Into>) -> Response {
    let Some(survivor) = RecordId::parse(&target.into) else { return cannot("`into` is no record id.") };
    on_case(&org, &id, |work, object, case| {
        if survivor == case || work.world.rows.row("Case", survivor).is_none_or(crate::rows::Row::is_deleted) {
            return Err("There is no such Case to merge into.");
        }
        move_links(work, case, survivor);
        for (child, field) in work.org.schema.references_to("Case") {
            if field.relationship.as_ref().is_some_and(|relationship| relationship.on_delete == OnDelete::Keep) {
                continue;
            }
            let referring = work.world.rows.living(&child.name).filter(|row| row.reference(&field.name) == Some(case));
            let referring: Vec<_> = referring.map(|row| row.id).collect();
            for row in referring {
                if let Some(row) = work.world.rows.row_mut(&child.name, row) {
                    row.set(&field.name, Cell::Reference(survivor));
                    stamp(row, user_id(ADMIN), work.now);
                }
            }
        }
        remove(work, object, case).map_err(|_| "Something forbids to delete that Case.")?;
        if let Some(row) = work.world.rows.row_mut("Case", case) {
            row.set("MasterRecordId", Cell::Reference(survivor));
        }
        Ok(())
    })
}

pub async fn delete(State(org): State<Arc<Org>>, Path(id): Path<String>) -> Response {
    on_case(&org, &id, |work, object, case| {
        remove(work, object, case).map_err(|_| "Something forbids to delete that Case.")
    })
}

fn on_case(
    org: &Org,
    id: &str,
    change: impl FnOnce(&mut Work, &ObjectType, RecordId) -> Result<(), &'static str>,
) -> Response {
    let changed = org.work(user_id(ADMIN), |work| {
        let case = RecordId::parse(id).ok_or("This is no record id.")?;
        let object = work.org.schema.object("Case").ok_or("This Org has no Cases.")?;
        if work.world.rows.row("Case", case).is_none_or(crate::rows::Row::is_deleted) {
            return Err("There is no such Case.");
        }
        change(work, object, case)
    });
    match changed {
        Ok(()) => ok(json!({ "case": id })),
        Err(sentence) => cannot(sentence),
    }
}
