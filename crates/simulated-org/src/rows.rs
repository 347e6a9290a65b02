//! The Org's rows in memory: tables, the recycle bin, and the numbers given out.
//!
//! Every change is noted, so that a transaction can be taken back without a copy of the world. Ids follow from the
//! order of inserts alone, so two Orgs that were seeded alike hold identical record ids.
//! Invariants: a row's cells use canonical field names; a field that was never set reads as `Cell::Null`; ids and
//! auto-numbers of a transaction that was taken back are not given again.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::schema::{FieldKind, Nature, Schema};

pub mod delete_row;
pub mod insert_row;
pub mod load_rows;
pub mod read_fields;
pub mod row;
pub mod system_fields;
pub mod table;
pub mod update_row;
pub mod upsert_row;

pub use row::Row;
use table::Table;

#[derive(Default)]
pub struct Rows {
    tables: BTreeMap<String, Table>,
    ids_given: BTreeMap<String, u64>,
    numbers_given: BTreeMap<String, u64>,
    changes: Vec<Change>,
}

/// One row as it was before a change; `None` when there was none.
struct Change {
    object: Arc<str>,
    id: RecordId,
    before: Option<Arc<Row>>,
}

/// A point in a transaction to which it can be taken back.
#[derive(Clone, Copy, Debug)]
pub struct Mark(usize);

impl Rows {
    /// Indexes what an Org indexes: names, external ids, unique fields and lookups.
    pub fn index_by(&mut self, schema: &Schema) {
        for object in schema.objects().filter(|object| object.nature == Nature::Records) {
            let table = self.tables.entry(object.name.clone()).or_insert_with(|| Table::new(&object.name));
            for field in &object.fields {
                let lookup = field.kind == FieldKind::Reference && !NOT_INDEXED.contains(&field.name.as_str());
                let named = matches!(field.name.as_str(), "Name" | "CaseNumber" | "Username");
                if lookup || named || field.external_id || field.unique {
                    table.index(&field.name);
                }
            }
        }
    }

    /// Every row of an object, deleted ones too, in id order.
    pub fn all(&self, object: &str) -> impl Iterator<Item = &Row> {
        self.shared(object).map(Arc::as_ref)
    }

    /// The same rows, to be kept beyond this look at them.
    pub fn shared(&self, object: &str) -> impl Iterator<Item = &Arc<Row>> {
        self.tables.get(object).into_iter().flat_map(Table::all)
    }

    pub fn living(&self, object: &str) -> impl Iterator<Item = &Row> {
        self.all(object).filter(|row| !row.is_deleted())
    }

    /// Rows, deleted ones too, whose `field` equals `value`; text without regard to case. Fast where indexed.
    pub fn holding<'a, 'v>(
        &'a self,
        object: &str,
        field: &'v str,
        value: &'v Cell,
    ) -> impl Iterator<Item = &'a Arc<Row>> + use<'a, 'v> {
        self.tables.get(object).into_iter().flat_map(move |table| table.holding(field, value))
    }

    pub fn is_indexed(&self, object: &str, field: &str) -> bool {
        self.tables.get(object).is_some_and(|table| table.is_indexed(field))
    }

    pub fn count(&self, object: &str) -> usize {
        self.tables.get(object).map_or(0, Table::count)
    }

    pub fn row(&self, object: &str, id: RecordId) -> Option<&Row> {
        self.shared_row(object, id).map(Arc::as_ref)
    }

    pub fn shared_row(&self, object: &str, id: RecordId) -> Option<&Arc<Row>> {
        self.tables.get(object)?.row(id)
    }

    /// A row to be changed in place; the change is noted before it is made.
    pub fn row_mut(&mut self, object: &str, id: RecordId) -> Option<&mut Row> {
        let table = self.tables.get_mut(object)?;
        let before = Some(Arc::clone(table.row(id)?));
        self.changes.push(Change { object: table.name(), id, before });
        table.row_mut(id)
    }

    pub fn put(&mut self, object: &str, row: Row) {
        let table = self.tables.entry(object.to_owned()).or_insert_with(|| Table::new(object));
        let id = row.id;
        let before = table.replace(id, Some(Arc::new(row)));
        self.changes.push(Change { object: table.name(), id, before });
    }

    /// Takes every row of an object away: for what the Org writes anew from what it knows.
    pub fn forget(&mut self, object: &str) {
        let Some(table) = self.tables.get_mut(object) else { return };
        let ids: Vec<RecordId> = table.all().map(|row| row.id).collect();
        for id in ids {
            let before = table.replace(id, None);
            self.changes.push(Change { object: table.name(), id, before });
        }
    }

    /// Many new rows at once that no transaction can take back: for filling an Org before its first request.
    pub fn load(&mut self, object: &str, rows: impl IntoIterator<Item = Row>) {
        let table = self.tables.entry(object.to_owned()).or_insert_with(|| Table::new(object));
        for mut row in rows {
            row.shrink();
            table.replace(row.id, Some(Arc::new(row)));
        }
    }

    /// Everything `other` holds but one object, with its numbers: what a sandbox is copied from.
    pub fn take_over(&mut self, other: &Self, except: &str) {
        for (object, table) in other.tables.iter().filter(|(object, _)| *object != except) {
            self.load(object, table.all().map(|row| Row::clone(row)));
        }
        self.ids_given.clone_from(&other.ids_given);
        self.numbers_given.clone_from(&other.numbers_given);
    }

    pub fn mark(&self) -> Mark {
        Mark(self.changes.len())
    }

    /// Takes every change since `mark` back.
    pub fn undo_to(&mut self, mark: Mark) {
        while self.changes.len() > mark.0 {
            let Some(Change { object, id, before }) = self.changes.pop() else { return };
            if let Some(table) = self.tables.get_mut(&*object) {
                table.replace(id, before);
            }
        }
    }

    /// What was done stays done.
    pub fn commit(&mut self) {
        self.changes.clear();
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

/// Nearly every row of an Org has the same few values here, so an index would not narrow anything.
const NOT_INDEXED: [&str; 2] = ["CreatedById", "LastModifiedById"];

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u64, name: &str) -> Row {
        let mut row = Row::new(RecordId::numbered("001", number));
        row.set("Name", Cell::text(name));
        row
    }

    fn rows() -> Rows {
        let mut rows = Rows::default();
        rows.index_by(&Schema::new(""));
        rows
    }

    fn named(rows: &Rows, name: &str) -> usize {
        rows.holding("Account", "Name", &Cell::text(name)).count()
    }

    #[test]
    fn what_is_taken_back_was_never_there() {
        let mut rows = rows();
        rows.put("Account", row(1, "Kept"));
        rows.commit();
        let mark = rows.mark();
        rows.put("Account", row(2, "New"));
        rows.row_mut("Account", RecordId::numbered("001", 1)).unwrap().set("Name", Cell::text("Changed"));
        assert_eq!((named(&rows, "new"), named(&rows, "CHANGED"), named(&rows, "kept")), (1, 1, 0));
        rows.undo_to(mark);
        assert_eq!((named(&rows, "new"), named(&rows, "changed"), named(&rows, "kept")), (0, 0, 1));
        assert_eq!(rows.count("Account"), 1);
    }

    #[test]
    fn an_inner_transaction_is_taken_back_alone() {
        let mut rows = rows();
        let outer = rows.mark();
        rows.put("Account", row(1, "Outer"));
        let inner = rows.mark();
        rows.put("Account", row(1, "Inner"));
        rows.undo_to(inner);
        assert_eq!((named(&rows, "outer"), named(&rows, "inner")), (1, 0));
        rows.undo_to(outer);
        assert_eq!(rows.count("Account"), 0);
    }

    #[test]
    fn an_index_answers_as_a_look_at_every_row_does() {
        let mut rows = rows();
        for number in 1..=300 {
            rows.put("Account", row(number, &format!("Name {}", number % 7)));
        }
        for number in (1..=300).step_by(3) {
            rows.row_mut("Account", RecordId::numbered("001", number)).unwrap().set("Name", Cell::text("NAME 3"));
        }
        for name in ["name 3", "Name 5", "none"] {
            let scanned = rows.all("Account").filter(|row| row.text("Name").unwrap().eq_ignore_ascii_case(name));
            let scanned: Vec<_> = scanned.map(|row| row.id).collect();
            let value = Cell::text(name);
            let mut found: Vec<_> = rows.holding("Account", "Name", &value).map(|row| row.id).collect();
            found.sort();
            let mut expected = scanned;
            expected.sort();
            assert_eq!(found, expected, "{name}");
        }
    }
}
