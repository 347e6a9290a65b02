//! The Org's rows in memory: tables, the recycle bin, and the numbers given out.
//!
//! Cloning is the rollback of an all-or-nothing request. Ids follow from the order of inserts alone, so two Orgs that
//! were seeded alike hold identical record ids.
//! Invariants: a row's cells use canonical field names; a field that was never set reads as `Cell::Null`.

use std::collections::BTreeMap;

use crate::cell::Cell;
use crate::record_id::RecordId;

pub mod delete_row;
pub mod insert_row;
pub mod read_fields;
pub mod system_fields;
pub mod update_row;
pub mod upsert_row;

#[derive(Clone, Default)]
pub struct Rows {
    tables: BTreeMap<String, BTreeMap<RecordId, Row>>,
    ids_given: BTreeMap<String, u64>,
    numbers_given: BTreeMap<String, u64>,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub id: RecordId,
    cells: BTreeMap<String, Cell>,
}

impl Row {
    pub fn new(id: RecordId) -> Self {
        Self { id, cells: BTreeMap::from([("Id".to_owned(), Cell::Reference(id))]) }
    }

    pub fn cell(&self, field: &str) -> &Cell {
        self.cells.get(field).unwrap_or(&Cell::Null)
    }

    pub fn text(&self, field: &str) -> Option<&str> {
        self.cell(field).as_text()
    }

    pub fn reference(&self, field: &str) -> Option<RecordId> {
        self.cell(field).as_reference()
    }

    pub fn set(&mut self, field: &str, cell: Cell) {
        self.cells.insert(field.to_owned(), cell);
    }

    pub fn is_deleted(&self) -> bool {
        self.cell("IsDeleted") == &Cell::Flag(true)
    }
}

impl Rows {
    /// Every row of an object, deleted ones too, in id order.
    pub fn all(&self, object: &str) -> impl Iterator<Item = &Row> {
        self.tables.get(object).into_iter().flat_map(BTreeMap::values)
    }

    pub fn living(&self, object: &str) -> impl Iterator<Item = &Row> {
        self.all(object).filter(|row| !row.is_deleted())
    }

    pub fn row(&self, object: &str, id: RecordId) -> Option<&Row> {
        self.tables.get(object)?.get(&id)
    }

    pub fn row_mut(&mut self, object: &str, id: RecordId) -> Option<&mut Row> {
        self.tables.get_mut(object)?.get_mut(&id)
    }

    pub fn put(&mut self, object: &str, row: Row) {
        self.tables.entry(object.to_owned()).or_default().insert(row.id, row);
    }

    /// The next id under a key prefix.
    pub fn next_id(&mut self, prefix: &str) -> RecordId {
        let given = self.ids_given.entry(prefix.to_owned()).or_default();
        *given += 1;
        RecordId::numbered(prefix, *given)
    }

    /// The next value of an auto-number field.
    pub fn next_number(&mut self, object: &str, field: &str) -> u64 {
        let given = self.numbers_given.entry(format!("{object}.{field}")).or_default();
        *given += 1;
        *given
    }

    /// Starts an auto-number field just above `given`.
    pub fn count_from(&mut self, object: &str, field: &str, given: u64) {
        self.numbers_given.insert(format!("{object}.{field}"), given);
    }
}
