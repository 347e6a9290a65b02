//! One request's view of the Org: who asks, when, and everything it may touch.
//!
//! Held under the Org's one lock, so a request is a transaction: nothing else sees half of it.

use crate::lies::{self, Lie};
use crate::org::Org;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rows::{self, Row};
use crate::schema::permission_set::Grants;
use crate::schema::{Field, Nature, ObjectType};
use crate::sharing::{self, Reach};
use crate::world::{Hold, World};

pub struct Work<'a> {
    pub org: &'a Org,
    pub world: &'a mut World,
    pub user: RecordId,
    pub now: i64,
}

/// A point in a transaction to which it can be taken back.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    rows: rows::Mark,
    events: usize,
    mails: usize,
}

impl<'a> Work<'a> {
    pub fn grants(&self) -> &'a Grants {
        self.org.grants(self.user)
    }

    /// An object by name, as this user sees it: without any right on it, it does not exist.
    pub fn object(&self, name: &str) -> Result<&'a ObjectType, Refused> {
        let object = self.org.schema.object(name).ok_or_else(Refused::not_found)?;
        let rights = self.grants().on(&object.name);
        let open = matches!(object.nature, Nature::Computed | Nature::Settings) || rights.read || rights.create;
        if open { Ok(object) } else { Err(Refused::not_found()) }
    }

    /// Field-level security: our custom fields must have been granted, unless they are required.
    pub fn may_read_field(&self, object: &ObjectType, field: &Field) -> bool {
        !governed(object, field) || self.grants().reads_field(&object.name, &field.name)
    }

    pub fn may_edit_field(&self, object: &ObjectType, field: &Field) -> bool {
        !governed(object, field) || self.grants().edits_field(&object.name, &field.name)
    }

    pub fn reach(&self, object: &ObjectType, row: &Row) -> Reach {
        sharing::reach(self.org, self.world, self.user, object, row)
    }

    /// A living row this user may read; the same 404 whether it is absent or hidden.
    pub fn readable_row(&self, object: &ObjectType, id: RecordId, shown: &str) -> Result<&Row, Refused> {
        let row = self.world.rows.row(&object.name, id).filter(|row| self.reach(object, row) >= Reach::Read);
        let row = row.ok_or_else(|| Refused::no_such_record(shown))?;
        if row.is_deleted() {
            return Err(Refused::new(404, "ENTITY_IS_DELETED", "entity is deleted"));
        }
        Ok(row)
    }

    /// How far this transaction has come.
    pub fn mark(&self) -> Mark {
        Mark {
            rows: self.world.rows.mark(),
            events: self.world.unsent_events.len(),
            mails: self.world.unsent_mails.len(),
        }
    }

    /// Takes back every row, event and mail since `mark`. Locks that were tried stay tried.
    pub fn undo_to(&mut self, mark: Mark) {
        if lies::is_told(Lie::NoRollback) {
            return;
        }
        self.world.rows.undo_to(mark.rows);
        self.world.unsent_events.truncate(mark.events);
        self.world.unsent_mails.truncate(mark.mails);
    }

    /// One operation, whole or not at all.
    pub fn attempt<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Refused>) -> Result<T, Refused> {
        let mark = self.mark();
        let outcome = run(self);
        if outcome.is_err() {
            self.undo_to(mark);
        }
        outcome
    }

    /// A held row refuses as a busy Org does, until its attempts are used up.
    pub fn take_lock(&mut self, id: RecordId) -> Result<(), Refused> {
        match self.world.held_rows.get_mut(&id) {
            None => return Ok(()),
            Some(Hold::Until(end)) if *end <= self.now => {
                self.world.held_rows.remove(&id);
                return Ok(());
            }
            Some(Hold::Until(_)) => {}
            Some(Hold::Attempts(left)) => {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.world.held_rows.remove(&id);
                }
            }
        }
        let message = format!("unable to obtain exclusive access to this record or 1 records: {id}");
        Err(Refused::bad("UNABLE_TO_LOCK_ROW", message))
    }
}

fn governed(object: &ObjectType, field: &Field) -> bool {
    field.custom && !field.required && object.nature == Nature::Records
}
