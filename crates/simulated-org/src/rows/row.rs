//! One row: its id and the cells that were ever set.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use crate::cell::Cell;
use crate::record_id::RecordId;

#[derive(Clone, Debug)]
pub struct Row {
    pub id: RecordId,
    /// A handful per row: looking through them beats hashing, and a million rows fit in memory.
    cells: Vec<(&'static str, Cell)>,
}

impl Row {
    pub fn new(id: RecordId) -> Self {
        Self { id, cells: vec![("Id", Cell::Reference(id))] }
    }

    pub fn cell(&self, field: &str) -> &Cell {
        self.cells.iter().find(|(name, _)| *name == field).map_or(&Cell::Null, |(_, cell)| cell)
    }

    pub fn text(&self, field: &str) -> Option<&str> {
        self.cell(field).as_text()
    }

    pub fn reference(&self, field: &str) -> Option<RecordId> {
        self.cell(field).as_reference()
    }

    pub fn set(&mut self, field: &str, cell: Cell) {
        match self.cells.iter_mut().find(|(name, _)| *name == field) {
            Some((_, held)) => *held = cell,
            None => self.cells.push((kept_name(field), cell)),
        }
    }

    pub fn is_deleted(&self) -> bool {
        self.cell("IsDeleted") == &Cell::Flag(true)
    }

    /// The same cells under another id.
    #[must_use]
    pub fn copied_as(&self, id: RecordId) -> Self {
        let mut row = Self { id, cells: self.cells.clone() };
        row.set("Id", Cell::Reference(id));
        row
    }

    pub fn shrink(&mut self) {
        self.cells.shrink_to_fit();
    }
}

/// Field names are kept once for all rows of all Orgs in this process. There are as many as schemas have fields.
fn kept_name(name: &str) -> &'static str {
    static NAMES: RwLock<BTreeSet<&'static str>> = RwLock::new(BTreeSet::new());
    let known = NAMES.read().unwrap_or_else(PoisonError::into_inner).get(name).copied();
    known.unwrap_or_else(|| {
        let mut names = NAMES.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = names.get(name) {
            return known;
        }
        let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
        names.insert(kept);
        kept
    })
}
